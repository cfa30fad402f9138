/*
 * compare.mjs: the ratios of the last run beside those of the last release.
 */
import path from 'node:path'

import { root } from './instance.mjs'
import { compareText, load } from './table.mjs'

const measured = ['last.json', 'growth.json'].flatMap(name =>
  load(path.join(root, 'build/bench', name)).rows)
if (measured.length === 0) {
  console.error('Nothing was measured yet: make bench')
  process.exit(2)
}
console.log(compareText(load(path.join(root, 'tests/bench/release.json')), { rows: measured }))
