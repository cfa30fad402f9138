/*
 * bench.mjs: the measurements of "make bench"; see tests/bench/run.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { djangoCases } from './django.mjs'
import { Instance, root } from './instance.mjs'
import { rounds, rowsOf } from './measure.mjs'
import { setTheStage } from './people.mjs'
import { lookAround, readCases } from './reads.mjs'
import { coldStarts, memoryAtRest, memoryOfWorker, overload, startAgain } from './rest.mjs'
import { save, tableText } from './table.mjs'
import { lastUnits, replayCase, signInCases, writeCases } from './writes.mjs'

const { values: options } = parseArgs({ options: {
  products: { type: 'string', default: '100000' },
  lines: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '2' },
  only: { type: 'string', default: '' },
  keep: { type: 'string' },
} })
const say = text => process.stderr.write(`${text}\n`)
const plan = { times: Number(options.rounds), seconds: Number(options.seconds),
  say: text => say(`  ${text}`) }

const instance = new Instance(options.keep && path.resolve(options.keep))
const rows = []
let things, goods

function add(...found) {
  rows.push(...found)
  say(tableText(found))
}

const measure = async cases => add(...rowsOf(cases, await rounds(instance, cases, plan)))

// In this order: what is measured at rest comes before anything was used.
const parts = {
  start: async () => add(await startAgain(instance), memoryAtRest(instance), await coldStarts(instance)),
  reads: async () => {
    for (const connections of [8, 32]) {
      const cases = await readCases(instance, things, connections)
      if (connections === 32) cases.push(replayCase(instance, connections))
      await measure(cases)
    }
  },
  writes: async () => {
    for (const connections of [8, 32]) await measure(await writeCases(instance, goods, connections))
    add(await lastUnits(instance, goods))
  },
  signin: async () => measure(signInCases(instance)),
  django: async () => {
    const { cases, stop } = await djangoCases(instance, things)
    try {
      await measure(cases)
    } finally {
      await stop()
    }
  },
  memory: async () => add(...await memoryOfWorker(instance, things)),
  overload: async () => add(...await overload(instance, things)),
}

try {
  await instance.start()
  say(`Loading ${options.products} products, ${options.lines} order lines`)
  await instance.load(Number(options.products), Number(options.lines))
  things = lookAround(instance)
  goods = setTheStage(instance)
  for (const [name, part] of Object.entries(parts))
    if (options.only === '' || options.only.split(',').includes(name)) await part()
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
