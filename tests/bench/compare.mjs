/*
 * compare.mjs: the ratios of the last run beside those of the last release.
 */
import fs from 'node:fs'
import path from 'node:path'

import { root } from './instance.mjs'
import { compareText, load } from './table.mjs'

const last = path.join(root, 'build/bench/last.json')
if (!fs.existsSync(last)) {
  console.error('Nothing was measured yet: make bench')
  process.exit(2)
}
console.log(compareText(load(path.join(root, 'tests/bench/release.json')), load(last)))
