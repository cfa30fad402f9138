/*
 * writes.mjs: carts, orders and sign-in, over HTTP and as the same statements in
 * pgbench.
 */
import crypto from 'node:crypto'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

import { output, tool } from './instance.mjs'
import { drive, fact, pgbench, request } from './measure.mjs'
import { buyerId, buyers, fillCarts, password, shelves, tokenOf } from './people.mjs'
import { write } from './reads.mjs'
import { keepVariables, preamble, scriptFrom } from './statements.mjs'
import { Tap } from './tap.mjs'

export const orderOf = n => ({ shipping_address_id: buyerId(n), payment_method: 'razorpay' })

// ---- hearing the statements --------------------------------------------------

/** One request to the program that speaks through the tap. */
function tapped(instance, method, target, { token, key, body }) {
  const text = JSON.stringify(body)
  return new Promise((resolve, reject) => {
    // No connection is kept: a measurement goes by between two of these.
    const req = http.request({ host: '127.0.0.1', port: instance.port, method, path: target, agent: false,
      headers: { host: 'tapped', 'content-type': 'application/json',
        'content-length': Buffer.byteLength(text), ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { 'idempotency-key': key }) } }, res => {
      let answer = ''
      res.on('data', piece => { answer += piece })
      res.on('end', () => res.statusCode < 300 ? resolve(answer) :
        reject(new Error(`${target}: ${res.statusCode} ${answer}`)))
    })
    req.on('error', reject)
    req.end(text)
  })
}

async function hear(instance, tap, ask) {
  tap.heard()
  const at = Date.now()
  await ask()
  return { at, trips: tap.heard() }
}

async function withTap(instance, work) {
  const tap = new Tap(path.join(instance.folder, 'tap'),
    path.join(instance.sockets, '.s.PGSQL.5432'))
  await tap.ready
  try {
    return await work(tap)
  } finally {
    await tap.close()
  }
}

const placeOrder = (instance, n) => tapped(instance, 'POST', '/api/orders/create/',
  { token: tokenOf(instance, n), key: `order-${crypto.randomUUID()}`, body: orderOf(n) })

/** Orders of two buyers of each of so many shelves. */
export const hearOrders = (instance, count, places) => withTap(instance, async tap => {
  fillCarts(instance, count, places)
  // What a process reads once is no part of a request. Its first one connects.
  await placeOrder(instance, buyers)
  const captures = []
  for (let client = 0; client < count; client++)
    for (const turn of [0, 1]) {
      const buyer = client + 1 + turn * count
      const heard = await hear(instance, tap, () => placeOrder(instance, buyer))
      captures.push({ client, buyer, ...heard })
    }
  return captures
})

const addToCart = (instance, n, good) => tapped(instance, 'POST', '/api/cart/add/',
  { token: tokenOf(instance, n), body: cartAdd(good) })
export const cartAdd = good => ({ product_id: good.product_id, variant_id: good.variant_id, quantity: 1 })

/** A product added to the carts of so many buyers, who have been there before. */
export const hearCarts = (instance, goods, count) => withTap(instance, async tap => {
  fillCarts(instance)
  const captures = []
  for (let client = 0; client < count; client++)
    for (const turn of [0, 1]) {
      const buyer = client + 1, good = goods[3 * client]
      if (turn === 0) await addToCart(instance, buyer, good)
      const heard = await hear(instance, tap, () => addToCart(instance, buyer, good))
      captures.push({ client, buyer, ...heard })
    }
  return captures
})

// ---- cases -------------------------------------------------------------------

let runs = Math.floor(Date.now() / 1000)

/** pgbench with the statements that were heard; clients share the captured shelves. */
export function reference(instance, name, captures, clients, before) {
  const heard = scriptFrom(captures)
  return {
    name, clientCounts: true,
    before: () => {
      before()
      keepVariables(instance, heard)
    },
    run: seconds => pgbench(instance, {
      script: preamble(heard, clients) + heard.script, clients,
      variables: { ...heard.variables, ready: 0, i: -1, run: ++runs },
    }, seconds),
  }
}

function orders(instance, name, connections, count, places) {
  let tokens
  return {
    name,
    before: () => fillCarts(instance, count, places),
    run: seconds => {
      tokens ??= Array.from({ length: buyers }, (_, i) => tokenOf(instance, i + 1))
      const file = write(instance, 'orders.http', tokens.map((token, i) =>
        request('POST', '/api/orders/create/',
          { token, key: `order-${crypto.randomUUID()}`, body: orderOf(i + 1) })).join(''))
      return drive(instance, { file, connections, good: [201] }, seconds)
    },
  }
}

function cartAdds(instance, name, connections, goods) {
  return {
    name,
    before: () => fillCarts(instance),
    run: seconds => {
      const tokens = Array.from({ length: connections }, (_, i) => tokenOf(instance, i + 1))
      const file = write(instance, 'carts.http', Array.from({ length: 2000 }, () =>
        tokens.map((token, i) => request('POST', '/api/cart/add/',
          { token, body: cartAdd(goods[3 * (i % shelves)]) }))).flat().join(''))
      return drive(instance, { file, connections }, seconds)
    },
  }
}

export async function writeCases(instance, goods, connections) {
  const c = `c${connections}`
  const cart = await hearCarts(instance, goods, connections)
  const distinct = await hearOrders(instance, connections)
  const hot = await hearOrders(instance, 1, 1)
  const fill = (count, places) => () => fillCarts(instance, count, places)
  return [
    reference(instance, `pgbench cart add ${c}`, cart, connections, fill()),
    { ...cartAdds(instance, `cart add ${c}`, connections, goods),
      against: `pgbench cart add ${c}`, least: 0.80 },
    reference(instance, `pgbench order ${c}`, distinct, connections, fill(connections)),
    { ...orders(instance, `order ${c}`, connections, connections),
      against: `pgbench order ${c}`, least: 0.90 },
    reference(instance, `pgbench order, one product ${c}`, hot, connections, fill(1, 1)),
    { ...orders(instance, `order, one product ${c}`, connections, 1, 1),
      against: `pgbench order, one product ${c}`, least: 0.85 },
  ]
}

// ---- the same order again ----------------------------------------------------

/** Each connection has placed an order and sends it again and again. */
export function replayCase(instance, connections) {
  const sent = Array.from({ length: connections }, (_, i) => request('POST', '/api/orders/create/',
    { token: tokenOf(instance, i + 1), key: `again-${crypto.randomUUID()}`, body: orderOf(i + 1) }))
  let placed
  return {
    name: `order again c${connections}`, against: `hello c${connections}`, least: 0.55,
    before: async () => {
      if (placed) return
      fillCarts(instance)
      const file = write(instance, 'first.http', sent.join(''))
      placed = await drive(instance, { file, connections, good: [201] }, 10)
      if (placed.failed) throw new Error(`orders to repeat: ${JSON.stringify(placed)}`)
    },
    run: seconds => drive(instance, { connections, good: [201],
      file: write(instance, 'again.http', sent.join('').repeat(2000)) }, seconds),
  }
}

// ---- the last units ----------------------------------------------------------

/** More buyers than units, all at once: as many orders as units, and no other answer than 409. */
export async function lastUnits(instance, goods, { units = 300, wanted = 640 } = {}) {
  const { variant_id: id } = goods[0]
  fillCarts(instance, 1, 1)
  instance.sql(`update stock set on_hand = reserved + ${units} where variant_id = '${id}'`)
  const file = write(instance, 'last.http', Array.from({ length: wanted }, (_, i) =>
    request('POST', '/api/orders/create/', { token: tokenOf(instance, i + 1),
      key: `last-${crypto.randomUUID()}`, body: orderOf(i + 1) })).join(''))
  const found = await drive(instance, { file, connections: 32, good: [201, 409] }, 60)
  const [left] = instance.sql(`select on_hand - reserved from stock where variant_id = '${id}'`)
  instance.sql(`update stock set on_hand = 1000000000 where variant_id = '${id}'`)
  const sold = found.statuses['201'] ?? 0
  return fact({ name: 'last units c32', shown: `${sold} of ${units}`, target: 'only 201, 409',
    failed: found.failed, rate: found.requests / found.seconds, p50: found.p50, p99: found.p99,
    // The run ends when a connection is done; the others' last orders count as well.
    held: found.failed === 0 && Number(left) === 0 && sold === units })
}

// ---- sign-in -----------------------------------------------------------------

const signIns = (instance, seconds, connections) => drive(instance, {
  connections, file: write(instance, 'login.http', Array.from({ length: 4000 }, (_, i) =>
    request('POST', '/api/auth/login/',
      { body: { email: `bench${i % 512 + 1}@bench.example`, password } })).join('')) }, seconds)

/** What the processors can verify at most, all of them at it. */
async function hashes(instance, seconds) {
  const [hash] = instance.sql("select password_hash from account where email_key = 'bench1@bench.example'")
  const outs = await Promise.all(os.cpus().map(() => output(tool('hash'), [hash, password, `${seconds}`])))
  const found = outs.map(out => out.trim().split(' ').map(Number))
  const us = found[0][1]
  return { requests: found.reduce((total, [count]) => total + count, 0), seconds, p50: us, p99: us,
    failed: 0 }
}

export function signInCases(instance) {
  // Few enough to be answered at once: their times are those of waiting.
  const catalogue = seconds => drive(instance, { connections: 4, rate: 200, patience: 10,
    file: write(instance, 'list.http', Array.from({ length: 400 }, () =>
      request('GET', '/api/products/list/')).join('')) }, seconds)
  return [
    { name: 'argon2id, all cores', clientCounts: true, run: seconds => hashes(instance, seconds) },
    { name: 'sign-in c8', against: 'argon2id, all cores', least: 0.85,
      run: seconds => signIns(instance, seconds, 8) },
    { name: 'catalogue, 200/s', run: catalogue },
    { name: 'catalogue, 200/s, during sign-in', most: 20, pick: figures => figures.p99 / 1000,
      show: ms => `${ms.toFixed(1)} ms`,
      run: async seconds => {
        const others = signIns(instance, seconds + 0.5, 8)
        const found = await catalogue(seconds)
        await others
        return found
      } },
  ]
}
