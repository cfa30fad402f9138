/*
 * rest.mjs: starts, memory, and too many clients.
 */
import fs from 'node:fs'
import path from 'node:path'

import { mode, output, root, tool } from './instance.mjs'
import { drive, fact, median, request, wrk } from './measure.mjs'
import { privateMemory, programs } from './processes.mjs'
import { freshCursors, write } from './reads.mjs'

const mib = bytes => bytes / 1048576
const mibText = bytes => `${mib(bytes).toFixed(2)} MiB`

// ---- starts ------------------------------------------------------------------

/** "make start" where there is a state already, up to its end, after the first 200. */
export async function startAgain(instance) {
  const times = []
  for (let i = 0; i < 3; i++) {
    await instance.stop()
    const began = performance.now()
    await output('make', ['-s', 'start', `MODE=${mode}`], { cwd: root, env: instance.env })
    times.push((performance.now() - began) / 1000)
    instance.lookUp()
  }
  const took = median(times)
  return fact({ name: 'make start', shown: `${took.toFixed(2)} s`, target: '<= 2 s', held: took <= 2 })
}

/** From exec to the first answer, the slowest of all programs. */
export async function coldStarts(instance) {
  const env = await instance.programEnv()
  const folder = path.join(root, 'build', mode, 'bin')
  let worst = { us: 0 }
  for (const name of fs.readdirSync(folder).filter(name => !name.includes('.'))) {
    const out = await output(tool('cold'), [path.join(instance.folder, 'cold.sock'), '11',
      path.join(folder, name)], { env })
    const [us, used] = out.trim().split(' ').map(Number)
    if (us > worst.us) worst = { us, used, name }
  }
  return fact({ name: `cold start, the slowest (${worst.name})`, sum: worst.used,
    shown: `${(worst.us / 1000).toFixed(1)} ms`, target: '< 20 ms', held: worst.us < 20000 })
}

// ---- memory ------------------------------------------------------------------

/** All programs together, started and not yet used. */
export function memoryAtRest(instance) {
  const list = programs(instance.lighttpd)
  const bytes = list.reduce((total, one) => total + privateMemory(one.pid), 0)
  return fact({ name: `memory at rest, ${list.length} processes`, shown: mibText(bytes),
    target: '<= 60 MiB', held: mib(bytes) <= 60 })
}

const catalogues = instance => programs(instance.lighttpd).filter(one => one.name === 'catalog')
const largest = instance => Math.max(...catalogues(instance).map(one => privateMemory(one.pid)))

/** A catalogue worker after 50,000 and 100,000 requests of all kinds. */
export async function memoryOfWorker(instance, things) {
  const products = instance.sql(`select id from product where is_listed order by random() limit 4000`)
  const cursors = freshCursors(things, 4000)
  const paths = products.flatMap((id, i) => [`/api/products/detail/?id=${id}`,
    `/api/products/list/?cursor=${cursors[i % cursors.length]}`,
    ...Array(8).fill(`/api/products/list/?page_size=${1 + i % 50}`)])
  const file = write(instance, 'mixed.txt', `${paths.join('\n')}\n`)
  const found = []
  let requests = 0, failed = 0
  for (const goal of [50000, 100000]) {
    while (requests < goal * catalogues(instance).length) {
      const part = await wrk(instance, { paths: file, connections: 32 }, 3)
      requests += part.requests
      failed += part.failed
    }
    found.push(largest(instance))
  }
  const [half, whole] = found
  return [
    fact({ name: 'memory of a worker after 100,000', shown: mibText(whole), target: '<= 4 MiB', failed,
      held: mib(whole) <= 4 && failed === 0 }),
    fact({ name: 'its growth since 50,000', shown: mibText(whole - half), target: '<= 0.25 MiB',
      held: mib(whole - half) <= 0.25 }),
  ]
}

// ---- too many clients --------------------------------------------------------

/** 1,000 clients that ask for twice what there is, then leave all at once. */
export async function overload(instance, things, { seconds = 30, clients = 1000 } = {}) {
  const asked = n => write(instance, 'many.http', freshCursors(things, n).map(cursor =>
    request('GET', `/api/products/list/?cursor=${cursor}`)).join(''))
  const alone = await drive(instance, { file: asked(40000), connections: 32 }, 3)
  const capacity = alone.requests / alone.seconds
  const found = await drive(instance, { file: asked(100000), connections: clients,
    rate: 2 * capacity, patience: 60, good: [200, 503, 504] }, seconds)
  const began = performance.now()
  const answer = await instance.get(`/api/products/list/?cursor=${freshCursors(things, 1)[0]}`)
  const first = performance.now() - began
  return [
    fact({ name: `${clients} clients, twice the capacity`, rate: found.requests / found.seconds,
      p50: found.p50, p99: found.p99, failed: found.failed + found.given_up,
      shown: Object.entries(found.statuses).map(pair => pair.join(': ')).join(', '),
      target: 'only 200, 503, 504', held: found.failed + found.given_up === 0 }),
    fact({ name: 'first answer after they left', shown: `${first.toFixed(0)} ms`, target: '<= 1000 ms',
      held: first <= 1000 && answer.status === 200 }),
  ]
}
