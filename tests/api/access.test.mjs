/*
 * Group E: whose is what. The list of inputs that name a thing is made from /schema/,
 * and each of them stands in a row below: a new route without its row fails here. What
 * belongs to somebody is tried by everybody else, and answered as what does not exist.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { addressInput, addToCart, admin, api, assertProblem, assertStatus, contract, createOrder,
  customer, formOf, main, newKey, person, product, seller, sql, unique, uuid7, validBody }
  from './harness.mjs'
import { runJob } from './jobs.mjs'
import { jpeg, pdf } from './pictures.mjs'
import { checkoutOf, moveTo, sold } from './selling.mjs'

const { document, routes } = await contract()

// ---- what names a thing --------------------------------------------------------

const naming = /^(id|slug|number|seller|user|actor|entity_id|category)$|_id$/
const resolved = schema => schema?.$ref ?
  document.components.schemas[schema.$ref.split('/').at(-1)] : schema

function* namesIn(schema, at = '') {
  const { properties, items, format, type } = resolved(schema) ?? {}
  const last = at.split('.').at(-1).replace('[]', '')
  if (format === 'uuid' || (naming.test(last) && [type].flat().includes('string'))) yield at
  if (items) yield* namesIn(items, `${at}[]`)
  for (const [name, one] of Object.entries(properties ?? {}))
    yield* namesIn(one, at ? `${at}.${name}` : name)
}

/** The inputs of a route that name a thing: ["?id", "items[].order_item_id"…]. */
function inputsOf({ operation }) {
  const query = (operation.parameters ?? []).filter(p => !p.$ref && p.in === 'query')
    .flatMap(p => [...namesIn(p.schema, p.name)].map(name => `?${name}`))
  const body = Object.values(operation.requestBody?.content ?? {})
    .flatMap(content => [...namesIn(content.schema)])
  return [...query, ...body]
}

// ---- the world -----------------------------------------------------------------

const good = async (status, ...args) => assertStatus(await api(...args), status)
const post = (who, path, body, status = 200) =>
  good(status, 'POST', path, { token: who, key: newKey(), body })

/** A review of a thing by somebody who has it. */
async function reviewed(buyer, thing) {
  return post(buyer, '/api/reviews/create/', { product_id: thing.id, rating: 5 }, 201)
}

/** A seller with everything that a seller can have. */
async function shopkeeper() {
  const who = await seller()
  who.thing = await product({ seller: who, stock: 100 })
  who.draft = await product({ seller: who, status: 'draft' })
  const csv = `name,category,sku,price,stock\r\n${Array.from({ length: 1001 }, (_, i) =>
    `${unique('X')},nowhere,${unique('S')},${i},1\r\n`).join('')}`
  who.import = await good(202, 'POST', '/api/products/import/', { token: who,
    ...formOf([['file', { bytes: csv, type: 'text/csv' }]]) })
  assert.equal((await runJob(main, 'import')).status, 0)
  await good(201, 'POST', '/api/sellers/kyc/upload/', { token: who,
    ...formOf([['document_type', 'pan_card'], ['file', { bytes: pdf() }]]) })
  return who
}

/** A customer with everything that a customer can have, bought from that seller. */
async function shopper(store) {
  const who = await customer()
  who.address = await post(who, '/api/addresses/create/', addressInput(), 201)
  who.delivered = await sold({ lines: [[store.thing, 2]], method: 'cod', buyer: who })
  await moveTo(who.delivered.part, 'delivered')
  who.review = await reviewed(who, store.thing)
  who.refund = await post(who, '/api/refunds/request/', { order_id: who.delivered.order.id,
    reason: 'Torn', items: [{ order_item_id: who.delivered.part.items[0].id, quantity: 1 }] }, 201)
  who.open = await sold({ lines: [[store.thing, 1]], paid: false, buyer: who })
  who.checkout = await checkoutOf(who, who.open.order)
  who.payment = await good(200, 'GET', '/api/payments/status/',
    { token: who, query: { order_id: who.open.order.id } })
  who.line = (await addToCart(who, store.thing)).items[0]
  const { results } = await good(200, 'GET', '/api/notifications/list/', { token: who })
  who.message = results[0]
  return who
}

/** A paid settlement of a seller, from a sale whose window is made to pass. */
async function settled(store, boss) {
  const { part } = await sold({ lines: [[store.thing, 1]], method: 'cod' })
  await moveTo({ ...part, owner: store }, 'delivered')
  await sql`update earning set matures_at = now() - interval '1 hour'
    where seller_order_id = ${part.id}`
  assert.equal((await runJob(main, 'mature')).status, 0)
  store.settlement = await post(store, '/api/sellers/settlements/request/', undefined, 201)
  await post(boss, '/api/admin/commerce/settlements/process/',
    { settlement_id: store.settlement.id, action: 'pay', reference: unique('NEFT') })
}

async function world() {
  const boss = await admin()
  const owner = await shopkeeper(), other = await shopkeeper()
  const buyer = await shopper(owner), stranger = await shopper(other)
  await settled(owner, boss)
  const blocked = await person({ blocked: true })
  return { boss, owner, other, buyer, stranger, blocked, public: undefined }
}

const w = await world()

// ---- whose ---------------------------------------------------------------------

const signature = (order, payment) => crypto.createHmac('sha256',
  main.settings.RAZORPAY_KEY_SECRET).update(`${order}|${payment}`).digest('hex')
const none = { id: uuid7, slug: () => unique('none'), number: () => 'HT-0000-000000',
  provider: () => 'order_Nothing0000000' }

/**
 * The rows. id: a thing of w.buyer or w.owner; with: what else a call by who has no
 * right to it needs; none: an id of nothing, a UUID unless said otherwise; want: what
 * both are answered, 404 unless said otherwise; as: others who must not have it, besides
 * the other one of the kind.
 * A text in place of a row says why nobody owns what is named there.
 */
const all = 'what is named there is for everybody'
const anonymous = ['public', 'stranger', 'other', 'buyer']
const rows = {
  'PUT /api/addresses/update/ id': { id: () => w.buyer.address.id, as: ['owner'],
    with: () => ({ label: 'Mine' }) },
  'DELETE /api/addresses/delete/ id': { id: () => w.buyer.address.id, as: ['owner'] },
  'GET /api/products/list/ ?category': all,
  'GET /api/products/list/ ?seller': all,
  'GET /api/products/search/ ?category': all,
  'GET /api/products/search/ ?seller': all,
  'GET /api/products/filter/ ?category': all,
  'GET /api/products/filter/ ?seller': all,
  'GET /api/products/detail/ ?id': { id: () => w.owner.draft.id, as: anonymous },
  'GET /api/products/detail/ ?slug': { id: () => w.owner.draft.slug, none: none.slug,
    as: anonymous },
  'POST /api/products/create/ category_id': all,
  'PUT /api/products/update/ id': { id: () => w.owner.draft.id, with: () => ({ price: 5000 }) },
  'PUT /api/products/update/ category_id': all,
  'PUT /api/products/update/ variants[].id': { id: () => w.owner.draft.variantId, want: 400,
    with: id => ({ id: w.other.draft.id, variants: [{ id, price: 5000 }] }) },
  'DELETE /api/products/delete/ id': { id: () => w.owner.draft.id },
  'POST /api/products/upload-image/ product_id': { id: () => w.owner.draft.id,
    form: id => [['product_id', id], ['file', { bytes: jpeg }]] },
  'GET /api/products/import/status/ ?id': { id: () => w.owner.import.id },
  'GET /api/reviews/list/ ?product_id': { id: () => w.owner.draft.id, as: anonymous },
  'POST /api/reviews/create/ product_id': { id: () => w.owner.draft.id, as: ['other'],
    with: () => ({ rating: 5 }) },
  'POST /api/reviews/reply/ review_id': { id: () => w.buyer.review.id,
    with: () => ({ body: 'Thanks' }) },
  'POST /api/reviews/upload-media/ review_id': { id: () => w.buyer.review.id, as: ['owner'],
    form: id => [['review_id', id], ['file', { bytes: jpeg }]] },
  'POST /api/cart/add/ product_id': { id: () => w.owner.draft.id, as: ['other'],
    with: () => ({ quantity: 1 }) },
  'POST /api/cart/add/ variant_id': { id: () => w.owner.draft.variantId,
    with: id => ({ product_id: w.owner.thing.id, variant_id: id, quantity: 1 }) },
  'POST /api/cart/remove/ item_id': { id: () => w.buyer.line.id, as: ['owner'] },
  'POST /api/cart/update/ item_id': { id: () => w.buyer.line.id, as: ['owner'],
    with: () => ({ quantity: 2 }) },
  'POST /api/orders/create/ shipping_address_id': { id: () => w.buyer.address.id,
    with: () => ({ payment_method: 'cod' }) },
  'POST /api/orders/create/ billing_address_id': { id: () => w.buyer.address.id,
    with: () => ({ payment_method: 'cod', shipping_address_id: w.stranger.address.id }) },
  'GET /api/orders/detail/ ?id': { id: () => w.buyer.open.order.id, as: ['owner'] },
  'GET /api/orders/detail/ ?number': { id: () => w.buyer.open.order.number, none: none.number,
    as: ['owner'] },
  'GET /api/orders/status/ ?id': { id: () => w.buyer.open.order.id, as: ['owner'] },
  'POST /api/orders/cancel/ order_id': { id: () => w.buyer.open.order.id, as: ['owner'] },
  'POST /api/refunds/request/ order_id': { id: () => w.buyer.delivered.order.id, as: ['owner'],
    with: id => ({ order_id: id, reason: 'Torn',
      items: [{ order_item_id: w.buyer.delivered.part.items[0].id, quantity: 1 }] }) },
  'POST /api/refunds/request/ items[].order_item_id': {
    id: () => w.buyer.delivered.part.items[0].id,
    with: id => ({ order_id: w.stranger.delivered.order.id, reason: 'Torn',
      items: [{ order_item_id: id, quantity: 1 }] }) },
  'POST /api/payments/initiate/ order_id': { id: () => w.buyer.open.order.id, as: ['owner'] },
  'POST /api/payments/verify/ razorpay_order_id': { id: () => w.buyer.checkout.order_id,
    none: none.provider, as: ['owner'],
    with: id => ({ razorpay_order_id: id, razorpay_payment_id: 'pay_Nothing00000000',
      razorpay_signature: signature(id, 'pay_Nothing00000000') }) },
  'POST /api/payments/verify/ razorpay_payment_id': 'the provider says whose it is',
  'GET /api/payments/status/ ?id': { id: () => w.buyer.payment.id, as: ['owner'] },
  'GET /api/payments/status/ ?order_id': { id: () => w.buyer.open.order.id, as: ['owner'] },
  'POST /api/notifications/mark-read/ id': { id: () => w.buyer.message.id, as: ['owner'] },
  'GET /api/sellers/orders/detail/ ?id': { id: () => w.buyer.delivered.part.id },
  'POST /api/sellers/orders/update-status/ id': { id: () => w.buyer.open.part.id,
    with: () => ({ status: 'confirmed' }) },
}

const inputs = [...routes.values()].flatMap(route => inputsOf(route).map(input =>
  ({ route, input, name: `${route.method} ${route.path} ${input}`,
    caller: route.operation['x-caller'] })))

test('E02 every input that names a thing has its row, and every row its input', () => {
  // An administrator may name everything: those are made from the document below.
  const found = inputs.filter(i => i.caller !== 'admin').map(i => i.name).sort()
  assert.deepEqual(found, Object.keys(rows).sort())
})

// ---- trying --------------------------------------------------------------------

/** A call of a row with that id, by somebody. */
function attempt({ route, input }, row, id, who) {
  const name = input.replace('?', ''), options = { token: who }
  if (row.form) Object.assign(options, formOf(row.form(id)))
  else if (input.startsWith('?')) options.query = { [name]: id }
  else options.body = { [name]: id, ...row.with?.(id) }
  if (name.includes('[]')) delete options.body[name]
  return api(route.method, route.path, { ...options, ...(route.method === 'GET' ? {} :
    { key: newKey() }) })
}

/** An answer without what names the request, and without the id that was asked for. */
const told = (answer, id) => `${answer.status} ${JSON.stringify(
  { ...answer.body, request_id: 0 }).replaceAll(id, 'ID')}`

const owned = inputs.filter(i => typeof rows[i.name] === 'object')
const strangers = { public: ['stranger'], user: ['stranger'], seller: ['other'],
  approved: ['other'] }

for (const one of owned) {
  const row = rows[one.name]
  test(`E02 ${one.name}: what is another's is as what is not there`, async () => {
    const missing = (row.none ?? none.id)()
    const before = await theirs()
    for (const who of new Set([...strangers[one.caller], ...row.as ?? []])) {
      const id = row.id()
      const answers = [await attempt(one, row, id, w[who]),
        await attempt(one, row, missing, w[who])]
      assert.equal(answers[0].status, row.want ?? 404, `${who}: ${answers[0].text}`)
      assert.equal(told(answers[0], id), told(answers[1], missing), who)
    }
    if (one.route.method !== 'GET') assert.deepEqual(await theirs(), before)
  })
}

/** What the owner and the buyer have, as far as somebody else could have changed it. */
async function theirs() {
  const ids = [w.buyer.id, w.owner.id], store = w.owner.sellerId
  const [row] = await sql`select
    (select json_agg(a order by id) from address a where account_id = any (${ids}::uuid[])) as a,
    (select json_agg(p order by id) from product p where seller_id = ${store}) as b,
    (select json_agg(v order by id) from variant v where seller_id = ${store}) as c,
    (select json_agg(l order by l.id) from cart_line l join cart t on t.id = l.cart_id
      where t.account_id = any (${ids}::uuid[])) as d,
    (select json_agg(o order by id) from orders o where account_id = any (${ids}::uuid[])) as e,
    (select json_agg(s order by id) from seller_order s where seller_id = ${store}) as f,
    (select json_agg(r order by id) from review r where account_id = any (${ids}::uuid[])) as g,
    (select json_agg(n order by id) from notification n
      where account_id = any (${ids}::uuid[])) as h,
    (select json_agg(i order by i.id) from product_image i join product p on p.id = i.product_id
      where p.seller_id = ${store}) as i,
    (select json_agg(f order by f.id) from refund f join orders o on o.id = f.order_id
      where o.account_id = any (${ids}::uuid[])) as j`
  return row
}

test('E01 with ids that are real: no token 401, blocked 401, another role 403', async () => {
  const before = await theirs()
  for (const one of owned) {
    const row = rows[one.name]
    if (one.caller === 'public') continue
    const by = who => attempt(one, row, row.id(), who)
    assertProblem(await by(undefined), 401, 'authentication_required', one.name)
    assertProblem(await by(w.blocked), 401, 'invalid_token', one.name)
    if (one.caller !== 'user')
      for (const who of [w.buyer, w.stranger, w.boss])
        assertProblem(await by(who), 403, 'permission_denied', one.name)
  }
  assert.deepEqual(await theirs(), before)
})

// ---- administrators' routes ----------------------------------------------------

const adminInputs = inputs.filter(i => i.caller === 'admin')
/** What these must name beside it. */
const besides = {
  'POST /api/admin/catalog/products/set-approval/ product_id': () => ({ approved: true }),
  'POST /api/admin/commission/set/ category_id': () => ({ scope: 'category', rate_bps: 100 }),
  'POST /api/admin/commission/set/ seller_id': () => ({ scope: 'seller', rate_bps: 100 }),
  'POST /api/admin/commerce/settlements/process/ settlement_id': () => ({ action: 'pay',
    reference: 'NEFT-1' }),
  'POST /api/admin/refund/ items[].order_item_id': id => ({ order_id: w.buyer.delivered.order.id,
    items: [{ order_item_id: id, quantity: 1 }], reason: 'Torn' }),
  'POST /api/admin/refund/preview/ items[].order_item_id': id => ({
    order_id: w.buyer.delivered.order.id, items: [{ order_item_id: id, quantity: 1 }] }),
  'POST /api/admin/refund/preview/ refund_id': id => ({ order_id: w.buyer.delivered.order.id,
    refund_id: id }),
  'POST /api/admin/refund/ refund_id': id => ({ order_id: w.buyer.delivered.order.id,
    refund_id: id, reason: 'Torn' }),
}

test('E02 to an administrator an id of nothing is 404, an empty list, or an invalid field',
  async () => {
    for (const one of adminInputs) {
      const example = validBody(one.route.operation)?.body ?? {}
      const required = resolved(one.route.operation.requestBody?.content['application/json']
        ?.schema)?.required ?? []
      const base = Object.fromEntries(required.map(name => [name, example[name]]))
      const extra = besides[one.name]
      const answer = await attempt(one, { with: id => ({ ...extra ? {} : base,
        [one.input]: id, ...extra?.(id) }) }, uuid7(), w.boss)
      if (answer.status === 200) assert.deepEqual(answer.body.results, [], one.name)
      // What belongs into something else is an invalid field of it, and it alone.
      else if (answer.status === 400)
        assert.deepEqual(Object.keys(answer.body.errors), [one.input.replace('[]', '.0')], one.name)
      else assertProblem(answer, 404, 'not_found', one.name)
    }
  })

test('E01 what is one\'s own is not an administrator\'s to oneself', async () => {
  const own = [w.buyer, w.owner, w.other]
  for (const one of adminInputs)
    for (const who of own)
      assertProblem(await attempt(one, {}, who.sellerId ?? who.id, who), 403,
        'permission_denied', one.name)
})

// ---- lists ---------------------------------------------------------------------

/** Everything that is the buyer's or the owner's alone. */
const secrets = () => [w.buyer.id, w.buyer.email, w.buyer.address.id, w.buyer.open.order.id,
  w.buyer.open.order.number, w.buyer.delivered.order.id, w.buyer.delivered.part.id,
  w.buyer.payment.id, w.buyer.refund.id, w.buyer.message.id, w.buyer.line.id, w.owner.draft.id,
  w.owner.draft.sku, w.owner.import.id, w.owner.settlement.id, w.owner.email]

test('E03 no route without an id tells anything of somebody else', async () => {
  const asks = [...routes.values()].filter(r => r.method === 'GET' &&
    r.operation['x-caller'] !== 'admin' &&
    !(r.operation.parameters ?? []).some(p => p.required))
  assert(asks.length > 20)
  for (const route of asks)
    for (const who of [w.stranger, w.other, undefined]) {
      const answer = await api('GET', route.path, { token: who })
      for (const secret of secrets())
        assert(!answer.text.includes(secret), `${route.path} tells ${secret}`)
    }
})
