/*
 * B12 and H05: a payment provider that refuses, breaks, redirects or says
 * nothing. What the buyer is told, that nothing is lost by it and nobody else
 * waits, and that our keys go nowhere else.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

import { admin, assertProblem, assertStatus, customer, newKey, placeOrder, product, root, together,
  until } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { shopWithProvider, trap } from './provider.mjs'

const total = 5000
const { shop, gate, box } = await shopWithProvider({ PROVIDER_TIMEOUT_MS: String(total) })
const { api, sql } = shop
const elsewhere = await trap()
after(() => elsewhere.stop())
const thing = await product({ stock: 1000, price: 25000 }, shop)

// ---- buyers ----------------------------------------------------------------------

async function ordered() {
  const buyer = await customer({}, shop)
  return { buyer, order: await placeOrder(buyer, [[thing, 1]], { payment_method: 'razorpay' }, shop) }
}

const initiate = (buyer, order, key) =>
  api('POST', '/api/payments/initiate/', { token: buyer, key, body: { order_id: order.id } })

async function initiated() {
  const all = await ordered()
  return { ...all, ...assertStatus(await initiate(all.buyer, all.order, newKey()), 201) }
}

const paymentsOf = order =>
  sql`select id, receipt, provider_order_id from payment where order_id = ${order.id}`
const keyOf = key => sql`select state, status from idempotency_key where key = ${key}`
const told = type => sql`select n.* from notification n where type = ${type}`

/** One payment here, one order there, under our receipt. */
async function assertOneOrder(order, answer) {
  const [payment, ...more] = await paymentsOf(order)
  assert.deepEqual(more, [])
  const { items } = await box.ask('GET', `/orders?receipt=${payment.receipt}`)
  assert.deepEqual(items.map(item => [item.id, item.amount]),
    [[payment.provider_order_id, order.total]])
  assert.equal(answer.checkout.order_id, payment.provider_order_id)
}

// ---- B12 -------------------------------------------------------------------------

const problems = [
  ['400', 502, 'payment_provider_error'],
  ['after-400', 502, 'payment_provider_error'],
  ['401', 502, 'payment_provider_error'],
  ['500', 502, 'payment_provider_error'],
  ['after-500', 502, 'payment_provider_error'],
  ['junk', 502, 'payment_provider_error'],
  ['big-body', 502, 'payment_provider_error'],
  ['redirect', 502, 'payment_provider_error'],
  ['reset', 504, 'outcome_unknown'],
  ['after-reset', 504, 'outcome_unknown'],
  ['timeout', 504, 'outcome_unknown'],
  ['after-timeout', 504, 'outcome_unknown'],
  ['slow-drip', 504, 'outcome_unknown'],
  ['slow', 504, 'outcome_unknown'],
]

for (const [fault, status, code] of problems) {
  test(`B12 initiate, the provider's answer to the order is ${fault}: ${status}, then 201`, async () => {
    const { buyer, order } = await ordered()
    const key = newKey()
    await box.next('POST /v1/orders', fault,
      { location: `${elsewhere.url}/v1/orders`, timeout_ms: 2 * total })
    const first = await initiate(buyer, order, key)
    assertProblem(first, status, code, fault)
    assert(!/razorpay|sandbox|127\.0\.0\.1/.test(first.text), first.text)
    assert.deepEqual(await keyOf(key), [{ state: 'started', status: null }])
    const again = await initiate(buyer, order, key)
    assertStatus(again, 201)
    assert.equal(again.headers['idempotent-replayed'], undefined)
    await assertOneOrder(order, again.body)
    const replayed = await initiate(buyer, order, key)
    assert.equal(replayed.headers['idempotent-replayed'], 'true')
    assert.deepEqual(replayed.body, again.body)
    // Another key, another window: the same payment.
    assert.equal(assertStatus(await initiate(buyer, order, newKey()), 201).payment.id,
      again.body.payment.id)
    await box.calm()
  })
}

test('B12 the search for what an earlier try has made fails in its ways too: nothing is made twice',
  async () => {
    for (const [fault, status, code] of problems.filter(([name]) => !/slow|timeout/.test(name))) {
      const { buyer, order } = await ordered()
      const key = newKey()
      await box.next('POST /v1/orders', 'after-reset')
      assertProblem(await initiate(buyer, order, key), 504, 'outcome_unknown')
      // A search that is cut off on a connection used before goes out again by itself.
      await box.next('GET /v1/orders', fault, { location: `${elsewhere.url}/v1/orders`, times: 10 })
      assertProblem(await initiate(buyer, order, key), status, code, fault)
      await box.calm()
      await assertOneOrder(order, assertStatus(await initiate(buyer, order, key), 201))
    }
  })

test('B12 an order that the search gives and that is not ours is not taken for it', async () => {
  const { buyer, order } = await ordered()
  const key = newKey()
  await box.next('POST /v1/orders', '500')
  assertProblem(await initiate(buyer, order, key), 502, 'payment_provider_error')
  // A provider that does not look at the receipt: all has the right amount.
  const made = []
  const odd = http.createServer((req, res) => {
    let text = ''
    req.on('data', piece => { text += piece }).on('end', () => {
      const say = what => res.writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(what))
      const of = (id, receipt) => ({ id, entity: 'order', amount: order.total, currency: 'INR',
        receipt, status: 'created' })
      if (req.method === 'GET')
        return say({ entity: 'collection', count: 1, items: [of('order_another', 'pa_another')] })
      made.push(JSON.parse(text).receipt)
      return say(of('order_ours', made[0]))
    })
  })
  await new Promise(resolve => odd.listen(0, '127.0.0.1', resolve))
  const { target } = gate
  gate.hangUp()
  gate.target = odd.address().port
  const { checkout } = assertStatus(await initiate(buyer, order, key), 201)
  gate.hangUp()
  gate.target = target
  odd.closeAllConnections?.()
  odd.close()
  assert.equal(checkout.order_id, 'order_ours')
  assert.deepEqual(made, (await paymentsOf(order)).map(payment => payment.receipt))
})

test('B12 a try that nobody repeats is completed by the job', async () => {
  const { buyer, order } = await ordered()
  const key = newKey()
  await box.next('POST /v1/orders', 'after-500')
  assertProblem(await initiate(buyer, order, key), 502, 'payment_provider_error')
  await sql`update idempotency_key set created_at = created_at - interval '2 minutes'
    where key = ${key}`
  await box.next('GET /v1/orders', 'redirect', { location: elsewhere.url })
  const failed = await runJob(shop, 'complete', [], { http_proxy: elsewhere.url })
  assert.equal(failed.counts.failed, 1, failed.text)
  const job = await runJob(shop, 'complete', [], { http_proxy: elsewhere.url })
  assert.equal(job.counts.keys, 1, job.text)
  const answer = await initiate(buyer, order, key)
  assert.equal(answer.headers['idempotent-replayed'], 'true')
  await assertOneOrder(order, assertStatus(answer, 201))
})

test('B12 a server whose certificate nobody vouches for hears no key', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-tls.'))
  const [key, cert] = ['key.pem', 'cert.pem'].map(name => path.join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
    'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const heard = []
  let refused = 0
  const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
    (req, res) => {
      heard.push(req.headers)
      res.end('{}')
    })
  server.on('tlsClientError', () => refused++)
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  fs.rmSync(folder, { recursive: true })
  const { buyer, order } = await ordered()
  const name = newKey()
  await box.next('POST /v1/orders', '500')
  assertProblem(await initiate(buyer, order, name), 502, 'payment_provider_error')
  await sql`update idempotency_key set created_at = created_at - interval '2 minutes'
    where key = ${name}`
  const job = await runJob(shop, 'complete', [],
    { RAZORPAY_API_URL: `https://127.0.0.1:${server.address().port}` })
  assert.equal(job.counts.failed, 1, job.text)
  assert(refused > 0)
  assert.deepEqual(heard, [])
  server.close()
  assert.equal((await runJob(shop, 'complete')).counts.keys, 1)
  await assertOneOrder(order, assertStatus(await initiate(buyer, order, name), 201))
})

test('B12 keys that the provider refuses: administrators are told, once an hour', async () => {
  const boss = await admin(shop)
  const before = (await told('provider_keys_refused')).length
  await box.next('POST /v1/orders', '401', { times: 3 })
  for (let i = 0; i < 3; i++) {
    const { buyer, order } = await ordered()
    assertProblem(await initiate(buyer, order, newKey()), 502, 'payment_provider_error')
  }
  const news = (await told('provider_keys_refused')).filter(n => n.account_id === boss.id)
  assert.equal(news.length, 1, `${before} before`)
  assert.deepEqual(news[0].data, { key_id: shop.settings.RAZORPAY_KEY_ID })
  const mails = await sql`select payload from outbox
    where kind = 'mail.provider_keys_refused' and account_id = ${boss.id}`
  assert.equal(mails.length, 1)
  // An hour later, which is another event, once more.
  await sql`update notification set source_id = gen_random_uuid()
    where type = 'provider_keys_refused'`
  await box.next('GET /v1/payments/*', '401')
  const { buyer, checkout } = await initiated()
  await box.faults({ webhooks: { hold: true } })
  const { body: handed } = await box.pay(checkout.order_id)
  assertStatus(await api('POST', '/api/payments/verify/',
    { token: buyer, key: newKey(), body: handed }), 200)
  const now = (await told('provider_keys_refused')).filter(n => n.account_id === boss.id)
  assert.equal(now.length, 2)
  await box.calm()
})

test('B12 every other call is led astray: no redirect is followed, no key is sent elsewhere',
  async () => {
    const astray = match => box.next(match, 'redirect', { location: `${elsewhere.url}/there` })
    const { buyer, order, checkout } = await initiated()
    await box.faults({ webhooks: { hold: true } })
    const { body: handed } = await box.pay(checkout.order_id, { outcome: 'authorized' })
    await astray('POST /v1/payments/*/capture')
    const verify = () => api('POST', '/api/payments/verify/',
      { token: buyer, key: newKey(), body: handed })
    assert.equal(assertStatus(await verify(), 200).status, 'authorized')
    await astray('GET /v1/payments/*')
    assert.equal(assertStatus(await verify(), 200).status, 'authorized')
    assert.equal(assertStatus(await verify(), 200).status, 'captured')
    await astray('POST /v1/payments/*/refund')
    assertStatus(await api('POST', '/api/orders/cancel/',
      { token: buyer, key: newKey(), body: { order_id: order.id } }), 200)
    assert.deepEqual(await sql`select status from refund where order_id = ${order.id}`,
      [{ status: 'processing' }])
    await sql`update refund set updated_at = updated_at - interval '2 minutes'
      where order_id = ${order.id}`
    const job = await runJob(shop, 'complete')
    assert.equal(job.counts.refunds, 1, job.text)
    assert.deepEqual(await sql`select status from refund where order_id = ${order.id}`,
      [{ status: 'processed' }])
    await box.calm()
    assert.deepEqual(elsewhere.heard, [])
  })

// ---- H05 -------------------------------------------------------------------------

const p99 = list => list.toSorted((a, b) => a - b)[Math.ceil(list.length * 0.99) - 1]

test('H05 fifty initiates of a silent provider end as 504; everything else goes on', async t => {
  const paid = await initiated()
  const fifty = await Promise.all(Array.from({ length: 50 }, ordered))
  const keys = fifty.map(newKey)
  gate.silent = true
  gate.calls = 0
  let pending = 0
  const slow = together(50, async i => {
    pending++
    const answer = await initiate(fifty[i].buyer, fifty[i].order, keys[i])
    pending--
    return answer
  }, shop)
  await until(() => gate.calls >= 4, { what: 'the processes to wait for the provider' })

  // Reads, the payments' own pages, and the provider's events.
  const quick = [
    () => api('GET', '/api/health/'),
    () => api('GET', '/api/products/list/'),
    () => api('GET', '/api/products/detail/', { query: { id: thing.id } }),
    () => api('GET', '/api/payments/status/', { token: paid.buyer, query: { id: paid.payment.id } }),
    () => api('GET', '/api/orders/list/', { token: paid.buyer }),
  ]
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => quick[i % quick.length]()))
  await box.pay(paid.checkout.order_id)
  await until(async () => (await sql`select status from orders where id = ${paid.order.id}`)[0]
    .status === 'confirmed', { what: 'the event of a payment' })
  const left = pending
  for (const answer of answers) assertStatus(answer, 200)
  assert.equal(left, 50, 'these waited for the initiates')

  const refused = await slow
  for (const answer of refused) assertProblem(answer, 504, 'outcome_unknown')
  const waits = refused.map(answer => answer.ms)
  t.diagnostic(`H05: ${total} ms configured; 504 after ${Math.round(Math.min(...waits))} to ` +
    `${Math.round(Math.max(...waits))} ms; meanwhile p99 of health, catalogue and payments ` +
    `${Math.round(p99(answers.map(answer => answer.ms)))} ms`)
  // Those that waited for a process did not call as well.
  assert(gate.calls < 50, `${gate.calls} calls`)

  // Nothing is wedged: the provider is back, and each key gives its payment.
  gate.silent = false
  const made = await together(50, i => initiate(fifty[i].buyer, fifty[i].order, keys[i]), shop)
  for (const [i, answer] of made.entries())
    await assertOneOrder(fifty[i].order, assertStatus(answer, 201))
})

test('H05 whoever waits for a silent provider is answered before the web server gives up', () => {
  const [, most] = /"PROVIDER_TIMEOUT_MS", \d+, \d+, (\d+)/.exec(
    fs.readFileSync(path.join(root, 'lib/core/config.def'), 'utf8'))
  const blocks = fs.readFileSync(path.join(root, `build/${process.env.MODE ?? 'asan'}/endpoints.conf`),
    'utf8').split('fastcgi.server').filter(block => block.includes('.provider.fcgi'))
  assert(blocks.length >= 2)
  for (const block of blocks)
    assert(Number(/"read-timeout" => (\d+)/.exec(block)[1]) * 1000 >= Number(most) + 5000, block)
})

// ---- at the end --------------------------------------------------------------------

test('the log names no key, and nobody else was ever called', async () => {
  const secret = shop.settings.RAZORPAY_KEY_SECRET
  const basic = Buffer.from(`${shop.settings.RAZORPAY_KEY_ID}:${secret}`).toString('base64')
  const log = fs.readFileSync(path.join(shop.stateDir, 'log/app.log'), 'utf8')
  assert(log.length > 1000)
  for (const word of [secret, basic, shop.settings.RAZORPAY_WEBHOOK_SECRET])
    assert(!log.includes(word))
  assert.deepEqual(elsewhere.heard, [])
  await shop.checkInvariants()
})
