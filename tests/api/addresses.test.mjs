/* The address book. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addressInput, addressKeys, api, assertInvalid, assertProblem, assertStatus, customer,
  keysOf, sql, together, uuid7, walk } from './harness.mjs'

const create = (owner, body = addressInput()) =>
  api('POST', '/api/addresses/create/', { token: owner, body })
const update = (owner, body) => api('PUT', '/api/addresses/update/', { token: owner, body })
const remove = (owner, id, where = 'body') =>
  api('DELETE', '/api/addresses/delete/', { token: owner, [where]: { id } })
const list = async (owner, query) =>
  assertStatus(await api('GET', '/api/addresses/list/', { token: owner, query }), 200)

test('create/ keeps an address as it was sent; the first is the default', async () => {
  const owner = await customer()
  const full = {
    label: 'Home', full_name: 'Asha Iyer', phone: '+91 98123-45678', line1: '14 Gandhi Road',
    line2: 'Near the tank', city: 'Bengaluru', state: 'Karnataka', postal_code: '560001',
    country: 'IN', is_default: false,
  }
  const first = assertStatus(await create(owner, full), 201)
  assert.deepEqual(keysOf(first), addressKeys)
  const { id, ...rest } = first
  assert.deepEqual(rest, { ...full, is_default: true })
  const second = assertStatus(await create(owner), 201)
  const { id: ignored, ...short } = second
  assert.deepEqual(short, {
    ...addressInput(), label: null, line2: null, country: 'IN', is_default: false,
  })
  const [row] = await sql`select account_id, line2, country from address where id = ${second.id}`
  assert.deepEqual(row, { account_id: owner.id, line2: null, country: 'IN' })
})

test('create/ names every missing and every bad field', async () => {
  const owner = await customer()
  assertInvalid(await create(owner, {}), 'full_name', 'phone', 'line1', 'city', 'state',
    'postal_code')
  for (const field of ['full_name', 'phone', 'line1', 'city', 'state', 'postal_code'])
    for (const value of ['', '   ', '\u3000', null, 5, 'x'.repeat(201)])
      assertInvalid(await create(owner, addressInput({ [field]: value })), field)
  for (const [field, value] of [['postal_code', '056001'], ['postal_code', '5600011'],
    ['postal_code', '56 001'], ['postal_code', '५६०००१'], ['state', 'Texas'], ['state', '29'],
    ['country', 'US'], ['country', 'India'], ['phone', '12345'], ['phone', 'call me'],
    ['label', 'x'.repeat(201)], ['line2', 'x'.repeat(201)], ['is_default', 'true'],
    ['is_default', 1], ['latitude', 12.97], ['id', uuid7()], ['account_id', uuid7()]])
    assertInvalid(await create(owner, addressInput({ [field]: value })), field)
  assert.equal((await list(owner)).count, 0)
})

test('create/ takes all states and union territories by name', async () => {
  const owner = await customer()
  for (const state of ['Andhra Pradesh', 'Tamil Nadu', 'Jammu and Kashmir', 'Ladakh', 'Delhi',
    'Andaman and Nicobar Islands', 'Dadra and Nagar Haveli and Daman and Diu', 'Puducherry',
    'Odisha', 'Telangana', 'Lakshadweep', 'Chandigarh', 'west bengal', 'KERALA']) {
    const body = assertStatus(await create(owner, addressInput({ state })), 201)
    assert.equal(body.state, state)
  }
})

test('one address is the default, whoever asks for it, also all at once', async () => {
  const owner = await customer()
  const defaults = async () => (await list(owner, { page_size: 100 })).results
    .filter(a => a.is_default).map(a => a.id)
  const a = assertStatus(await create(owner), 201)
  const b = assertStatus(await create(owner, addressInput({ is_default: true })), 201)
  assert.deepEqual(await defaults(), [b.id])
  assertStatus(await update(owner, { id: a.id, is_default: true }), 200)
  assert.deepEqual(await defaults(), [a.id])
  const answers = await together(10, i => i % 2 ?
    create(owner, addressInput({ is_default: true })) :
    update(owner, { id: i % 4 ? a.id : b.id, is_default: true }))
  for (const answer of answers) assert(answer.status < 300, answer.text)
  assert.equal((await defaults()).length, 1)
})

test('twenty first addresses at once leave one default', async () => {
  const owner = await customer()
  const answers = await together(20, () => create(owner))
  for (const answer of answers) assertStatus(answer, 201)
  const { count, results } = await list(owner, { page_size: 100 })
  assert.equal(count, 20)
  assert.equal(results.filter(a => a.is_default).length, 1)
})

test('update/ changes what is given and nothing else', async () => {
  const owner = await customer()
  const address = assertStatus(await create(owner, addressInput({ label: 'A', line2: 'B' })), 201)
  const changed = assertStatus(await update(owner, {
    id: address.id, city: 'Mysuru', postal_code: '570001',
  }), 200)
  assert.deepEqual(changed, { ...address, city: 'Mysuru', postal_code: '570001' })
  const cleared = assertStatus(await update(owner, { id: address.id, label: null, line2: null }),
    200)
  assert.deepEqual(cleared, { ...changed, label: null, line2: null })
  assert.deepEqual(assertStatus(await update(owner, { id: address.id }), 200), cleared)
  for (const [field, value] of [['full_name', ' '], ['city', ''], ['state', 'Texas'],
    ['postal_code', '0'], ['phone', 'x'], ['country', 'US'], ['account_id', uuid7()]])
    assertInvalid(await update(owner, { id: address.id, [field]: value }), field)
  assertInvalid(await update(owner, { city: 'Mysuru' }), 'id')
  assert.deepEqual((await list(owner)).results, [cleared])
})

test('update/ does not leave a book without a default', async () => {
  const owner = await customer()
  const only = assertStatus(await create(owner), 201)
  assertStatus(await update(owner, { id: only.id, is_default: false }), 200)
  assert.equal((await list(owner)).results[0].is_default, true)
})

test('delete/ takes the id in the body or in the query; the newest left is the default',
  async () => {
    const owner = await customer()
    const [a, b, c] = [assertStatus(await create(owner), 201),
      assertStatus(await create(owner), 201), assertStatus(await create(owner), 201)]
    const answer = await remove(owner, a.id)
    assert.deepEqual(keysOf(assertStatus(answer, 200)), ['detail'])
    const left = (await list(owner)).results
    assert.deepEqual(left.map(x => [x.id, x.is_default]), [[c.id, true], [b.id, false]])
    assertStatus(await remove(owner, b.id, 'query'), 200)
    assertProblem(await remove(owner, b.id), 404, 'not_found')
    assertProblem(await remove(owner, b.id, 'query'), 404, 'not_found')
    assertInvalid(await api('DELETE', '/api/addresses/delete/', { token: owner }), 'id')
    assertInvalid(await remove(owner, 'x', 'query'), 'id')
    assertStatus(await remove(owner, c.id), 200)
    assert.equal((await list(owner)).count, 0)
  })

test('E02 E03 addresses of somebody else are not there, and stay as they are', async () => {
  const [mine, theirs] = [await customer(), await customer()]
  const address = assertStatus(await create(theirs), 201)
  const strip = ({ request_id, ...rest }) => rest
  const pairs = [
    [await update(mine, { id: address.id, city: 'Stolen' }), await update(mine,
      { id: uuid7(), city: 'Stolen' })],
    [await remove(mine, address.id), await remove(mine, uuid7())],
    [await remove(mine, address.id, 'query'), await remove(mine, uuid7(), 'query')],
  ]
  for (const [answer, none] of pairs) {
    assertProblem(answer, 404, 'not_found')
    assert.deepEqual(strip(answer.body), strip(none.body))
  }
  assert.equal((await list(mine)).count, 0)
  assert.deepEqual((await list(theirs)).results, [address])
})

test('list/ walks over all addresses, newest first, both ways', async () => {
  const owner = await customer()
  const ids = []
  for (let i = 0; i < 7; i++) ids.unshift(assertStatus(await create(owner), 201).id)
  const call = target => api('GET', target, { token: owner })
  const pages = await walk('/api/addresses/list/?page_size=2', call)
  assert.deepEqual(pages.map(p => p.results.map(a => a.id)),
    [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4, 6), ids.slice(6)])
  assert(pages.every(p => p.count === 7))
  const back = []
  for (let target = pages.at(-1).previous; target;) {
    const page = assertStatus(await call(target), 200)
    back.unshift(...page.results.map(a => a.id))
    target = page.previous
  }
  assert.deepEqual(back, ids.slice(0, 6))
  // A cursor's row may be gone; the walk goes on behind its place.
  const first = assertStatus(await call('/api/addresses/list/?page_size=2'), 200)
  assertStatus(await remove(owner, ids[1]), 200)
  const second = assertStatus(await call(first.next), 200)
  assert.deepEqual(second.results.map(a => a.id), ids.slice(2, 4))
})
