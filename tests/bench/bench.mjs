/*
 * bench.mjs: the measurements of "make bench"; see tests/bench/run.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { Instance, root } from './instance.mjs'
import { rounds, rowsOf } from './measure.mjs'
import { lookAround, readCases } from './reads.mjs'
import { setTheStage } from './people.mjs'
import { save, tableText } from './table.mjs'
import { writeCases } from './writes.mjs'

const { values: options } = parseArgs({ options: {
  products: { type: 'string', default: '100000' },
  lines: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '2' },
  only: { type: 'string', default: '' },
  keep: { type: 'string' },
} })
const say = text => process.stderr.write(`${text}\n`)
const wanted = part => options.only === '' || options.only.split(',').includes(part)
const plan = { times: Number(options.rounds), seconds: Number(options.seconds),
  say: text => say(`  ${text}`) }

const instance = new Instance(options.keep && path.resolve(options.keep))
const rows = []
const add = found => {
  rows.push(...found)
  say(tableText(found))
}

async function reads() {
  const things = lookAround(instance)
  for (const connections of [8, 32]) {
    const cases = await readCases(instance, things, connections)
    add(rowsOf(cases, await rounds(instance, cases, plan)))
  }
}

async function writes() {
  const goods = setTheStage(instance)
  for (const connections of [8, 32]) {
    const cases = await writeCases(instance, goods, connections)
    add(rowsOf(cases, await rounds(instance, cases, plan)))
  }
}

try {
  await instance.start()
  say(`Loading ${options.products} products, ${options.lines} order lines`)
  await instance.load(Number(options.products), Number(options.lines))
  if (wanted('reads')) await reads()
  if (wanted('writes')) await writes()
} finally {
  await instance.remove()
}

const folder = path.join(root, 'build/bench')
fs.mkdirSync(folder, { recursive: true })
save(path.join(folder, 'last.json'), { at: new Date().toISOString(), ...options, rows })
process.stdout.write(`${tableText(rows)}\n`)
const missed = rows.filter(row => row.verdict === 'missed')
say(missed.length ? `${missed.length} missed` : 'All targets held.')
process.exitCode = missed.length ? 1 : 0
