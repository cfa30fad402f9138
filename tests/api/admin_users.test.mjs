/* Accounts, as administrators handle them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, main, mode, newEmail,
  newKey, password, placeOrder, product, root, seller, signIn, signUp, sql, startInstance, together, unique,
  userKeys, keysOf, uuid7, walk } from './harness.mjs'

const boss = await admin()

const list = query => api('GET', '/api/admin/users/', { token: boss, query })
const detail = id => api('GET', '/api/admin/users/detail/', { token: boss, query: { id } })
const block = (id, { reason = 'Stolen cards', token = boss, key = newKey() } = {}, on = main) =>
  on.api('POST', '/api/admin/users/block/', { token, key, body: { user_id: id, reason } })
const unblock = (id, { token = boss, key = newKey() } = {}) =>
  api('POST', '/api/admin/users/unblock/', { token, key, body: { user_id: id } })
const audit = (id, on = main) => on.sql`select action, entity, actor_id, changes from audit_log
  where entity_id = ${id} order by seq`

test('accounts are found by address, name and company, in any case, and filtered', async () => {
  const word = unique('zq').replace(/\W/g, '')
  const one = await customer()
  await sql`update account set full_name = ${`Asha ${word}`} where id = ${one.id}`
  const two = await customer({ business: true })
  await sql`update account set company_name = ${`${word.toUpperCase()} Traders`} where id = ${two.id}`
  const shop = await seller()
  await sql`update account set full_name = ${word} where id = ${shop.id}`
  const found = async query => assertStatus(await list({ q: word, ...query }), 200).results.map(u => u.id)
  assert.deepEqual(await found({}), [shop.id, two.id, one.id])
  assert.deepEqual(await found({ role: 'seller' }), [shop.id])
  assert.deepEqual(await found({ is_blocked: 'true' }), [])
  assertStatus(await block(two.id), 200)
  assert.deepEqual(await found({ is_blocked: 'true' }), [two.id])
  assert.deepEqual(await found({ is_blocked: 'false' }), [shop.id, one.id])
  const { body } = await list({ q: one.email })
  assert.deepEqual(body.results.map(u => u.id), [one.id])
  assert.deepEqual(keysOf(body.results[0]), userKeys)
  assert.equal(body.count, 1)
  // What stands for "anything" in a pattern means itself here.
  for (const q of ['%', '_', `${word}%`, '\\'])
    assert.deepEqual((await list({ q })).body.results.filter(u => [one.id, two.id, shop.id].includes(u.id)), [], q)
  assertInvalid(await list({ role: 'king' }), 'role')
  assertInvalid(await list({ is_blocked: 'perhaps' }), 'is_blocked')
})

test('the list walks by cursor, forth and back, over everybody once', async () => {
  const word = unique('wk').replace(/\W/g, '')
  const all = []
  for (let i = 0; i < 7; i++) {
    const one = await customer()
    await sql`update account set full_name = ${word} where id = ${one.id}`
    all.unshift(one.id)
  }
  const pages = await walk('/api/admin/users/?page_size=2&q=' + word,
    path => api('GET', path, { token: boss }))
  assert.deepEqual(pages.flatMap(p => p.results).map(u => u.id), all)
})

test('the detail tells orders and spending', async () => {
  const buyer = await customer()
  let body = assertStatus(await detail(buyer.id), 200)
  assert.deepEqual([body.orders_count, body.total_spent, body.currency], [0, 0, 'INR'])
  const order = await placeOrder(buyer, [[await product(), 1]], { payment_method: 'cod' })
  assert.equal((await detail(buyer.id)).body.orders_count, 1)
  assertStatus(await api('POST', '/api/orders/cancel/', { token: buyer, key: newKey(), body: { order_id: order.id } }), 200)
  body = (await detail(buyer.id)).body
  assert.deepEqual([body.orders_count, body.total_spent], [0, 0])
  assert.deepEqual(keysOf(body), [...userKeys, 'blocked_reason', 'currency', 'orders_count', 'total_spent'].sort())
  assertProblem(await detail(uuid7()), 404, 'not_found')
})

test('D08 blocking ends sessions at once; unblocking revives none; sign-in works again', async () => {
  const victim = await signUp()
  const profile = () => api('GET', '/api/auth/profile/', { token: victim })
  const renew = () => api('POST', '/api/auth/refresh/', { body: { refresh: victim.refresh } })
  assertStatus(await profile(), 200)
  const body = assertStatus(await block(victim.id), 200)
  assert.equal(body.is_blocked, true)
  assertProblem(await profile(), 401, 'invalid_token')
  assert.equal((await renew()).status, 401)
  assertProblem(await api('POST', '/api/auth/login/', { body: { email: victim.email, password } }), 403, 'account_blocked')
  assert.equal((await detail(victim.id)).body.blocked_reason, 'Stolen cards')
  assertStatus(await unblock(victim.id), 200)
  assertProblem(await profile(), 401, 'invalid_token')
  assert.equal((await renew()).status, 401)
  const again = await signIn(victim.email)
  assertStatus(await api('GET', '/api/auth/profile/', { token: again }), 200)
  const entries = await audit(victim.id)
  assert.deepEqual(entries.map(e => e.action), ['account.block', 'account.unblock'])
  assert(entries.every(e => e.actor_id === boss.id && e.entity === 'account'))
  assert.deepEqual(entries[0].changes.is_blocked, [false, true])
  assert.deepEqual(entries[0].changes.reason, [null, 'Stolen cards'])
})

test('a repeat changes nothing and writes no second entry', async () => {
  const victim = await customer()
  const key = newKey()
  const first = await block(victim.id, { key })
  const replay = await block(victim.id, { key })
  assertStatus(replay, 200)
  assert.equal(replay.text, first.text)
  assertStatus(await block(victim.id, { reason: 'Once more' }), 200)
  assert.equal((await audit(victim.id)).length, 1)
  assertStatus(await unblock(victim.id), 200)
  assertStatus(await unblock(victim.id), 200)
  assert.equal((await audit(victim.id)).length, 2)
  assertProblem(await block(uuid7()), 404, 'not_found')
  assertProblem(await unblock(uuid7()), 404, 'not_found')
  assertInvalid(await block(victim.id, { reason: '  ' }), 'reason')
})

test('nobody blocks themselves, and one administrator is always left', async () => {
  assertProblem(await block(boss.id), 409, 'invalid_state')
  const own = await startInstance()
  await own.sql`update account set role = 'customer' where role = 'admin'`
  const two = [await admin(own), await admin(own)]
  const answers = await together(2, i => block(two[1 - i].id, { token: two[i] }, own), own)
  assert.deepEqual(answers.map(a => a.status).filter(s => s === 200).length, 1)
  assert(answers.every(a => [200, 401, 409].includes(a.status)), answers.map(a => a.text).join())
  assert.equal((await own.sql`select count(*) as n from account where role = 'admin' and not is_blocked`)[0].n, 1)
})

test('make admin makes the first administrator, with the password from standard input', async () => {
  const make = (words, input) => new Promise(resolve => {
    const child = execFile(path.join(root, 'scripts/stack'), ['admin', ...words], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, MODE: mode, STATE_DIR: main.stateDir,
        ENV_FILE: main.envFile, PORT: main.address.port, ASAN_OPTIONS: 'exitcode=99' },
    }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, text: stdout + stderr }))
    child.stdin.end(input)
  })
  const email = newEmail()
  const made = await make([email, 'Meera Iyer'], `${password}\n`)
  assert.equal(made.status, 0, made.text)
  assert(!made.text.includes(password))
  const tokens = await signIn(email)
  const body = assertStatus(await api('GET', '/api/auth/profile/', { token: tokens }), 200)
  assert.deepEqual([body.role, body.full_name, body.is_email_verified], ['admin', 'Meera Iyer', true])
  assertStatus(await api('GET', '/api/admin/users/', { token: tokens }), 200)
  assert.deepEqual((await audit(body.id)).map(e => [e.action, e.actor_id]), [['account.add_admin', null]])
  for (const [words, input, says] of [[[email], `${password}\n`, /has an account/], [[newEmail()], 'short\n', /10 to 128/],
    [[newEmail()], '', /no password/], [['not-an-address'], `${password}\n`, /not-an-address/], [[newEmail()], 'password123\n', /common/]]) {
    const refused = await make(words, input)
    assert.notEqual(refused.status, 0)
    assert.match(refused.text, says)
  }
})
