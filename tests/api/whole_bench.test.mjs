/*
 * The short form of "make bench": nothing fails, and nothing costs many times what
 * it should. Costs are processor time against that of a hello program in the same
 * run, with bounds far away: sanitizers are in the programs, and the machine has
 * other things to do.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { after, test } from 'node:test'

import { Instance } from '../bench/instance.mjs'
import { drive, once, request } from '../bench/measure.mjs'
import { fillCarts, setTheStage, tokenOf } from '../bench/people.mjs'
import { freshCursors, lookAround, write } from '../bench/reads.mjs'
import { cartAdd, hearCarts, hearOrders, orderOf, reference } from '../bench/writes.mjs'
import { checkLogs, Instance as Tested } from './harness.mjs'

const instance = new Instance(undefined, { PG_FAST: '1' })
after(async () => {
  await instance.stop()
  checkLogs(instance.stateDir)
  await instance.remove()
})
await instance.start()
await instance.load(1000, 2000)
const things = lookAround(instance), goods = setTheStage(instance)

const connections = 8
/** So many requests, at least one a connection, twice: the first time warms up. */
async function cost(requests, good = [200]) {
  const file = write(instance, 'short.http', requests.join(''))
  const run = () => drive(instance, { file, connections, good }, 60)
  await run()
  const figures = await once(instance, { run })
  assert.equal(figures.failed, 0, JSON.stringify(figures.more))
  return figures.server
}
const many = (n, one) => Array.from({ length: n }, (_, i) => one(i))
const get = (target, more) => request('GET', target, more)
const list = '/api/products/list/'

const hello = await cost(many(4000, () => get('/api/bench/hello/')))

const ids = instance.sql('select id from product where is_listed order by random() limit 400')
const reads = {
  'a hot list': [20, many(800, () => get(list))],
  'a hot list, signed in': [35, many(800, () => get(list, { token: tokenOf(instance, 1) }))],
  'a page of its own': [25, freshCursors(things, 800).map(cursor => get(`${list}?cursor=${cursor}`))],
  'a product of its own': [35, ids.map(id => get(`/api/products/detail/?id=${id}`))],
  'a filter of its own': [60, many(400, i => get(`/api/products/filter/?category=${things.category}` +
    `&min_price=${i}`))],
  'a search': [80, many(400, () => get(`/api/products/search/?q=${things.word}`))],
}

for (const [name, [most, requests]] of Object.entries(reads))
  test(`${name} costs what it may`, async t => {
    const ratio = await cost(requests) / hello
    t.diagnostic(`${ratio.toFixed(1)} times hello`)
    assert(ratio <= most, `${ratio.toFixed(1)} times what hello costs`)
  })

test('a cart and an order cost what they may', async t => {
  fillCarts(instance)
  const carts = await cost(many(400, i => request('POST', '/api/cart/add/',
    { token: tokenOf(instance, 1 + i % connections), body: cartAdd(goods[3 * (i % connections)]) })))
  const order = (key, i) => request('POST', '/api/orders/create/',
    { token: tokenOf(instance, 1 + i), key, body: orderOf(1 + i) })
  // The second run sends each order again.
  const run = crypto.randomUUID()
  fillCarts(instance)
  const again = await cost(many(400, i => order(`${run}-${i}`, i)), [201])
  fillCarts(instance)
  const file = write(instance, 'orders.http', many(400, i => order(`once-${run}-${i}`, i)).join(''))
  const orders = await once(instance,
    { run: () => drive(instance, { file, connections, good: [201] }, 60) })
  assert.equal(orders.failed, 0, JSON.stringify(orders.more))
  const ratios = [carts, orders.server, again].map(one => one / hello)
  t.diagnostic(`cart, order, order again: ${ratios.map(one => one.toFixed(1)).join(', ')} times hello`)
  for (const [i, most] of [50, 150, 35].entries())
    assert(ratios[i] <= most, `${ratios[i].toFixed(1)} times what hello costs, at most ${most}`)
})

test('pgbench runs the statements that carts and orders send', async () => {
  for (const captures of [await hearCarts(instance, goods, 2), await hearOrders(instance, 2)]) {
    const one = reference(instance, 'reference', captures, 2, () => fillCarts(instance, 2))
    await one.before()
    const { requests, failed } = await one.run(1)
    assert(requests > 0 && failed === 0, `${requests} ran, ${failed} failed`)
  }
})

test('the books and the stock add up', async () => {
  await new Tested(instance).checkInvariants({ books: false })
})
