/*
 * The sandbox of the payment provider, alone: is it like the provider? The
 * provider's own npm package decides, driven through what the shop needs, and
 * so do the signatures that it accepts. It needs no instance: each test starts
 * the program itself, and a little server that takes the webhooks.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import Razorpay from 'razorpay'
import utils from 'razorpay/dist/utils/razorpay-utils.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = path.join(root, 'build', process.env.MODE || 'asan', 'fakes/razorpay')
const keyId = 'rzp_test_0123456789'
const keySecret = crypto.randomBytes(16).toString('hex')
const webhookSecret = crypto.randomBytes(16).toString('hex')

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const receipt = () => `pa_${crypto.randomUUID()}`
const key = () => `rf-${crypto.randomUUID()}`

async function until(fn, what) {
  const end = Date.now() + 60000
  for (;;) {
    const value = await fn()
    if (value) return value
    assert(Date.now() < end, `waited for ${what}`)
    await sleep(10)
  }
}

// ---- the shop's end ----------------------------------------------------------

/** Takes webhooks. answer(event, n) gives the status of the n-th one. */
async function takeWebhooks(answer = () => 200) {
  const events = []
  const server = http.createServer((req, res) => {
    const pieces = []
    req.on('data', piece => pieces.push(piece))
    req.on('end', () => {
      const text = Buffer.concat(pieces).toString()
      const signature = req.headers['x-razorpay-signature']
      const event = {
        ...JSON.parse(text), text, signature,
        id: req.headers['x-razorpay-event-id'],
        good: utils.validateWebhookSignature(text, signature, webhookSecret),
        type: req.headers['content-type'],
      }
      events.push(event)
      res.writeHead(answer(event, events.length)).end('{"status":"ok"}')
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    events,
    url: `http://127.0.0.1:${server.address().port}/api/payments/webhook/`,
    names: () => events.map(e => e.event),
    close: () => server.close(),
  }
}

// ---- the sandbox -------------------------------------------------------------

const running = new Set()
process.on('exit', () => { for (const child of running) child.kill('SIGKILL') })

async function start(stateDir, webhookUrl = '') {
  const child = spawn(program, ['--listen', '127.0.0.1:0'], {
    env: {
      PATH: process.env.PATH, STATE_DIR: stateDir, RAZORPAY_KEY_ID: keyId,
      RAZORPAY_KEY_SECRET: keySecret, RAZORPAY_WEBHOOK_SECRET: webhookSecret,
      SANDBOX_WEBHOOK_URL: webhookUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => { errors += text })
  running.add(child)
  const ended = new Promise(resolve => child.on('exit', (code, signal) => {
    running.delete(child)
    resolve({ code, signal })
  }))
  const line = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve)
    child.once('exit', () => reject(new Error(`the sandbox ended: ${errors}`)))
  })
  const url = new URL(line.replace('listening on ', ''))
  const razorpay = new Razorpay({ key_id: keyId, key_secret: keySecret })
  razorpay.api.rq.defaults.baseURL = `${url.origin}/sandbox/razorpay`
  razorpay.api.rq.defaults.timeout = 8000
  const call = async (method, target, body, headers = {}) => {
    const res = await fetch(`${url.origin}/sandbox/razorpay${target}`, {
      method, redirect: 'manual',
      headers: {
        Authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
        ...(body === undefined || typeof body === 'string' ? {} :
          { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await res.text()
    let parsed
    try { parsed = JSON.parse(text) } catch { parsed = undefined }
    return { status: res.status, headers: res.headers, text, body: parsed }
  }
  return {
    url, razorpay, call, child,
    faults: async knobs => {
      const set = await call('POST', '/v1/faults', knobs)
      assert.equal(set.status, 200, set.text)
      return set.body
    },
    calm: () => call('DELETE', '/v1/faults'),
    pay: (order, outcome, method) =>
      call('POST', '/v1/checkout/pay', { order_id: order.id, outcome, method },
        { Authorization: '' }),
    books: async () => (await call('GET', '/v1/books')).body,
    webhooks: async () => (await call('GET', '/v1/webhooks')).body,
    stop: async signal => {
      child.kill(signal ?? 'SIGTERM')
      const end = await ended
      if (!signal) assert.deepEqual(end, { code: 0, signal: null }, errors)
      assert(!/Sanitizer|runtime error/.test(errors), errors)
    },
  }
}

const newFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'haat-rz.'))

/** What the package throws, in the provider's envelope. */
const refusal = async promise => {
  try {
    await promise
  } catch (thrown) {
    assert(thrown.statusCode, thrown.stack ?? thrown)
    return thrown
  }
  throw new Error('was not refused')
}

const orderKeys = ['amount', 'amount_due', 'amount_paid', 'attempts', 'created_at', 'currency',
  'entity', 'id', 'notes', 'offer_id', 'receipt', 'status']
const paymentKeys = ['acquirer_data', 'amount', 'amount_refunded', 'bank', 'captured', 'card_id',
  'contact', 'created_at', 'currency', 'description', 'email', 'entity', 'error_code',
  'error_description', 'error_reason', 'error_source', 'error_step', 'fee', 'id', 'international',
  'invoice_id', 'method', 'notes', 'order_id', 'refund_status', 'status', 'tax', 'vpa', 'wallet']
const refundKeys = ['acquirer_data', 'amount', 'batch_id', 'created_at', 'currency', 'entity', 'id',
  'notes', 'payment_id', 'receipt', 'speed_processed', 'speed_requested', 'status']
const keysOf = o => Object.keys(o).sort()

let box, hooks, folder
before(async () => {
  folder = newFolder()
  hooks = await takeWebhooks()
  box = await start(folder, hooks.url)
})
after(async () => {
  await box.stop()
  hooks.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const newOrder = (amount = 50000, more = {}) =>
  box.razorpay.orders.create({ amount, currency: 'INR', receipt: receipt(), ...more })

async function paidOrder(amount = 50000) {
  const order = await newOrder(amount)
  const answer = await box.pay(order)
  assert.equal(answer.status, 200, answer.text)
  return { order, id: answer.body.razorpay_payment_id }
}

describe('orders', () => {
  test('an order has the provider\'s fields and form', async () => {
    const name = receipt()
    const order = await box.razorpay.orders.create(
      { amount: 50000, currency: 'INR', receipt: name, notes: { shop: 'haat', line: 'दो' } })
    assert.deepEqual(keysOf(order), orderKeys)
    assert.match(order.id, /^order_[0-9A-Za-z]{14}$/)
    assert.deepEqual({ ...order, id: 0, created_at: 0 }, {
      id: 0, entity: 'order', amount: 50000, amount_paid: 0, amount_due: 50000, currency: 'INR',
      receipt: name, offer_id: null, status: 'created', attempts: 0,
      notes: { shop: 'haat', line: 'दो' }, created_at: 0,
    })
    assert(Math.abs(order.created_at - Date.now() / 1000) < 5)
    assert.deepEqual(await box.razorpay.orders.fetch(order.id), order)
  })

  test('no notes are a list', async () => {
    assert.deepEqual((await newOrder()).notes, [])
    assert.deepEqual((await newOrder(100, { notes: {} })).notes, [])
  })

  test('a form is taken as JSON is', async () => {
    const form = new URLSearchParams({ amount: '4200', currency: 'INR', receipt: receipt() })
    form.append('notes[for]', 'a & b')
    const answer = await box.call('POST', '/v1/orders', form.toString(),
      { 'Content-Type': 'application/x-www-form-urlencoded' })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.amount, 4200)
    assert.deepEqual(answer.body.notes, { for: 'a & b' })
  })

  test('they are found by receipt and listed the newest first', async () => {
    const orders = []
    for (let i = 0; i < 12; i++) orders.push(await newOrder())
    const found = await box.razorpay.orders.all({ receipt: orders[3].receipt })
    assert.deepEqual(found, { entity: 'collection', count: 1, items: [orders[3]] })
    assert.equal((await box.razorpay.orders.all({ receipt: 'nobody' })).count, 0)
    const newest = await box.razorpay.orders.all()
    assert.equal(newest.count, 10)
    assert.deepEqual(newest.items, orders.slice(2).reverse())
    const page = await box.razorpay.orders.all({ count: 3, skip: 4 })
    assert.deepEqual(page.items, orders.slice(5, 8).reverse())
    const later = await box.razorpay.orders.all({ from: Math.ceil(Date.now() / 1000) + 60 })
    assert.equal(later.count, 0)
  })

  test('what is wrong is refused in the provider\'s words', async () => {
    const taken = await newOrder()
    const notes = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`n${i}`, 'x']))
    for (const [input, description, field] of [
      [{ amount: 99 }, 'Order amount less than minimum amount allowed', 'amount'],
      [{ amount: -5 }, 'Order amount less than minimum amount allowed', 'amount'],
      [{ amount: 100.5 }, 'The amount must be an integer.', 'amount'],
      [{ amount: 'many' }, 'The amount must be an integer.', 'amount'],
      [{ amount: undefined }, 'The amount field is required.', 'amount'],
      [{ currency: 'USD' }, 'Currency is not supported', 'currency'],
      [{ receipt: 'x'.repeat(41) }, 'The receipt may not be greater than 40 characters.',
        'receipt'],
      [{ receipt: taken.receipt }, 'Order receipt should be unique.', undefined],
      [{ notes }, 'Number of fields in notes should be less than or equal to 15', 'notes'],
      [{ colour: 'red' }, 'colour is/are not required and should not be sent', undefined],
    ]) {
      const { statusCode, error } = await refusal(
        box.razorpay.orders.create({ amount: 500, currency: 'INR', receipt: receipt(), ...input }))
      assert.equal(statusCode, 400)
      assert.equal(error.code, 'BAD_REQUEST_ERROR')
      assert.equal(error.description, description)
      assert.equal(error.field, field)
      assert.equal(error.source, 'business')
      assert(error.step && error.reason && error.metadata)
    }
    assert.equal((await newOrder(100, { receipt: 'y'.repeat(40) })).amount, 100)
  })

  test('unknown ids and paths are refused with 400', async () => {
    const words = async promise => (await refusal(promise)).error.description
    assert.equal(await words(box.razorpay.orders.fetch('order_00000000000000')),
      'The id provided does not exist')
    assert.equal(await words(box.razorpay.orders.fetch('nonsense')), 'nonsense is not a valid id')
    assert.equal(await words(box.razorpay.payments.fetch('pay_00000000000000')),
      'The id provided does not exist')
    assert.equal(await words(box.razorpay.refunds.fetch('rfnd_00000000000000')),
      'The id provided does not exist')
    for (const [method, target] of [['GET', '/v1/transfers'], ['POST', '/v1/payouts'],
      ['DELETE', '/v1/orders'], ['GET', '/v1/orders/a/b/c'], ['GET', '/']]) {
      const answer = await box.call(method, target)
      assert.equal(answer.status, 400, target)
      assert.equal(answer.body.error.description, 'The requested URL was not found on the server.')
    }
  })

  test('nobody is served without the key', async () => {
    const basic = text => `Basic ${Buffer.from(text).toString('base64')}`
    for (const Authorization of ['', 'Bearer x', 'Basic ***', basic(keyId), basic(`${keyId}:`),
      basic(`${keyId}:${keySecret}x`), basic(`x${keyId}:${keySecret}`)])
      for (const target of ['/v1/orders', '/v1/books', '/v1/faults']) {
        const answer = await box.call('GET', target, undefined, { Authorization })
        assert.equal(answer.status, 401)
        assert.deepEqual(answer.body,
          { error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' } })
      }
  })

  test('a body that is no JSON is refused', async () => {
    for (const body of ['{', '[]', '{"amount":1,"amount":2}', '\u0000', 'x'.repeat(100000)]) {
      const answer = await box.call('POST', '/v1/orders', body,
        { 'Content-Type': 'application/json' })
      assert.equal(answer.status, 400, body.slice(0, 20))
    }
  })
})

describe('payments', () => {
  test('the checkout gives what the package verifies', async () => {
    const order = await newOrder(100000)
    const { status, body } = await box.pay(order)
    assert.equal(status, 200)
    assert.deepEqual(keysOf(body),
      ['razorpay_order_id', 'razorpay_payment_id', 'razorpay_signature'])
    assert(utils.validatePaymentVerification(
      { order_id: body.razorpay_order_id, payment_id: body.razorpay_payment_id },
      body.razorpay_signature, keySecret))
    const payment = await box.razorpay.payments.fetch(body.razorpay_payment_id)
    assert.deepEqual(keysOf(payment), paymentKeys)
    assert.match(payment.id, /^pay_[0-9A-Za-z]{14}$/)
    assert.deepEqual(
      [payment.entity, payment.amount, payment.currency, payment.status, payment.order_id],
      ['payment', 100000, 'INR', 'captured', order.id])
    assert.deepEqual([payment.method, payment.vpa, payment.captured, payment.refund_status],
      ['upi', 'success@razorpay', true, null])
    // 2 % and 18 % GST on that.
    assert.deepEqual([payment.fee, payment.tax], [2360, 360])
    const paid = await box.razorpay.orders.fetch(order.id)
    assert.deepEqual([paid.status, paid.amount_paid, paid.amount_due, paid.attempts],
      ['paid', 100000, 0, 1])
    assert.deepEqual(await box.razorpay.orders.fetchPayments(order.id),
      { entity: 'collection', count: 1, items: [payment] })
    assert.deepEqual((await box.razorpay.payments.all({ count: 1 })).items, [payment])
    const again = await box.pay(order)
    assert.equal(again.status, 400)
    assert.equal(again.body.error.reason, 'order_already_paid')
  })

  test('each method fills its own field', async () => {
    for (const [method, field] of [['card', 'card_id'], ['netbanking', 'bank'],
      ['wallet', 'wallet']]) {
      const { body } = await box.pay(await newOrder(), 'captured', method)
      const payment = await box.razorpay.payments.fetch(body.razorpay_payment_id)
      assert.equal(payment.method, method)
      assert.equal(typeof payment[field], 'string')
      assert.equal(payment.vpa, null)
    }
    assert.equal((await box.pay(await newOrder(), 'captured', 'cheque')).status, 400)
  })

  test('an authorized payment is captured once, for its own amount', async () => {
    const order = await newOrder(70000)
    const { body } = await box.pay(order, 'authorized', 'card')
    const id = body.razorpay_payment_id
    const payment = await box.razorpay.payments.fetch(id)
    assert.deepEqual([payment.status, payment.captured, payment.fee], ['authorized', false, null])
    assert.equal((await box.razorpay.orders.fetch(order.id)).status, 'attempted')
    assert.equal((await refusal(box.razorpay.payments.capture(id, 69900, 'INR'))).error.description,
      'Capture amount must be equal to the amount authorized')
    const captured = await box.razorpay.payments.capture(id, 70000, 'INR')
    assert.deepEqual([captured.status, captured.captured], ['captured', true])
    assert.equal((await box.razorpay.orders.fetch(order.id)).status, 'paid')
    assert.equal((await refusal(box.razorpay.payments.capture(id, 70000, 'INR'))).error.description,
      'This payment has already been captured')
  })

  test('a failed payment leaves the order open for another', async () => {
    const order = await newOrder()
    const { status, body } = await box.pay(order, 'failed')
    assert.equal(status, 400)
    assert.equal(body.error.code, 'BAD_REQUEST_ERROR')
    assert.equal(body.error.metadata.order_id, order.id)
    const failed = await box.razorpay.payments.fetch(body.error.metadata.payment_id)
    assert.deepEqual([failed.status, failed.captured, failed.error_code, failed.error_reason],
      ['failed', false, 'BAD_REQUEST_ERROR', 'payment_cancelled'])
    assert.match((await refusal(box.razorpay.payments.capture(failed.id, 50000, 'INR')))
      .error.description, /^Only payments which have been authorized/)
    assert.equal((await box.razorpay.orders.fetch(order.id)).status, 'attempted')
    assert.equal((await box.pay(order)).status, 200)
    const paid = await box.razorpay.orders.fetch(order.id)
    assert.deepEqual([paid.status, paid.attempts], ['paid', 2])
    assert.equal((await box.razorpay.orders.fetchPayments(order.id)).count, 2)
  })

  test('an order is paid twice only by who asks for that', async () => {
    const order = await newOrder(50000)
    await box.pay(order)
    assert.equal((await box.pay(order)).body.error.reason, 'order_already_paid')
    const { status, body } = await box.call('POST', '/v1/checkout/pay',
      { order_id: order.id, again: true })
    assert.equal(status, 200)
    assert.equal((await box.razorpay.payments.fetch(body.razorpay_payment_id)).status, 'captured')
    const paid = await box.razorpay.orders.fetch(order.id)
    assert.deepEqual([paid.amount_paid, paid.amount_due, paid.attempts], [50000, 0, 2])
  })

  test('of two authorized payments of an order one is captured', async () => {
    const order = await newOrder(50000)
    const first = (await box.pay(order, 'authorized')).body.razorpay_payment_id
    const second = (await box.pay(order, 'authorized')).body.razorpay_payment_id
    await box.razorpay.payments.capture(first, 50000, 'INR')
    assert.equal((await refusal(box.razorpay.payments.capture(second, 50000, 'INR'))).error.reason,
      'order_already_paid')
  })
})

describe('what nobody captures', () => {
  test('goes back by itself: refunded, never captured, and in no books', () => alone(
    async ({ box: on, shop }) => {
      const order = await on.razorpay.orders.create({ amount: 50000, currency: 'INR' })
      const { body } = await on.pay(order, 'authorized')
      const id = body.razorpay_payment_id
      const play = what => on.call('POST', '/v1/payments/play', { payment_id: what })
      assert.equal((await play('pay_00000000000000')).status, 400)
      const made = await play(id)
      assert.deepEqual([made.status, made.body.amount, made.body.status, made.body.payment_id],
        [200, 50000, 'processed', id])
      const payment = await on.razorpay.payments.fetch(id)
      assert.deepEqual([payment.status, payment.captured, payment.amount_refunded,
        payment.refund_status, payment.fee], ['refunded', false, 50000, 'full', null])
      assert.equal((await play(id)).status, 400)
      assert.equal((await on.call('POST', '/v1/refunds/play',
        { refund_id: made.body.id, outcome: 'failed' })).status, 400)
      await refusal(on.razorpay.payments.capture(id, 50000, 'INR'))
      await refusal(on.razorpay.payments.refund(id, { amount: 100 }))
      const { captured, refunded } = (await on.call('GET', '/v1/books')).body
      assert.deepEqual([captured, refunded], [0, 0])
      await until(() => shop.events.length === 3, 'the events')
      assert.deepEqual(shop.events.map(e => [e.event, e.payload.payment.entity.captured]),
        [['payment.authorized', false], ['refund.created', false], ['refund.processed', false]])
      // Another try may still pay the order.
      assert.equal((await on.pay(order)).status, 200)
      assert.equal((await on.razorpay.orders.fetch(order.id)).status, 'paid')
    }))
})

describe('refunds', () => {
  const refund = (id, input, idempotencyKey) =>
    box.call('POST', `/v1/payments/${id}/refund`, input,
      idempotencyKey ? { 'X-Refund-Idempotency': idempotencyKey } : {})

  test('a part, then the rest, then no more', async () => {
    const { id, order } = await paidOrder(50000)
    const part = await box.razorpay.payments.refund(id,
      { amount: 20000, receipt: 'r1', notes: { why: 'torn' } })
    assert.deepEqual(keysOf(part), refundKeys)
    assert.match(part.id, /^rfnd_[0-9A-Za-z]{14}$/)
    assert.deepEqual([part.entity, part.amount, part.currency, part.payment_id, part.status],
      ['refund', 20000, 'INR', id, 'processed'])
    assert.deepEqual([part.receipt, part.notes, part.speed_requested, part.speed_processed],
      ['r1', { why: 'torn' }, 'normal', 'normal'])
    let payment = await box.razorpay.payments.fetch(id)
    assert.deepEqual([payment.status, payment.amount_refunded, payment.refund_status],
      ['captured', 20000, 'partial'])
    assert.equal((await refusal(box.razorpay.payments.refund(id, { amount: 30001 })))
      .error.description, 'The total refund amount is greater than the refund payment amount')
    const rest = await box.razorpay.payments.refund(id, {})
    assert.deepEqual([rest.amount, rest.notes], [30000, []])
    payment = await box.razorpay.payments.fetch(id)
    assert.deepEqual([payment.status, payment.amount_refunded, payment.refund_status],
      ['refunded', 50000, 'full'])
    assert.equal((await box.razorpay.orders.fetch(order.id)).status, 'paid')
    assert.equal((await refusal(box.razorpay.payments.refund(id, { amount: 100 })))
      .error.description, 'The payment has been fully refunded already')
    assert.deepEqual((await box.razorpay.payments.fetchMultipleRefund(id, {})).items, [rest, part])
    assert.deepEqual(await box.razorpay.payments.fetchRefund(id, part.id), part)
    assert.deepEqual(await box.razorpay.refunds.fetch(rest.id), rest)
    assert.deepEqual((await box.razorpay.refunds.all({ count: 2 })).items, [rest, part])
  })

  test('what is wrong is refused in the provider\'s words', async () => {
    const { id } = await paidOrder(50000)
    const open = (await box.pay(await newOrder(), 'authorized')).body.razorpay_payment_id
    for (const [payment, input, description] of [
      [id, { amount: 99 }, 'The amount must be atleast INR 1.00'],
      [id, { amount: 0 }, 'The amount must be atleast INR 1.00'],
      [id, { amount: -100 }, 'The amount must be atleast INR 1.00'],
      [id, { amount: 1.5 }, 'The amount must be an integer.'],
      [id, { amount: 50001 }, 'The refund amount provided is greater than amount captured'],
      [id, { speed: 'warp' }, 'The selected speed is invalid.'],
      [id, { colour: 1 }, 'colour is/are not required and should not be sent'],
      [open, { amount: 100 }, 'The payment status should be captured for action to be taken'],
    ]) {
      const { statusCode, error } = await refusal(box.razorpay.payments.refund(payment, input))
      assert.deepEqual([statusCode, error.code, error.description],
        [400, 'BAD_REQUEST_ERROR', description])
    }
    assert.equal((await box.razorpay.payments.fetch(id)).amount_refunded, 0)
  })

  test('the same key and body give the first answer again', async () => {
    const { id } = await paidOrder(50000)
    const name = key()
    const first = await refund(id, { amount: 1000 }, name)
    assert.equal(first.status, 200, first.text)
    const many = await Promise.all(Array.from({ length: 10 },
      () => refund(id, { amount: 1000 }, name)))
    for (const answer of many) assert.equal(answer.text, first.text)
    assert.equal((await box.razorpay.payments.fetch(id)).amount_refunded, 1000)
    const other = await refund(id, { amount: 2000 }, name)
    assert.equal(other.status, 400)
    assert.match(other.body.error.description, /^Different request with the same idempotency key/)
    const elsewhere = await refund((await paidOrder()).id, { amount: 1000 }, name)
    assert.equal(elsewhere.status, 400)
  })

  test('a key that was refused may be used again', async () => {
    const { id } = await paidOrder(50000)
    const name = key()
    assert.equal((await refund(id, { amount: 99 }, name)).status, 400)
    assert.equal((await refund(id, { amount: 999 }, name)).status, 200)
  })

  test('a bad key is refused', async () => {
    const { id } = await paidOrder(50000)
    for (const bad of ['short', 'a key with spaces', 'komma,komma,komma'])
      assert.equal((await refund(id, { amount: 1000 }, bad)).status, 400)
    assert.equal((await box.razorpay.payments.fetch(id)).amount_refunded, 0)
  })

  test('while a request is under way its key is busy', async () => {
    const { id } = await paidOrder(50000)
    const name = key()
    await box.faults({ next: [{ match: 'POST /v1/payments/*/refund', fault: 'slow',
      timeout_ms: 300 }] })
    const first = refund(id, { amount: 1000 }, name)
    await until(async () => (await box.call('GET', '/v1/faults')).body.next.length === 0,
      'the slow request')
    const second = await refund(id, { amount: 1000 }, name)
    assert.equal(second.status, 409)
    assert.match(second.body.error.description, /still in progress/)
    const answer = await first
    assert.equal(answer.status, 200)
    assert.equal((await refund(id, { amount: 1000 }, name)).text, answer.text)
    assert.equal((await box.razorpay.payments.fetch(id)).amount_refunded, 1000)
  })

  test('2468 paise fail, and may be refunded after all', async () => {
    const { id } = await paidOrder(50000)
    const answer = await box.razorpay.payments.refund(id, { amount: 2468 })
    assert.equal(answer.status, 'pending')
    assert.equal((await box.razorpay.refunds.fetch(answer.id)).status, 'failed')
    const payment = await box.razorpay.payments.fetch(id)
    assert.deepEqual([payment.amount_refunded, payment.refund_status], [0, null])
    assert.equal((await box.razorpay.payments.refund(id, { amount: 50000 })).status, 'processed')
  })

  test('the bank may be played: pending, processed, failed', async () => {
    const { id } = await paidOrder(50000)
    const name = key()
    await box.faults({ refunds: 'pending' })
    const first = await refund(id, { amount: 40000 }, name)
    await box.calm()
    assert.equal(first.body.status, 'pending')
    assert.equal((await refusal(box.razorpay.payments.refund(id, { amount: 20000 }))).error
      .description, 'The total refund amount is greater than the refund payment amount')
    const play = outcome => box.call('POST', '/v1/refunds/play',
      { refund_id: first.body.id, outcome })
    assert.equal((await play('processed')).body.status, 'processed')
    assert.equal((await refund(id, { amount: 40000 }, name)).text, first.text)
    assert.equal((await play('processed')).status, 400)
    assert.equal((await play('failed')).body.status, 'failed')
    assert.equal((await box.razorpay.payments.refund(id, { amount: 20000 })).status, 'processed')
    assert.equal((await play('processed')).status, 400)
  })
})

describe('signatures', () => {
  const sign = (text, secret) => new Promise((resolve, reject) => {
    const child = spawn(program, ['--sign'], {
      env: { RAZORPAY_KEY_ID: 'x', RAZORPAY_KEY_SECRET: 'x', RAZORPAY_WEBHOOK_SECRET: secret },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', piece => { out += piece })
    child.on('error', reject).on('close', () => resolve(out.trim()))
    child.stdin.end(text)
  })

  test('known texts have their known signatures', async () => {
    for (const [text, secret, signature] of [
      ['fake_order_id|fake_payment_id', 'key_secret',
        'b2335e3b0801106b84a7faff035df56ecffde06918c9ddd1f0fafbb37a51cc89'],
      ['{"a":1,"b":2,"c":{"d":3}}', '123456',
        '2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc'],
      ['pay_IDZNwZZFtnjyym|sub_ID6MOhgkcoHj9I', 'EnLs21M47BllR3X8PSFtjtbd',
        '601f383334975c714c91a7d97dd723eb56520318355863dcf3821c0d07a17693'],
    ]) {
      assert.equal(await sign(text, secret), signature)
      assert(utils.validateWebhookSignature(text, signature, secret))
    }
  })

  test('any text is signed as the package expects', async () => {
    for (let i = 0; i < 10; i++) {
      const text = crypto.randomBytes(i * 7).toString(i % 2 ? 'latin1' : 'base64')
      const secret = crypto.randomBytes(1 + i * 3).toString('hex')
      assert(utils.validateWebhookSignature(text, await sign(text, secret), secret))
    }
  })
})

// ---- a sandbox for each test -------------------------------------------------

/** Runs fn with a sandbox and a shop of its own. */
async function alone(fn, answer) {
  const stateDir = newFolder()
  const shop = await takeWebhooks(answer)
  const one = { shop, stateDir, box: await start(stateDir, shop.url) }
  try {
    await fn(one)
    await one.box.stop()
  } finally {
    one.box.child.kill('SIGKILL')
    shop.close()
    fs.rmSync(stateDir, { recursive: true, force: true })
  }
}

const create = (on, amount = 50000) =>
  on.razorpay.orders.create({ amount, currency: 'INR', receipt: receipt() })

const captureEvents = ['payment.authorized', 'payment.captured', 'order.paid']

describe('lists', () => {
  /** All of a list, page by page, as a shop that compares its books reads it. */
  async function walk(resource, window, count) {
    const items = []
    for (;;) {
      const page = await resource.all({ ...window, count, skip: items.length })
      assert.deepEqual([page.entity, page.count], ['collection', page.items.length])
      assert(page.count <= count)
      items.push(...page.items)
      if (page.count < count) return items
    }
  }

  test('payments and refunds of a window, in pages, the newest first', () => alone(async one => {
    const { box: on } = one
    const payments = [], refunds = []
    for (let i = 0; i < 7; i++) {
      const { body } = await on.pay(await create(on, 50000 + i))
      payments.unshift(body.razorpay_payment_id)
      refunds.unshift((await on.razorpay.payments.refund(payments[0], { amount: 100 + i })).id)
    }
    const failed = (await on.pay(await create(on), 'failed')).body.error.metadata.payment_id
    payments.unshift(failed)
    const now = Math.floor(Date.now() / 1000)
    const today = { from: now - 60, to: now + 60 }
    for (const count of [1, 3, 8, 100]) {
      const listed = await walk(on.razorpay.payments, today, count)
      assert.deepEqual(listed.map(p => p.id), payments)
      assert.deepEqual((await walk(on.razorpay.refunds, today, count)).map(r => r.id), refunds)
      for (const [i, payment] of listed.entries())
        assert.deepEqual(payment, await on.razorpay.payments.fetch(payments[i]))
    }
    // The package takes written dates too; a window holds both its ends.
    const { created_at: at } = await on.razorpay.payments.fetch(payments.at(-1))
    const written = new Date(at * 1000).toISOString()
    const exact = await on.razorpay.payments.all({ from: at, to: written, count: 100 })
    assert(exact.items.some(p => p.id === payments.at(-1)))
    assert(exact.items.every(p => p.created_at === at))
    for (const window of [{ from: now + 60 }, { to: now - 60 }]) {
      assert.equal((await on.razorpay.payments.all(window)).count, 0)
      assert.equal((await on.razorpay.refunds.all(window)).count, 0)
    }
    assert.equal((await on.razorpay.payments.all(today)).count, 8)
    assert.equal((await on.razorpay.payments.all({ ...today, skip: 8 })).count, 0)
    const own = await on.razorpay.refunds.all({ payment_id: payments[3], ...today })
    assert.deepEqual(own.items.map(r => r.id), [refunds[2]])
  }))

  test('what is wrong is refused in the provider\'s words', async () => {
    for (const [params, description] of [
      [{ count: 101 }, 'The count may not be greater than 100.'],
      [{ from: Date.now() }, 'from must be between 946684800 and 4765046400'],
      [{ to: 1 }, 'to must be between 946684800 and 4765046400'],
      [{ from: 'yesterday' }, 'from must be between 946684800 and 4765046400'],
    ])
      for (const resource of ['orders', 'payments', 'refunds']) {
        const answer = await box.call('GET', `/v1/${resource}?${new URLSearchParams(params)}`)
        assert.equal(answer.status, 400, `${resource} ${JSON.stringify(params)}`)
        assert.equal(answer.body.error.description, description)
        assert.equal(answer.body.error.code, 'BAD_REQUEST_ERROR')
      }
  })
})

describe('webhooks', () => {
  test('events come in order, signed, each with its moment', () => alone(async one => {
    const { box: on, shop } = one
    const order = await create(on)
    const { body } = await on.pay(order)
    const refund = await on.razorpay.payments.refund(body.razorpay_payment_id, { amount: 100 })
    await on.razorpay.payments.refund(body.razorpay_payment_id, { amount: 2468 })
    const other = await create(on)
    await on.pay(other, 'failed')
    const names = [...captureEvents, 'refund.created', 'refund.processed',
      'refund.created', 'refund.failed', 'payment.failed']
    await until(() => shop.events.length >= names.length, 'the events')
    assert.deepEqual(shop.names(), names)
    assert.equal(new Set(shop.events.map(e => e.id)).size, names.length)
    for (const event of shop.events) {
      assert(event.good, 'the package accepts the signature')
      assert.match(event.signature, /^[0-9a-f]{64}$/)
      assert.equal(event.type, 'application/json')
      assert.equal(event.entity, 'event')
      assert.match(event.account_id, /^acc_[0-9A-Za-z]{14}$/)
      assert.deepEqual(event.contains, Object.keys(event.payload))
      assert.equal(typeof event.created_at, 'number')
      for (const part of event.contains)
        assert.equal(event.payload[part].entity.entity, part)
    }
    const [authorized, captured, paid, created, processed, , failed, refused] = shop.events
    assert.deepEqual(authorized.contains, ['payment'])
    assert.equal(authorized.payload.payment.entity.status, 'authorized')
    assert.equal(authorized.payload.payment.entity.captured, false)
    assert.equal(captured.payload.payment.entity.status, 'captured')
    assert.deepEqual(keysOf(captured.payload.payment.entity), paymentKeys)
    assert.deepEqual(paid.contains, ['payment', 'order'])
    assert.equal(paid.payload.order.entity.status, 'paid')
    assert.deepEqual(created.contains, ['refund', 'payment'])
    assert.deepEqual(processed.payload.refund.entity, refund)
    assert.equal(processed.payload.payment.entity.refund_status, 'partial')
    assert.equal(failed.payload.refund.entity.status, 'failed')
    assert.equal(refused.payload.payment.entity.error_code, 'BAD_REQUEST_ERROR')
  }))

  test('what is refused comes again, the same bytes, and keeps its place', () => {
    let refusals = 3
    return alone(async ({ box: on, shop }) => {
      await on.pay(await create(on))
      await until(() => shop.events.length >= 6, 'the events')
      assert.deepEqual(shop.names(),
        [...Array(3).fill('payment.authorized'), ...captureEvents])
      assert.equal(new Set(shop.events.slice(0, 4).map(e => e.text)).size, 1)
      assert.equal(new Set(shop.events.slice(0, 4).map(e => e.id)).size, 1)
    }, () => refusals-- > 0 ? 503 : 200)
  })

  test('one that is always refused does not hold up the others for ever', () => alone(
    async ({ box: on, shop }) => {
      await on.pay(await create(on))
      await until(() => shop.names().includes('order.paid'), 'the last event')
      assert.equal(shop.names().filter(name => name === 'payment.authorized').length, 5)
      // The box books an answer a moment after the shop has given it.
      await until(async () => (await on.webhooks()).sent === 2, 'two events sent')
      assert.deepEqual(await on.webhooks(),
        { events: 3, held: 0, waiting: 1, sent: 2, refused: 5 })
    }, event => event.event === 'payment.authorized' ? 400 : 200))

  test('they are duplicated, delayed, and at first mis-signed', () => alone(
    async ({ box: on, shop }) => {
      await on.faults({ webhooks: { duplicate: 2, missign: 1, delay_ms: 300 } })
      const started = performance.now()
      await on.pay(await create(on))
      await until(() => shop.events.length >= 12, 'the events')
      assert(performance.now() - started >= 300)
      assert.deepEqual(shop.names(), captureEvents.flatMap(name => Array(4).fill(name)))
      assert.deepEqual(shop.events.map(e => e.good),
        captureEvents.flatMap(() => [false, true, true, true]))
      assert.equal(new Set(shop.events.map(e => e.id)).size, 3)
    }, event => event.good ? 200 : 400))

  test('they are shuffled', () => alone(async ({ box: on, shop }) => {
    await on.faults({ webhooks: { shuffle: true, hold: true } })
    for (let i = 0; i < 5; i++) await on.pay(await create(on))
    await on.faults({ webhooks: { hold: false } })
    await until(() => shop.events.length >= 15, 'the events')
    assert.notDeepEqual(shop.names(), Array(5).fill(captureEvents).flat())
    assert.equal(new Set(shop.events.map(e => e.id)).size, 15)
  }))

  test('they are held, and released in any order', () => alone(async ({ box: on, shop }) => {
    await on.faults({ webhooks: { hold: true, duplicate: 1 } })
    await on.pay(await create(on))
    assert.equal((await on.webhooks()).held, 3)
    const order = ['order.paid', 'payment.authorized', 'payment.captured']
    await on.call('POST', '/v1/webhooks/release', { order })
    await until(() => shop.events.length >= 6, 'the events')
    assert.deepEqual(shop.names(), order.flatMap(name => [name, name]))
    await on.pay(await create(on))
    assert.equal((await on.webhooks()).held, 3)
    assert.equal(shop.events.length, 6)
  }))

  test('any event is sent, also twice, also with an id that is known', () => alone(
    async ({ box: on, shop }) => {
      const payload = { payment: { entity: { id: 'pay_x', notes: [] } }, extra: { entity: {} } }
      const send = async input => {
        const sent = shop.events.length
        const { body } = await on.call('POST', '/v1/webhooks/send', input)
        await until(() => shop.events.length > sent, 'the event')
        return body.event_id
      }
      const id = await send({ event: 'payment.weird', payload })
      assert.equal(await send({ event_id: id }), id)
      assert.equal(await send({ event_id: id, event: 'payment.captured', payload: {} }), id)
      assert.equal(await send({ event_id: 'my-own.1', event: 'a.b', payload }), 'my-own.1')
      assert.deepEqual(shop.events.map(e => e.id), [id, id, id, 'my-own.1'])
      assert.deepEqual(shop.names(), ['payment.weird', 'payment.weird', 'payment.captured', 'a.b'])
      assert.deepEqual(shop.events[0].payload, payload)
      assert.deepEqual(shop.events[0].contains, ['payment', 'extra'])
      assert(shop.events.every(e => e.good))
      for (const bad of [{}, { event: 'x' }, { event: 'x"y', payload }, { event: 'x', payload: 1 },
        { event: 'x', payload, event_id: 'a\nb' }])
        assert.equal((await on.call('POST', '/v1/webhooks/send', bad)).status, 400)
    }))
})

describe('a restart', () => {
  for (const signal of [undefined, 'SIGKILL'])
    test(`keeps everything (${signal ?? 'SIGTERM'})`, () => alone(async one => {
      const { stateDir, shop } = one
      await one.box.faults({ webhooks: { hold: true } })
      const order = await create(one.box)
      const open = await create(one.box)
      const { body } = await one.box.pay(order)
      await one.box.pay(open, 'failed')
      const name = key()
      const refund = on => on.call('POST', `/v1/payments/${body.razorpay_payment_id}/refund`,
        { amount: 700, notes: { a: 'b' } }, { 'X-Refund-Idempotency': name })
      const first = await refund(one.box)
      await one.box.razorpay.payments.refund(body.razorpay_payment_id, { amount: 2468 })
      const look = async on => ({
        orders: await on.razorpay.orders.all(),
        found: await on.razorpay.orders.all({ receipt: open.receipt }),
        payments: await on.razorpay.payments.all(),
        refunds: await on.razorpay.refunds.all(),
        books: await on.books(),
      })
      const seen = await look(one.box)
      await one.box.stop(signal)
      // What a power cut leaves of a last line.
      fs.appendFileSync(path.join(stateDir, 'sandbox/razorpay.journal'), '{"t":"capture","id":"pa')
      one.box = await start(stateDir, shop.url)
      assert.deepEqual(await look(one.box), seen)
      assert.equal((await refund(one.box)).text, first.text)
      // What was held is not forgotten, and what was sent is not sent again.
      const names = [...captureEvents, 'payment.failed', 'refund.created', 'refund.processed',
        'refund.created', 'refund.failed']
      await until(() => shop.events.length >= names.length, 'the events')
      assert.deepEqual(shop.names(), names)
      await one.box.razorpay.payments.refund(body.razorpay_payment_id, { amount: 800 })
      await until(async () => (await one.box.webhooks()).waiting === 0, 'the rest')
      await one.box.stop()
      one.box = await start(stateDir, shop.url)
      assert.equal((await one.box.webhooks()).waiting, 0)
      assert.equal(shop.events.length, names.length + 2)
      assert(shop.events.every(e => e.good))
    }))
})

describe('faults', () => {
  const match = 'POST /v1/orders'
  const input = () => ({ amount: 5000, currency: 'INR', receipt: receipt() })
  const exists = async (on, name) => (await on.razorpay.orders.all({ receipt: name })).count === 1
  const outcome = async promise => {
    try {
      return await promise
    } catch (error) {
      return { failed: error.cause?.code ?? error.code ?? error.name }
    }
  }

  for (const [fault, executes] of [['500', false], ['400', false], ['401', false],
    ['after-500', true]])
    test(`${fault} is the provider's envelope`, async () => {
      await box.faults({ next: [{ match, fault }] })
      const order = input()
      const { statusCode, error } = await refusal(box.razorpay.orders.create(order))
      assert.equal(statusCode, Number(fault.replace('after-', '')))
      assert.equal(error.code, statusCode === 500 ? 'SERVER_ERROR' : 'BAD_REQUEST_ERROR')
      assert.equal(await exists(box, order.receipt), executes)
      assert.equal((await newOrder()).status, 'created')
    })

  for (const [fault, executes] of [['before-timeout', false], ['after-timeout', true]])
    test(`${fault} gives no answer`, async () => {
      await box.faults({ next: [{ match, fault, timeout_ms: 60000 }] })
      const order = input()
      box.razorpay.api.rq.defaults.timeout = 300
      const thrown = await box.razorpay.api.rq.post('/v1/orders', order).catch(e => e)
      box.razorpay.api.rq.defaults.timeout = 8000
      assert.equal(thrown.code, 'ECONNABORTED')
      assert.equal(await exists(box, order.receipt), executes)
    })

  test('after its time a timeout closes without an answer', async () => {
    await box.faults({ next: [{ match, fault: 'before-timeout', timeout_ms: 50 }] })
    const answer = await outcome(box.call('POST', '/v1/orders', input()))
    assert.equal(answer.failed, 'UND_ERR_SOCKET')
  })

  for (const [fault, executes] of [['reset', false], ['after-reset', true]])
    test(`${fault} resets the connection`, async () => {
      await box.faults({ next: [{ match, fault }] })
      const order = input()
      const error = await new Promise((resolve, reject) => {
        const body = JSON.stringify(order)
        const socket = net.connect(box.url.port, '127.0.0.1', () => socket.write(
          `POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${
            Buffer.from(`${keyId}:${keySecret}`).toString('base64')}\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`))
        socket.on('error', resolve).on('data', data => reject(new Error(data)))
        socket.on('end', () => reject(new Error('closed')))
      })
      assert.equal(error.code, 'ECONNRESET')
      assert.equal(await exists(box, order.receipt), executes)
    })

  test('slow-drip gives the answer byte by byte', async () => {
    await box.faults({ next: [{ match, fault: 'slow-drip', drip_ms: 2 }] })
    const started = performance.now()
    const answer = await box.call('POST', '/v1/orders', input())
    assert.equal(answer.status, 200)
    assert(performance.now() - started > 2 * answer.text.length)
    assert.match(answer.body.id, /^order_/)
  })

  test('junk is 200 and no JSON', async () => {
    await box.faults({ next: [{ match, fault: 'junk' }] })
    const order = input()
    const answer = await box.call('POST', '/v1/orders', order)
    assert.deepEqual([answer.status, answer.body], [200, undefined])
    assert(await exists(box, order.receipt))
  })

  test('big-body is more than 5 MB', async () => {
    await box.faults({ next: [{ match, fault: 'big-body' }] })
    const answer = await box.call('POST', '/v1/orders', input())
    assert.equal(answer.status, 200)
    assert(answer.text.length > 5e6)
  })

  test('redirect is a 308 to elsewhere', async () => {
    await box.faults({ next: [{ match, fault: 'redirect', location: 'http://127.0.0.1:9/x' }] })
    const answer = await box.call('POST', '/v1/orders', input())
    assert.equal(answer.status, 308)
    assert.equal(answer.headers.get('location'), 'http://127.0.0.1:9/x')
  })

  test('a rule holds for its calls and its times only, and is shown', async () => {
    const rules = [
      { match: 'GET /v1/orders/*/payments', fault: '500', times: 2 },
      { match: 'GET /v1/payments/:id', fault: 'after-reset', times: 1 },
    ]
    const order = await newOrder()
    const set = await box.faults({ next: rules, timeout_ms: 1234 })
    assert.deepEqual(set.next, rules)
    assert.equal(set.timeout_ms, 1234)
    await box.razorpay.orders.fetch(order.id)
    for (let i = 0; i < 2; i++)
      assert.equal((await refusal(box.razorpay.orders.fetchPayments(order.id))).statusCode, 500)
    assert.equal((await box.razorpay.orders.fetchPayments(order.id)).count, 0)
    assert.deepEqual((await box.call('GET', '/v1/faults')).body.next, [rules[1]])
    // Who has no key uses up nothing.
    assert.equal((await box.call('GET', '/v1/payments/pay_1', undefined,
      { Authorization: '' })).status, 401)
    assert.equal((await box.calm()).body.next.length, 0)
    assert.equal((await box.call('GET', '/v1/faults')).body.timeout_ms, 10000)
    for (const bad of [{ next: [{ match, fault: 'fire' }] }, { next: [{ fault: '500' }] },
      { next: 1 }, { random: { per_mille: 1, faults: ['fire'] } }])
      assert.equal((await box.call('POST', '/v1/faults', bad)).status, 400)
    assert.equal((await box.call('GET', '/v1/faults')).body.next.length, 0)
  })

  test('random faults come as often as asked, the same from the same seed', async () => {
    const run = async () => {
      await box.faults({ random: { seed: 7, per_mille: 300, faults: ['500', '400', 'junk'] } })
      const seen = []
      for (let i = 0; i < 100; i++) {
        const answer = await box.call('GET', '/v1/orders?count=1')
        seen.push(answer.body === undefined ? 'junk' : answer.status)
      }
      await box.calm()
      return seen
    }
    const first = await run()
    assert.deepEqual(await run(), first)
    const bad = first.filter(one => one !== 200).length
    assert(bad > 15 && bad < 45, `${bad} of 100`)
    assert.equal(new Set(first).size, 4)
  })
})

describe('load', () => {
  test('200 clients under every fault: the books are those of the answers', () => alone(
    async ({ box: on, shop }) => {
      await on.faults({
        timeout_ms: 200, drip_ms: 1, random: { seed: 3, per_mille: 200 },
        webhooks: { duplicate: 1, shuffle: true, missign: 1 },
      })
      const client = http.request
      const call = (method, target, body, headers = {}) => new Promise(resolve => {
        const req = client({
          host: '127.0.0.1', port: on.url.port, method, path: target, agent: false,
          auth: `${keyId}:${keySecret}`,
          headers: { 'Content-Type': 'application/json', ...headers },
        }, res => {
          let text = ''
          res.setEncoding('utf8').on('data', piece => { text += piece })
          res.on('error', () => resolve({ status: 0 }))
          res.on('close', () => {
            let parsed
            try { parsed = JSON.parse(text) } catch { /* as a client sees it */ }
            resolve({ status: parsed ? res.statusCode : 0, body: parsed })
          })
        })
        req.on('error', () => resolve({ status: 0 }))
        req.end(body && JSON.stringify(body))
      })
      const insist = async (what, good, ...args) => {
        for (let tries = 0; tries < 100; tries++) {
          const answer = await call(...args)
          if (good(answer)) return answer
        }
        throw new Error(`no answer: ${what}`)
      }
      let captured = 0, refunded = 0
      await Promise.all(Array.from({ length: 200 }, async (_, i) => {
        const name = receipt()
        const amount = 1000 + i
        const order = await insist('order', a => a.body?.id || a.body?.error?.metadata?.order_id,
          'POST', '/v1/orders', { amount, currency: 'INR', receipt: name })
        const id = order.body.id ?? order.body.error.metadata.order_id
        const paid = await call('POST', '/v1/checkout/pay', { order_id: id })
        captured += amount
        const refund = await insist('refund', a => a.body?.entity === 'refund', 'POST',
          `/v1/payments/${paid.body.razorpay_payment_id}/refund`, { amount: 101 },
          { 'X-Refund-Idempotency': `rf-${name}` })
        refunded += refund.body.amount
      }))
      const { served, hits } = (await on.call('GET', '/v1/faults')).body
      assert.equal(Object.values(hits).reduce((a, b) => a + b), served)
      await on.faults({ random: { per_mille: 0 } })
      const books = await on.books()
      assert.deepEqual([books.orders, books.captured, books.refunded],
        [200, captured, refunded])
      assert.deepEqual(books.payments.find(p => p.status === 'captured'),
        { status: 'captured', count: 200, amount: captured })
      assert(served > 50, `${served} faults`)
      await until(async () => (await on.webhooks()).waiting === 0, 'the events')
      const good = shop.events.filter(e => e.good)
      assert.equal(new Set(good.map(e => e.id)).size, 1000)
      assert.equal(good.length, 2000)
    }, event => event.good ? 200 : 400))
})
