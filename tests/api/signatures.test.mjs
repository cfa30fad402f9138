/*
 * B03: whose signatures we accept. The provider's own npm package is the judge:
 * of bodies, secrets and spoilt signatures by the thousand, what the library
 * says and what the endpoint answers is what the package says.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import path from 'node:path'
import { describe, test } from 'node:test'

import utils from 'razorpay/dist/utils/razorpay-utils.js'

import { assertProblem, assertStatus, countBy, customer, mode, newKey, placeOrder, product, root,
  startInstance, uuid7 } from './harness.mjs'
import { seeded, seedOfRun } from './seeded.mjs'

const seed = seedOfRun()
console.log(`B03: seed ${seed}`)

const sign = (body, secret) => crypto.createHmac('sha256', secret).update(body).digest('hex')
const accepts = utils.validateWebhookSignature

// ---- what is signed ------------------------------------------------------------

const pieces = ['\0', '\r\n', '\n', '\r', '"', '\\', '\\u0000', '\ufeff', '₹', 'é', 'ж', '日本', '😀',
  '\u2028', '\x7f', ' ', '\t', '|', '{', '}', 'a', 'Z', '0', '%00', '=', '\u0001']

const text = (chance, most) =>
  Array.from({ length: chance.int(0, most) }, () => chance.pick(pieces)).join('')

/** JSON as the provider sends it, the same in other bytes, and what is no JSON at all. */
function bodyOf(chance) {
  const event = { entity: 'event', event: chance.pick(['payment.captured', 'refund.failed', 'x']),
    payload: { note: text(chance, 20), amount: chance.int(0, 1e9) } }
  switch (chance.int(0, 7)) {
    case 0: return ''
    case 1: return text(chance, 40)
    case 2: return text(chance, 4000)
    case 3: return JSON.stringify(event)
    case 4: return JSON.stringify(event, null, chance.int(1, 8))
    case 5: return `${JSON.stringify(event)}\r\n`
    case 6: return `${JSON.stringify(event).slice(0, -1)}`
    default: return `{"event":"a\\u0000b","text":"${'x'.repeat(chance.int(0, 20000))}"}`
  }
}

/** No NUL: a setting cannot hold one. Longer than a block of SHA-256 (64) as well. */
const secretOf = chance => chance.pick([
  () => crypto.createHash('sha256').update(String(chance.next())).digest('hex'),
  () => `${text(chance, 30)}!`.replaceAll('\0', 'n'),
  () => 's'.repeat(chance.pick([1, 16, 63, 64, 65, 200])),
  () => `пароль ${chance.int(0, 1e9)} ₹`,
])()

/** A good signature, and the ways in which it goes bad. */
const spoilt = [
  ['good', good => good],
  ['a flipped nibble', (good, { chance }) => {
    const at = chance.int(0, 63)
    const other = (parseInt(good[at], 16) ^ (1 << chance.int(0, 3))).toString(16)
    return good.slice(0, at) + other + good.slice(at + 1)
  }],
  ['truncated', (good, { chance }) => good.slice(0, chance.int(1, 63))],
  ['empty', () => ''],
  // B02 refuses upper-case digits, and so does the package: it compares texts.
  ['upper-case', good => good.toUpperCase()],
  ['one digit too many', (good, { chance }) => good + chance.int(0, 9)],
  ['twice', good => good + good],
  ['with a prefix', good => `sha256=${good}`],
  ['Base64', (good, { body, secret }) =>
    crypto.createHmac('sha256', secret).update(body).digest('base64')],
  ['of another body', (good, { body, secret }) => sign(`${body} `, secret)],
  ['under another secret', (good, { body, secret }) => sign(body, `${secret}x`)],
  ['SHA-1', (good, { body, secret }) =>
    crypto.createHmac('sha1', secret).update(body).digest('hex')],
]

function* cases(n, secretFor) {
  const chance = seeded(seed)
  for (let i = 0; i < n; i++) {
    const one = { chance, body: bodyOf(chance), secret: secretFor(chance) }
    // Half of them are good.
    const [name, spoil] = i % 2 ? chance.pick(spoilt) : spoilt[0]
    const signature = spoil(sign(one.body, one.secret), one)
    yield { ...one, name, signature, want: accepts(one.body, signature, one.secret) }
  }
}

// ---- the library ----------------------------------------------------------------

/** What build/MODE/tools/signatures says of each {body, secret, signature}. */
async function judge(list) {
  const child = spawn(path.join(root, 'build', mode, 'tools/signatures'), [],
    { stdio: ['pipe', 'pipe', 'inherit'] })
  const hex = value => Buffer.from(value).toString('hex')
  let out = ''
  child.stdout.setEncoding('utf8').on('data', piece => { out += piece })
  const ended = new Promise(resolve => child.on('close', resolve))
  child.stdin.end(list.map(one =>
    `${hex(one.body)} ${hex(one.secret)} ${hex(one.signature)}\n`).join(''))
  assert.equal(await ended, 0)
  return out.trimEnd().split('\n').map(line => line === '1')
}

describe('B03 the library', () => {
  test('accepts 1,000 random bodies and secrets exactly when the package does', async () => {
    const list = [...cases(1000, secretOf)]
    const got = await judge(list)
    assert.equal(got.length, list.length)
    const odd = list.filter((one, i) => one.want !== got[i])
    assert.deepEqual(odd.map(one => ({ ...one, chance: undefined })), [])
    // What was tried holds every way to spoil, and both answers.
    assert.equal(Object.keys(countBy(list, one => one.name)).length, spoilt.length)
    assert.deepEqual(Object.keys(countBy(list, one => one.want)).sort(), ['false', 'true'])
    assert(list.every(one => one.want === (one.name === 'good')))
  })

  test('differs in one thing: an empty secret, one that was never set, signs nothing', async () => {
    const body = '{"event":"payment.captured"}'
    const signature = sign(body, '')
    assert.equal(accepts(body, signature, ''), true)
    assert.deepEqual(await judge([{ body, secret: '', signature }]), [false])
  })

  test('agrees with the package on the vectors of its own tests', async () => {
    const vectors = [
      ['fake_order_id|fake_payment_id', 'key_secret',
        'b2335e3b0801106b84a7faff035df56ecffde06918c9ddd1f0fafbb37a51cc89'],
      ['{"a":1,"b":2,"c":{"d":3}}', '123456',
        '2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc'],
      ['pay_IDZNwZZFtnjyym|sub_ID6MOhgkcoHj9I', 'EnLs21M47BllR3X8PSFtjtbd',
        '601f383334975c714c91a7d97dd723eb56520318355863dcf3821c0d07a17693'],
    ]
    for (const vector of vectors) assert(accepts(vector[0], vector[2], vector[1]))
    assert(utils.validatePaymentVerification({ order_id: 'fake_order_id',
      payment_id: 'fake_payment_id' }, vectors[0][2], vectors[0][1]))
    assert(utils.validatePaymentVerification({ payment_id: 'pay_IDZNwZZFtnjyym',
      subscription_id: 'sub_ID6MOhgkcoHj9I' }, vectors[2][2], vectors[2][1]))
    assert.deepEqual(await judge(vectors.map(([body, secret, signature]) =>
      ({ body, secret, signature }))), [true, true, true])
  })
})

// ---- the endpoints --------------------------------------------------------------

describe('B03 the endpoints', () => {
  const chance = seeded(`${seed} secrets`)
  const secret = `${'₹ñ| '.repeat(20)}${chance.int(0, 1e9)}="'\\`
  const previous = chance.next().toString(36).padEnd(40, 'p')
  const ready = startInstance({ RAZORPAY_WEBHOOK_SECRET: secret,
    RAZORPAY_WEBHOOK_SECRET_PREVIOUS: previous })

  test('webhook/ takes what the package takes, JSON or not, and stores its bytes', async () => {
    const shop = await ready
    const list = [...cases(200, one => one.pick([secret, secret, previous, `${secret}x`]))]
    for (const [i, { body, signature, name, secret: used }] of list.entries()) {
      const id = `evt_b03_${i}`
      const answer = await shop.api('POST', '/api/payments/webhook/', { raw: body,
        headers: { 'x-razorpay-signature': signature, 'x-razorpay-event-id': id } })
      const want = [secret, previous].some(mine => accepts(body, signature, mine))
      const rows = await shop.sql`select state, note, payload = ${Buffer.from(body)} as same
        from webhook_event where id = ${id}`
      if (!want) {
        assertProblem(answer, 400, 'invalid_signature', `${name} under ${used}`)
        assert.deepEqual(rows, [])
        continue
      }
      // A good signature of what is no JSON is not a bad signature.
      assert.deepEqual(assertStatus(answer, 200), { status: 'ok' })
      assert(rows[0].same, name)
      let isJson = true
      try { JSON.parse(body) } catch { isJson = false }
      if (!isJson) assert.deepEqual([rows[0].state, rows[0].note], ['ignored', 'not JSON'])
      else assert.notEqual(rows[0].note, body.includes('\\u0000') ? null : 'not JSON')
    }
  })

  test('verify/ takes what the package takes', async () => {
    const shop = await ready
    const buyer = await customer({}, shop)
    const order = await placeOrder(buyer, [[await product({}, shop), 1]],
      { payment_method: 'razorpay' }, shop)
    await shop.sql`insert into payment (id, order_id, account_id, provider, provider_order_id, amount)
      values (${uuid7()}, ${order.id}, ${buyer.id}, 'razorpay', 'order_b03', ${order.total})`
    const ids = { order_id: 'order_b03', payment_id: 'pay_b03' }
    const key = shop.settings.RAZORPAY_KEY_SECRET
    const good = sign(`${ids.order_id}|${ids.payment_id}`, key)
    for (const [name, spoil] of spoilt) {
      const body = `${ids.order_id}|${ids.payment_id}`
      const signature = spoil(good, { chance, body, secret: key })
      if (signature === '') continue // A field that is required.
      const answer = await shop.api('POST', '/api/payments/verify/', { token: buyer, key: newKey(),
        body: { razorpay_order_id: ids.order_id, razorpay_payment_id: ids.payment_id,
          razorpay_signature: signature } })
      if (utils.validatePaymentVerification(ids, signature, key)) assertStatus(answer, 200)
      else assertProblem(answer, 400, 'invalid_signature', name)
    }
  })
})
