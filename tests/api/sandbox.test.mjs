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
  const end = Date.now() + 20000
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
      [{ receipt: 'x'.repeat(41) }, 'The receipt may not be greater than 40 characters.', 'receipt'],
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

  test('of two authorized payments of an order one is captured', async () => {
    const order = await newOrder(50000)
    const first = (await box.pay(order, 'authorized')).body.razorpay_payment_id
    const second = (await box.pay(order, 'authorized')).body.razorpay_payment_id
    await box.razorpay.payments.capture(first, 50000, 'INR')
    assert.equal((await refusal(box.razorpay.payments.capture(second, 50000, 'INR'))).error.reason,
      'order_already_paid')
  })
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
    assert.equal((await refusal(box.razorpay.payments.refund(id, { amount: 20000 }))).statusCode, 400)
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
  test('the four known vectors', () => {
    const fixture = `{
  "event": "payment.authorized",
  "entity": "event"`
    assert(fixture)
    for (const [text, secret, signature] of [
      ['fake_order_id|fake_payment_id', 'key_secret',
        'b2335e3b0801106b84a7faff035df56ecffde06918c9ddd1f0fafbb37a51cc89'],
      ['{"a":1,"b":2,"c":{"d":3}}', '123456',
        '2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc'],
      ['pay_IDZNwZZFtnjyym|sub_ID6MOhgkcoHj9I', 'EnLs21M47BllR3X8PSFtjtbd',
        '601f383334975c714c91a7d97dd723eb56520318355863dcf3821c0d07a17693'],
    ])
      assert(utils.validateWebhookSignature(text, signature, secret))
  })
})
