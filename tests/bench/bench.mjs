/*
 * bench.mjs: the measurements of "make bench"; see tests/bench/run.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { djangoCases } from './django.mjs'
import { depthCases, growthCases, growthRows, timeRows } from './growth.mjs'
import { Instance, root } from './instance.mjs'
import { median, rounds, rowsOf } from './measure.mjs'
import { setTheStage } from './people.mjs'
import { lookAround, readCases } from './reads.mjs'
import { coldStarts, memoryAtRest, memoryOfWorker, overload, startAgain } from './rest.mjs'
import { save, saveInto, tableText } from './table.mjs'
import { lastUnits, replayCase, signInCases, writeCases } from './writes.mjs'

const { values: options } = parseArgs({ options: {
  products: { type: 'string', default: '100000' },
  lines: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '2' },
  only: { type: 'string', default: '' },
  keep: { type: 'string' },
  grow: { type: 'string' },
  save: { type: 'boolean' },
} })
const say = text => process.stderr.write(`${text}\n`)
const plan = { times: Number(options.rounds), seconds: Number(options.seconds),
  say: text => say(`  ${text}`) }

const rows = []

function add(...found) {
  rows.push(...found)
  say(tableText(found))
}

const figures = async (instance, cases) => rowsOf(cases, await rounds(instance, cases, plan))
const measure = async (instance, cases) => add(...await figures(instance, cases))

// In this order: what is measured at rest comes before anything was used.
const parts = {
  start: async instance =>
    add(await startAgain(instance), memoryAtRest(instance), await coldStarts(instance)),
  reads: async (instance, { things }) => {
    for (const connections of [8, 32]) {
      const cases = await readCases(instance, things, connections)
      if (connections === 32) cases.push(replayCase(instance, connections))
      await measure(instance, cases)
    }
    await measure(instance, depthCases(instance, things))
  },
  writes: async (instance, { goods }) => {
    for (const connections of [8, 32])
      await measure(instance, await writeCases(instance, goods, connections))
    add(await lastUnits(instance, goods))
  },
  signin: async instance => measure(instance, signInCases(instance)),
  django: async (instance, { things }) => {
    const { cases, stop } = await djangoCases(instance, things)
    try {
      await measure(instance, cases)
    } finally {
      await stop()
    }
  },
  memory: async (instance, { things }) => add(...await memoryOfWorker(instance, things)),
  overload: async (instance, { things }) => add(...await overload(instance, things)),
}

async function withShop(folder, products, lines, work) {
  const instance = new Instance(folder && path.resolve(folder))
  // Whoever gives up leaves no servers behind.
  const giveUp = async () => {
    await instance.remove()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, giveUp)
  try {
    await instance.start()
    say(`${products} products, ${lines || 'some'} order lines`)
    await instance.load(products, lines)
    instance.warm()
    return await work(instance, lookAround(instance))
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, giveUp)
    await instance.remove()
  }
}

const everything = () => withShop(options.keep, Number(options.products), Number(options.lines),
  async (instance, things) => {
    const goods = setTheStage(instance)
    for (const [name, part] of Object.entries(parts))
      if (options.only === '' || options.only.split(',').includes(name))
        await part(instance, { things, goods })
  })

/** The public reads at each scale. */
async function growth(scales) {
  const found = []
  let cases
  for (const products of scales)
    await withShop(options.keep && `${options.keep}-${products}`, products, 0, async (instance, things) => {
      cases = growthCases(instance, things)
      const now = await figures(instance, cases)
      say(tableText(now))
      found.push(now)
      rows.push(...now.map(row => ({ ...row, name: `${row.name}, ${products}` })))
    })
  add(...timeRows(cases, found.at(-1)), ...growthRows(found[0], found.at(-1)))
}

if (options.grow) await growth(options.grow.split(' ').map(Number))
else await everything()

const run = { at: new Date().toISOString().slice(0, 10), rows }
fs.mkdirSync(path.join(root, 'build/bench'), { recursive: true })
save(path.join(root, 'build/bench', options.grow ? 'growth.json' : 'last.json'), run)
if (options.save) saveInto(path.join(root, 'tests/bench/release.json'), run)
process.stdout.write(`${tableText(rows)}\n`)
say(`Beside this run, other work had ${median(rows.map(row => row.others)).toFixed(1)} of ` +
  `${os.cpus().length} processors.`)
const missed = rows.filter(row => row.verdict === 'missed')
say(missed.length ? `${missed.length} missed` : 'All targets held.')
process.exitCode = missed.length ? 1 : 0
