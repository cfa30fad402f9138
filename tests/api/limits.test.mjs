/* How often: an instance with the limits as they are shipped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { declaredCodes } from './contract.mjs'
import { api as mainApi, assertProblem, assertStatus, countBy, customer, everybody, main, newEmail,
  newKey, password, signUp, startInstance, together, validBody } from './harness.mjs'

const own = await startInstance({ RATE_LIMIT_SCALE: '1' })
const { api } = own

const login = (email, secret, ip) => api('POST', '/api/auth/login/', {
  body: { email, password: secret }, ip,
})
let addresses = 0
/** A loopback address that nobody else comes from. */
const freshIp = () => `127.3.${addresses >> 8}.${1 + (addresses++ & 0xff) % 250}`
const newAccount = async () => {
  const input = { email: newEmail(), password, full_name: 'Asha Iyer' }
  assertStatus(await api('POST', '/api/auth/register/', { body: input, ip: freshIp() }), 201)
  return input.email
}

test('D10 the sixth failure is 429 with Retry-After, also for the right password', async () => {
  const email = await newAccount()
  const ip = freshIp()
  for (let i = 0; i < 5; i++)
    assertProblem(await login(email, 'not the password', ip), 401, 'invalid_credentials')
  for (const secret of ['not the password', password]) {
    const answer = await login(email, secret, ip)
    assertProblem(answer, 429, 'rate_limited')
    const wait = Number(answer.headers['retry-after'])
    assert(wait >= 1 && wait <= 900, `Retry-After: ${wait}`)
  }
  // No lock-out as a weapon: from elsewhere the owner signs in.
  assertStatus(await login(email, password, freshIp()), 200)
  // Nor does it bar the attacker's neighbours from their own accounts.
  assertStatus(await login(await newAccount(), password, ip), 200)
})

test('D10 a success resets the count', async () => {
  const email = await newAccount()
  const ip = freshIp()
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 4; i++)
      assertProblem(await login(email, 'not the password', ip), 401, 'invalid_credentials')
    assertStatus(await login(email, password, ip), 200)
  }
})

test('D10 the case of the address does not open another count', async () => {
  const email = await newAccount()
  const ip = freshIp()
  for (let i = 0; i < 5; i++)
    assertProblem(await login(i % 2 ? email.toUpperCase() : email, 'not the password', ip), 401,
      'invalid_credentials')
  assertProblem(await login(email.toUpperCase(), 'not the password', ip), 429, 'rate_limited')
})

test('D10 unknown addresses are counted as well, and tell nothing', async () => {
  const email = newEmail()
  const ip = freshIp()
  for (let i = 0; i < 5; i++)
    assertProblem(await login(email, 'not the password', ip), 401, 'invalid_credentials')
  assertProblem(await login(email, 'not the password', ip), 429, 'rate_limited')
})

test('D10 failures that come at once are counted, too', async () => {
  const email = await newAccount()
  const ip = freshIp()
  const answers = await together(16, () => login(email, 'not the password', ip), own)
  const outcomes = countBy(answers, a => a.body.code)
  // Those that were under way together may still be answered.
  assert(outcomes.invalid_credentials >= 5 && outcomes.invalid_credentials <= 12,
    JSON.stringify(outcomes))
  assertProblem(await login(email, password, ip), 429, 'rate_limited')
})

test('D10 one address guessing at many accounts is stopped', async () => {
  const ip = freshIp()
  let refused = 0
  for (let i = 0; i < 110 && !refused; i += 10) {
    const answers = await together(10, () => login(newEmail(), 'not the password', ip), own)
    refused = answers.filter(a => a.status === 429).length
    if (i < 90) assert.equal(refused, 0, `after ${i}`)
  }
  assert(refused > 0)
  const answer = await login(newEmail(), 'not the password', ip)
  assertProblem(answer, 429, 'rate_limited')
})

test('register: ten an hour from one address', async () => {
  const ip = freshIp()
  const register = () => api('POST', '/api/auth/register/', {
    body: { email: newEmail(), password, full_name: 'Asha Iyer' }, ip,
  })
  for (let left = 9; left >= 0; left--) {
    const answer = await register()
    assertStatus(answer, 201)
    assert.equal(answer.headers['ratelimit-limit'], '10')
    assert.equal(answer.headers['ratelimit-remaining'], String(left))
    assert.match(answer.headers['ratelimit-reset'], /^\d+$/)
  }
  const answer = await register()
  assertProblem(answer, 429, 'rate_limited')
  assert.equal(answer.headers['ratelimit-remaining'], '0')
  assert(Number(answer.headers['retry-after']) <= 3600)
  assertStatus(await api('POST', '/api/auth/register/', {
    body: { email: newEmail(), password, full_name: 'Asha Iyer' }, ip: freshIp(),
  }), 201)
})

test('a refused call is not kept with its key: later the same key runs', async () => {
  const ip = freshIp()
  const register = (email, key) => api('POST', '/api/auth/register/', {
    key, ip, body: { email, password, full_name: 'Asha Iyer' },
  })
  for (let i = 0; i < 10; i++) assertStatus(await register(newEmail(), newKey()), 201)
  const [email, key] = [newEmail(), newKey()]
  assertProblem(await register(email, key), 429, 'rate_limited')
  await own.redisCli('flushall')
  const answer = await register(email, key)
  assertStatus(answer, 201)
  assert.equal(answer.headers['idempotent-replayed'], undefined)
})

test('search: 60 a minute for nobody, 300 for somebody', async () => {
  const ip = freshIp()
  const search = more => api('GET', '/api/products/search/', { query: { q: 'lamp' }, ip, ...more })
  const first = await search()
  assertStatus(first, 200)
  assert.equal(first.headers['ratelimit-limit'], '60')
  for (let i = 1; i < 60; i += 10) await together(10, () => search(), own)
  const refused = await Promise.all(Array.from({ length: 5 }, () => search()))
  assert(refused.some(a => a.status === 429))
  assertProblem(refused.find(a => a.status === 429), 429, 'rate_limited')
  const { token } = await customer({}, own)
  const signedIn = await search({ token })
  assertStatus(signedIn, 200)
  assert.equal(signedIn.headers['ratelimit-limit'], '300')
})

test('writes: 300 a minute for an account, on every route that declares it', async () => {
  const { routes } = await own.contract()
  const buyer = await everybody(own)
  const other = await customer({}, own)
  const write = token => api('POST', '/api/cart/clear/', { token })
  const first = await write(buyer)
  assertStatus(first, 200)
  assert.equal(first.headers['ratelimit-limit'], '300')
  assert.equal(first.headers['ratelimit-remaining'], '299')
  let refused
  for (let i = 0; i < 40 && !refused; i++)
    refused = (await together(10, () => write(buyer), own)).find(a => a.status === 429)
  assertProblem(refused, 429, 'rate_limited')
  // Reads go on, and so does everybody else.
  assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
  assertStatus(await write(other), 200)
  const ip = freshIp()
  for (const { method, path, operation } of routes.values()) {
    if (!declaredCodes(operation)[429]?.includes('rate_limited')) continue
    if (path === '/api/auth/login/') continue
    const call = () => api(method, path, {
      ip, token: operation['x-caller'] === 'public' ? undefined : buyer,
      ...(method === 'GET' ? { query: { q: 'x' } } : validBody(operation)),
    })
    // The account is at its end already; an address or a class of its own comes to it here.
    let answer
    for (let i = 0; i < 80; i++) {
      answer = await call()
      if (answer.status === 429) break
    }
    assertProblem(answer, 429, 'rate_limited', path)
  }
})

test('a replay costs less than an execution', async () => {
  const buyer = await customer({}, own)
  const key = newKey()
  const clear = sent => api('POST', '/api/cart/clear/', { token: buyer, key: sent })
  const remaining = answer => Number(answer.headers['ratelimit-remaining'])
  const first = remaining(await clear(key))
  for (let i = 0; i < 10; i++)
    assert.equal((await clear(key)).headers['idempotent-replayed'], 'true')
  const last = remaining(await clear(newKey()))
  assert(first - last <= 3, `${first} before ten replays, ${last} after them and another`)
})

test('RATE_LIMIT_SCALE=0 switches the limits off', async () => {
  const free = await startInstance({ RATE_LIMIT_SCALE: '0' })
  const user = await signUp({}, free)
  for (let i = 0; i < 12; i++)
    assertProblem(await free.api('POST', '/api/auth/login/', {
      body: { email: user.email, password: 'not the password' },
    }), 401, 'invalid_credentials')
  const answer = await free.api('POST', '/api/auth/login/', {
    body: { email: user.email, password },
  })
  assertStatus(answer, 200)
  assert.equal(answer.headers['ratelimit-limit'], undefined)
})

test('nobody is believed about the address that he comes from', async () => {
  const email = await newAccount()
  const ip = freshIp()
  for (let i = 0; i < 6; i++) {
    const answer = await api('POST', '/api/auth/login/', {
      ip, body: { email, password: 'not the password' },
      headers: { 'x-forwarded-for': freshIp(), 'x-real-ip': freshIp(), 'client-ip': freshIp(),
        forwarded: `for=${freshIp()}` },
    })
    assertProblem(answer, i < 5 ? 401 : 429, i < 5 ? 'invalid_credentials' : 'rate_limited')
  }
  // The instance of the other tests has the same limits a thousand times as large.
  const answer = await mainApi('POST', '/api/cart/clear/', { token: await customer({}, main) })
  assert.equal(answer.headers['ratelimit-limit'], '300000')
})
