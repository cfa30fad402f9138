/* Accounts and sign-in: group D of the catalogue, and each endpoint of auth. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, decodeToken, keysOf,
  main, mintTokens, newEmail, newKey, password, signIn, signToken, signUp, sql, together, unique,
  userKeys, uuid7, uuidPattern } from './harness.mjs'

const register = (body, more = {}) => api('POST', '/api/auth/register/', { body, ...more })
const login = (email, secret, more = {}) =>
  api('POST', '/api/auth/login/', { body: { email, password: secret }, ...more })
const refresh = token => api('POST', '/api/auth/refresh/', { body: { refresh: token } })
const profile = token => api('GET', '/api/auth/profile/', { token })
const accountOf = async id => (await sql`select * from account where id = ${id}`)[0]
const newUser = (more = {}) => ({ email: newEmail(), password, full_name: 'Asha Iyer', ...more })

/** The token of the newest link mailed for this purpose, from the outbox. */
async function mailedToken(id, kind) {
  const rows = await sql`select payload from outbox
    where account_id = ${id} and kind = ${kind} order by id desc limit 1`
  return rows[0]?.payload.token
}

// ---- D01, D02: signing up and in --------------------------------------------

test('D01 register, login and refresh give user and tokens', async () => {
  const input = newUser({ phone: '+91 98123 45678' })
  const made = await register(input)
  assertStatus(made, 201)
  assert.deepEqual(keysOf(made.body), ['tokens', 'user'])
  assert.deepEqual(keysOf(made.body.tokens), ['access', 'refresh'])
  assert.deepEqual(keysOf(made.body.user), userKeys)
  const { id, created_at, last_login_at, ...user } = made.body.user
  assert.match(id, uuidPattern)
  assert(Math.abs(Date.now() - Date.parse(created_at)) < 60000)
  assert(last_login_at === null || Date.parse(last_login_at) >= Date.parse(created_at) - 1000)
  assert.deepEqual(user, {
    email: input.email, full_name: input.full_name, phone: input.phone, role: 'customer',
    account_type: 'individual', company_name: null, gstin: null, is_email_verified: false,
    is_blocked: false,
  })
  const signedIn = await login(input.email, password)
  assertStatus(signedIn, 200)
  assert.deepEqual(keysOf(signedIn.body), ['access', 'refresh', 'user'])
  assert.equal(signedIn.body.user.id, id)
  assert(signedIn.body.user.last_login_at, 'last_login_at is set by signing in')
  const fresh = await refresh(signedIn.body.refresh)
  assertStatus(fresh, 200)
  assert.deepEqual(keysOf(fresh.body), ['access'])
  assert.equal(assertStatus(await profile(fresh.body.access), 200).id, id)
  assert.equal(assertStatus(await profile(made.body.tokens.access), 200).id, id)
})

test('D02 tokens hold what the contract lists, and nothing about the person', async () => {
  const user = await signUp()
  const again = await signIn(user.email)
  const seen = new Set()
  for (const [type, lifetime] of [['access', 900], ['refresh', 14 * 86400]]) {
    for (const tokens of [{ access: user.token, refresh: user.refresh },
      { access: again.token, refresh: again.refresh }]) {
      const { header, claims } = decodeToken(tokens[type])
      assert.equal(header.alg, 'HS256')
      assert.deepEqual(keysOf(claims),
        ['aud', 'exp', 'iat', 'iss', 'jti', 'role', 'sid', 'sub', 'token_type'])
      assert.equal(claims.token_type, type)
      assert.equal(claims.exp - claims.iat, lifetime)
      assert(Math.abs(claims.iat - Date.now() / 1000) < 60)
      assert.equal(claims.sub, user.id)
      assert.equal(claims.role, 'customer')
      assert(!seen.has(claims.jti), 'jti is unique')
      seen.add(claims.jti)
    }
  }
  const sid = token => decodeToken(token).claims.sid
  assert.equal(sid(user.token), sid(user.refresh))
  assert.notEqual(sid(user.token), sid(again.token))
})

test('register: a business has a company, and may have a GSTIN', async () => {
  const input = newUser({
    account_type: 'business', company_name: 'Iyer & Sons', gstin: '27AAPFU0939F1ZV',
  })
  const { user } = assertStatus(await register(input), 201)
  assert.equal(user.account_type, 'business')
  assert.equal(user.company_name, 'Iyer & Sons')
  assert.equal(user.gstin, '27AAPFU0939F1ZV')
  assertInvalid(await register(newUser({ account_type: 'business' })), 'company_name')
  assertInvalid(await register(newUser({ account_type: 'business', company_name: '   ' })),
    'company_name')
  // Wrong check character, wrong state, wrong length, lower case of a wrong one.
  for (const gstin of ['27AAPFU0939F1ZW', '99AAPFU0939F1ZV', '27AAPFU0939F1Z', 'x', ''])
    assertInvalid(await register(newUser({ account_type: 'business', company_name: 'X', gstin })),
      'gstin')
})

test('register names every faulty field at once, and writes nothing', async () => {
  const [before] = await sql`select count(*) from account`
  const answer = await register({
    email: 'no address', password: 'short', full_name: ' ', phone: 'x', account_type: 'king',
    is_admin: true,
  })
  assertInvalid(answer, 'email', 'full_name', 'phone', 'account_type', 'is_admin')
  assertInvalid(await register({}), 'email', 'password', 'full_name')
  assertInvalid(await register(newUser({ full_name: 'x'.repeat(201) })), 'full_name')
  for (const email of ['a', 'a@b', '@b.example', 'a b@c.example', 'a@b..example', 'a@@b.example',
    `${'x'.repeat(250)}@b.example`, '', ' a@b.example', 'a@b.example\n', 7, null, ['a@b.example']])
    assertInvalid(await register(newUser({ email })), 'email')
  const [since] = await sql`select count(*) from account where full_name = ' '`
  assert.equal(since.count, 0)
  assert(before.count >= 0)
})

test('register: an address is taken whatever its case', async () => {
  const user = await signUp({ email: `Mixed.${newEmail()}` })
  for (const email of [user.email, user.email.toUpperCase(), user.email.toLowerCase()])
    assertProblem(await register(newUser({ email })), 409, 'email_taken')
  const rows = await sql`select email from account where lower(email) = ${user.email.toLowerCase()}`
  assert.deepEqual(rows, [{ email: user.email }])
  // Signing in does not mind the case either.
  assertStatus(await login(user.email.toUpperCase(), password), 200)
})

test('register: the same address twenty times at once makes one account', async () => {
  const email = newEmail()
  const answers = await together(20, () => register(newUser({ email })))
  const made = answers.filter(a => a.status === 201)
  assert.equal(made.length, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'email_taken')
  assert.equal((await sql`select from account where email = ${email}`).length, 1)
})

// ---- D03 to D06: tokens that will not do ------------------------------------

test('D03 a refresh token is no access token, and the other way round', async () => {
  const user = await signUp()
  assertProblem(await profile(user.refresh), 401, 'invalid_token')
  assertProblem(await refresh(user.token), 401, 'invalid_token')
  assertProblem(await api('POST', '/api/auth/logout/', {
    token: user.token, body: { refresh: user.token },
  }), 401, 'invalid_token')
  assertStatus(await profile(user.token), 200)
})

test('D04 tokens that were tampered with are 401, each of them, everywhere', async () => {
  const someone = await customer()
  const secret = main.settings.JWT_SECRET
  const { claims } = decodeToken(someone.token)
  const good = decodeToken((await signUp()).token).header
  assertStatus(await profile(signToken(good, claims, secret)), 200)
  assertStatus(await profile(signToken({ alg: 'HS256', typ: 'JWT' }, claims, secret)), 200)

  const now = Math.floor(Date.now() / 1000)
  const without = name => Object.fromEntries(Object.entries(claims).filter(([k]) => k !== name))
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = signToken(good, claims, secret)
  const [h, c, s] = token.split('.')
  const flipped = Buffer.from(s, 'base64url')
  flipped[0] ^= 1
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  const rsaInput = `${part({ alg: 'RS256', typ: 'JWT' })}.${c}`
  const rsa = `${rsaInput}.${crypto.sign('sha256', Buffer.from(rsaInput), privateKey)
    .toString('base64url')}`
  const bad = {
    'alg none, no signature': `${part({ alg: 'none', typ: 'JWT' })}.${c}.`,
    'alg none, two parts': `${part({ alg: 'none' })}.${c}`,
    'alg none, signed': signToken({ alg: 'none' }, claims, secret),
    'alg None': signToken({ alg: 'None' }, claims, secret),
    'alg HS384': signToken({ ...good, alg: 'HS384' }, claims, secret, 'sha384'),
    'alg HS512': signToken({ ...good, alg: 'HS512' }, claims, secret, 'sha512'),
    'alg HS384 over a SHA-256 signature': signToken({ ...good, alg: 'HS384' }, claims, secret),
    'alg RS256': rsa,
    'alg RS256, the public key as secret': signToken({ ...good, alg: 'RS256' }, claims,
      publicKey.export({ type: 'spki', format: 'pem' })),
    'alg ES256': signToken({ ...good, alg: 'ES256' }, claims, secret),
    'alg in lower case': signToken({ ...good, alg: 'hs256' }, claims, secret),
    'alg missing': signToken({ ...good, alg: undefined }, claims, secret),
    'alg a number': signToken({ ...good, alg: 256 }, claims, secret),
    'jku': signToken({ ...good, jku: 'https://evil.example/keys' }, claims, secret),
    'jwk': signToken({ ...good, jwk: { kty: 'oct', k: 'AAAA' } }, claims, 'AAAA'),
    'jwk beside a good key': signToken({ ...good, jwk: { kty: 'oct', k: 'AAAA' } }, claims, secret),
    'x5u': signToken({ ...good, x5u: 'https://evil.example/cert' }, claims, secret),
    'crit': signToken({ ...good, crit: ['exp'] }, claims, secret),
    'kid of a file': signToken({ ...good, kid: '../../../dev/null' }, claims, ''),
    'kid with SQL': signToken({ ...good, kid: "a' union select 'x" }, claims, 'x'),
    'kid unknown': signToken({ ...good, kid: 'z' }, claims, secret),
    'kid a number': signToken({ ...good, kid: 1 }, claims, secret),
    'another secret': signToken(good, claims, 'x'.repeat(64)),
    'an empty secret': signToken(good, claims, ''),
    'a bit of the signature': `${h}.${c}.${flipped.toString('base64url')}`,
    'a bit of the claims': `${h}.${part({ ...claims, role: 'admin' })}.${s}`,
    'no signature': `${h}.${c}.`,
    'a short signature': `${h}.${c}.${s.slice(0, -2)}`,
    'padding': `${token}=`,
    'padding inside': `${h}=.${c}.${s}`,
    'a space': `${h} .${c}.${s}`,
    'a space behind': `${token} x`,
    'a fourth part': `${token}.${s}`,
    'an empty fourth part': `${token}.`,
    'two parts': `${h}.${c}`,
    'one part': h,
    'dots': '..',
    'plain base64': token.replace(/[-_]|.$/g, '+'),
    'too long': `${h}.${'A'.repeat(5000)}.${s}`,
    'claims no object': signToken(good, '[]', secret),
    'claims no JSON': signToken(good, '{', secret),
    'claims with a key twice': signToken(good,
      JSON.stringify(claims).replace('{', `{"sub":"${uuid7()}",`), secret),
    'header no JSON': signToken('{', claims, secret),
    'exp missing': signToken(good, without('exp'), secret),
    'exp a text': signToken(good, { ...claims, exp: String(claims.exp) }, secret),
    'exp with a fraction': signToken(good,
      JSON.stringify(claims).replace(`"exp":${claims.exp}`, `"exp":${claims.exp}.5`), secret),
    'exp 2^63': signToken(good,
      JSON.stringify(claims).replace(`"exp":${claims.exp}`, '"exp":9223372036854775808'), secret),
    'exp 2^63-1': signToken(good,
      JSON.stringify(claims).replace(`"exp":${claims.exp}`, '"exp":9223372036854775807'), secret),
    'exp negative': signToken(good, { ...claims, exp: -1 }, secret),
    'exp null': signToken(good, { ...claims, exp: null }, secret),
    'iat in the future': signToken(good, { ...claims, iat: now + 300 }, secret),
    'iat missing': signToken(good, without('iat'), secret),
    'nbf in the future': signToken(good, { ...claims, nbf: now + 300 }, secret),
    'nbf a text': signToken(good, { ...claims, nbf: 'now' }, secret),
    'sub missing': signToken(good, without('sub'), secret),
    'sub of nobody': signToken(good, { ...claims, sub: uuid7() }, secret),
    'sub no id': signToken(good, { ...claims, sub: "x' or '1'='1" }, secret),
    'sid missing': signToken(good, without('sid'), secret),
    'sid of nobody': signToken(good, { ...claims, sid: uuid7() }, secret),
    'sid of another': signToken(good, { ...claims, sid: (await customer()).sid }, secret),
    'jti missing': signToken(good, without('jti'), secret),
    'iss another': signToken(good, { ...claims, iss: 'other' }, secret),
    'iss missing': signToken(good, without('iss'), secret),
    'aud another': signToken(good, { ...claims, aud: 'other' }, secret),
    'token_type missing': signToken(good, without('token_type'), secret),
    'token_type refresh': signToken(good, { ...claims, token_type: 'refresh' }, secret),
  }
  for (const [what, wrong] of Object.entries(bad)) {
    assertProblem(await profile(wrong), 401, 'invalid_token', what)
    assertProblem(await api('GET', '/api/cart/get/', { token: wrong }), 401, 'invalid_token', what)
    // As a refresh token, too; where the text is empty or too long, it is invalid input.
    const again = await refresh(wrong)
    assert([400, 401].includes(again.status), `${what}: ${again.status}`)
  }
  for (const header of ['Bearer', 'Bearer ', `Basic ${token}`, token, `Bearer  ${token}`,
    `Bearer ${token}, Bearer ${token}`, `Bearer\t${token}`, `Token ${token}`, '', 'Bearer null']) {
    const answer = await api('GET', '/api/auth/profile/', { headers: { authorization: header } })
    assert.equal(answer.status, 401, `"${header}": ${answer.status}`)
  }
  for (const header of [`bearer ${token}`, `BEARER ${token}`])
    assertStatus(await api('GET', '/api/auth/profile/', { headers: { authorization: header } }),
      200)
})

test('D04 the role in a token gives no rights', async () => {
  const someone = await customer()
  const { claims } = decodeToken(someone.token)
  const forged = signToken({ alg: 'HS256', typ: 'JWT' }, { ...claims, role: 'admin' },
    main.settings.JWT_SECRET)
  assert.equal(assertStatus(await profile(forged), 200).role, 'customer')
})

test('D06 a token that expired a second ago is 401 token_expired', async () => {
  const someone = await customer()
  const now = Math.floor(Date.now() / 1000)
  for (const exp of [now - 1, now, now - 86400 * 365]) {
    const old = mintTokens(someone, main, { iat: exp - 900, exp })
    assertProblem(await profile(old.access), 401, 'token_expired')
    assertProblem(await api('POST', '/api/cart/clear/', { token: old.access }), 401,
      'token_expired')
  }
  const old = mintTokens(someone, main, { iat: now - 100, exp: now - 1 })
  assertProblem(await refresh(old.refresh), 401, 'token_expired')
  const young = mintTokens(someone, main, { iat: now - 899, exp: now + 60 })
  assertStatus(await profile(young.access), 200)
})

test('without a token it is 401 authentication_required with a challenge', async () => {
  const answer = await profile(undefined)
  assertProblem(answer, 401, 'authentication_required')
  assert.match(answer.headers['www-authenticate'], /^Bearer realm="[^"]+"$/)
  const wrong = await profile('x.y.z')
  assert.match(wrong.headers['www-authenticate'], /error="invalid_token"/)
})

test('a token on a public endpoint is not read', async () => {
  for (const target of ['/api/health/', '/api/categories/list/', '/schema/'])
    assertStatus(await api('GET', target, { token: 'nonsense' }), 200)
  const user = await signUp()
  assertStatus(await login(user.email, password, { token: 'nonsense' }), 200)
})

// ---- D07, D08: the end of a session -----------------------------------------

test('D07 logout ends the session at once, its access token too', async () => {
  const user = await signUp()
  const other = await signIn(user.email)
  const logout = () => api('POST', '/api/auth/logout/', {
    token: user.token, body: { refresh: user.refresh },
  })
  const answer = await logout()
  assertStatus(answer, 200)
  assert.deepEqual(keysOf(answer.body), ['detail'])
  assertProblem(await refresh(user.refresh), 401, 'invalid_token')
  assertProblem(await profile(user.token), 401, 'invalid_token')
  assertProblem(await api('GET', '/api/cart/get/', { token: user.token }), 401, 'invalid_token')
  const again = await logout()
  assert([200, 401].includes(again.status))
  // Another session of the same person goes on.
  assertStatus(await profile(other.token), 200)
  assertStatus(await refresh(other.refresh), 200)
})

test('logout ends only one\'s own sessions', async () => {
  const [mine, theirs] = [await signUp(), await signUp()]
  assertProblem(await api('POST', '/api/auth/logout/', {
    token: mine.token, body: { refresh: theirs.refresh },
  }), 401, 'invalid_token')
  assertStatus(await refresh(theirs.refresh), 200)
  assertStatus(await profile(mine.token), 200)
  assertInvalid(await api('POST', '/api/auth/logout/', { token: mine.token, body: {} }), 'refresh')
})

test('D08 a blocked account is out on its next call, and unblocking revives no token', async () => {
  const user = await signUp()
  await sql`update account set is_blocked = true, blocked_reason = 'test' where id = ${user.id}`
  await sql`update session set revoked_at = now(), revoked_why = 'blocked'
    where account_id = ${user.id}`
  assertProblem(await profile(user.token), 401, 'invalid_token')
  assertProblem(await refresh(user.refresh), 401, 'invalid_token')
  assertProblem(await login(user.email, password), 403, 'account_blocked')
  // Only who knows the password learns that it is blocked.
  assertProblem(await login(user.email, `${password}x`), 401, 'invalid_credentials')
  await sql`update account set is_blocked = false where id = ${user.id}`
  assertProblem(await profile(user.token), 401, 'invalid_token')
  assertProblem(await refresh(user.refresh), 401, 'invalid_token')
  const again = await signIn(user.email)
  assertStatus(await profile(again.token), 200)
})

test('D08 the flag alone shuts an account out, sessions or not', async () => {
  const user = await signUp()
  await sql`update account set is_blocked = true where id = ${user.id}`
  assertProblem(await profile(user.token), 401, 'invalid_token')
  assertProblem(await refresh(user.refresh), 401, 'invalid_token')
})

// ---- D09: nobody learns which addresses are known ---------------------------

test('D09 a wrong password and an unknown address answer alike', async t => {
  const user = await signUp()
  const strip = ({ request_id, ...rest }) => rest
  const wrong = await login(user.email, 'not the password')
  const unknown = await login(newEmail(), 'not the password')
  assertProblem(wrong, 401, 'invalid_credentials')
  assertProblem(unknown, 401, 'invalid_credentials')
  assert.deepEqual(strip(wrong.body), strip(unknown.body))
  assert.deepEqual(keysOf(wrong.headers), keysOf(unknown.headers))
  const times = { wrong: [], unknown: [] }
  for (let i = 0; i < 15; i++) {
    times.wrong.push((await login(user.email, 'not the password')).ms)
    times.unknown.push((await login(newEmail(), 'not the password')).ms)
  }
  const median = list => list.sort((a, b) => a - b)[list.length >> 1].toFixed(1)
  t.diagnostic(`login, median of 15: wrong password ${median(times.wrong)} ms, ` +
    `unknown address ${median(times.unknown)} ms`)
})

test('login refuses what is no sign-in', async () => {
  assertInvalid(await api('POST', '/api/auth/login/', { body: {} }), 'email', 'password')
  assertInvalid(await api('POST', '/api/auth/login/', {
    body: { email: 'a@b.example', password, remember: true },
  }), 'remember')
  for (const email of ["' or 1=1 --", 'admin@example.com\u0000', '%', '*'])
    assert([400, 401].includes((await login(email, password)).status), email)
})

// ---- D11: passwords ---------------------------------------------------------

test('D11 passwords: 10 to 128 characters, no common one, not the address, no NUL', async () => {
  const email = newEmail()
  const bad = ['123456789', 'short', '', ' '.repeat(12), '\u3000'.repeat(12), 'password123',
    'qwertyuiop', '1234567890', 'iloveyou123', 'Password123', email, email.toUpperCase(),
    'x'.repeat(129), 'null\u0000null null', 12345678901, null, ['correct horse battery']]
  for (const secret of bad)
    assertInvalid(await register(newUser({ email, password: secret })), 'password')
  assert.equal((await sql`select from account where email = ${email}`).length, 0)
  const good = ['tenletters', 'x1'.repeat(32), 'y2'.repeat(64), 'नमस्ते दुनिया 🔑🔑',
    '🔑🗝️🔑🗝️🔑🗝️🔑', '  leading and trailing  ', '\\"<script>%00${x}']
  for (const secret of good) {
    const input = newUser({ password: secret })
    assertStatus(await register(input), 201)
    assertStatus(await login(input.email, secret), 200)
    const almost = secret.trim() === secret ? [...secret].slice(0, -1).join('') : secret.trim()
    assertProblem(await login(input.email, almost), 401, 'invalid_credentials')
  }
})

test('D11 no password is cut off: character 73 and the last one count', async () => {
  const secret = Array.from({ length: 128 }, (_, i) => 'abcdefghijklm'[i % 13]).join('')
  const user = await signUp({ password: secret })
  const changed = at => secret.slice(0, at) + 'Z' + secret.slice(at + 1)
  for (const at of [0, 71, 72, 73, 127])
    assertProblem(await login(user.email, changed(at)), 401, 'invalid_credentials')
  assertStatus(await login(user.email, secret), 200)
})

test('passwords are kept as Argon2id, each with its own salt', async () => {
  const [a, b] = [await signUp(), await signUp()]
  const hashes = await sql`select password_hash from account where id in (${a.id}, ${b.id})`
  for (const { password_hash } of hashes)
    assert.match(password_hash, /^\$argon2id\$v=19\$m=(19456|[2-9]\d{4}|\d{6,}),t=[2-9],p=1\$/)
  assert.notEqual(hashes[0].password_hash, hashes[1].password_hash)
})

test('no secret ever stands in the log', async () => {
  const { readFileSync } = await import('node:fs')
  const secret = unique('a-secret-password')
  const user = await signUp({ password: secret })
  await login(user.email, secret)
  await login(user.email, `${secret}-wrong`)
  const log = readFileSync(`${main.stateDir}/log/app.log`, 'utf8') +
    readFileSync(`${main.stateDir}/log/access.log`, 'utf8')
  assert(log.includes(user.id) || log.includes('/api/auth/login/'), 'this is the log')
  for (const text of [secret, user.token, user.refresh, user.token.split('.')[2]])
    assert(!log.includes(text))
})

// ---- profile ----------------------------------------------------------------

test('profile/ and profile/update/ show and change the own account', async () => {
  const user = await signUp({ phone: '+919812345678' })
  const shown = assertStatus(await profile(user.token), 200)
  assert.deepEqual(shown, { ...user.user, last_login_at: shown.last_login_at })
  const update = body => api('PUT', '/api/auth/profile/update/', { token: user.token, body })
  let body = assertStatus(await update({ full_name: 'Asha R. Iyer' }), 200)
  assert.deepEqual(keysOf(body), userKeys)
  assert.equal(body.full_name, 'Asha R. Iyer')
  assert.equal(body.phone, '+919812345678')
  body = assertStatus(await update({ phone: null }), 200)
  assert.equal(body.phone, null)
  assert.equal(body.full_name, 'Asha R. Iyer')
  body = assertStatus(await update({}), 200)
  assert.equal(body.full_name, 'Asha R. Iyer')
  body = assertStatus(await update({
    account_type: 'business', company_name: 'Iyer & Sons', gstin: '27AAPFU0939F1ZV',
  }), 200)
  assert.equal(body.account_type, 'business')
  assert.equal(body.gstin, '27AAPFU0939F1ZV')
  assert.deepEqual(assertStatus(await profile(user.token), 200), body)
  // A business keeps its name.
  assertInvalid(await update({ company_name: null }), 'company_name')
  const row = await accountOf(user.id)
  assert.equal(row.company_name, 'Iyer & Sons')
})

test('profile/update/ refuses what will not do, and changes nothing', async () => {
  const user = await signUp()
  const before = await accountOf(user.id)
  const update = body => api('PUT', '/api/auth/profile/update/', { token: user.token, body })
  assertInvalid(await update({ full_name: '' }), 'full_name')
  assertInvalid(await update({ full_name: '   ' }), 'full_name')
  assertInvalid(await update({ full_name: 5 }), 'full_name')
  assertInvalid(await update({ phone: 'call me' }), 'phone')
  assertInvalid(await update({ gstin: '27AAPFU0939F1ZW' }), 'gstin')
  assertInvalid(await update({ account_type: 'admin' }), 'account_type')
  assertInvalid(await update({ account_type: 'business' }), 'company_name')
  assertInvalid(await update({ full_name: 'x'.repeat(201) }), 'full_name')
  assert.deepEqual(await accountOf(user.id), before)
})

test('E04 unknown members are refused, and no right comes from them', async () => {
  const user = await signUp()
  const before = await accountOf(user.id)
  for (const name of ['role', 'is_blocked', 'is_email_verified', 'id', 'user_id', 'email',
    'password', 'password_hash', 'status', 'commission_rate_bps', 'seller_id', '__proto__',
    'constructor', 'created_at']) {
    const raw = `{"full_name":"Changed",${JSON.stringify(name)}:"admin"}`
    assertInvalid(await api('PUT', '/api/auth/profile/update/', { token: user.token, raw }), name)
    const email = newEmail()
    if (!['email', 'password'].includes(name)) {
      assertInvalid(await register(undefined, {
        raw: JSON.stringify(newUser({ email })).replace('{', `{${JSON.stringify(name)}:"admin",`),
      }), name)
      assert.equal((await sql`select from account where email = ${email}`).length, 0)
    }
  }
  assert.deepEqual(await accountOf(user.id), before)
})

// ---- passwords and mailed links ---------------------------------------------

test('password/change/ takes the current one, and ends the other sessions', async () => {
  const user = await signUp()
  const other = await signIn(user.email)
  const change = (body, token = user.token) =>
    api('POST', '/api/auth/password/change/', { token, body })
  const next = 'another passphrase 77'
  assertProblem(await change({ current_password: 'wrong', new_password: next }), 401,
    'invalid_credentials')
  assertInvalid(await change({ current_password: password, new_password: 'short' }),
    'new_password')
  assertInvalid(await change({ current_password: password, new_password: 'password123' }),
    'new_password')
  assertInvalid(await change({ current_password: password, new_password: user.email }),
    'new_password')
  assertInvalid(await change({}), 'current_password', 'new_password')
  assertStatus(await profile(other.token), 200)
  const answer = await change({ current_password: password, new_password: next })
  assertStatus(answer, 200)
  assert.deepEqual(keysOf(answer.body), ['detail'])
  assertProblem(await profile(other.token), 401, 'invalid_token')
  assertProblem(await refresh(other.refresh), 401, 'invalid_token')
  assertStatus(await profile(user.token), 200)
  assertProblem(await login(user.email, password), 401, 'invalid_credentials')
  assertStatus(await login(user.email, next), 200)
})

test('password/forgot/ answers alike for any address, and queues a mail for a known one',
  async () => {
    const user = await signUp()
    const forgot = email => api('POST', '/api/auth/password/forgot/', { body: { email } })
    const known = await forgot(user.email)
    const unknownEmail = newEmail()
    const unknown = await forgot(unknownEmail)
    assertStatus(known, 200)
    assert.equal(known.text, unknown.text)
    assert.deepEqual(keysOf(known.body), ['detail'])
    assert(await mailedToken(user.id, 'mail.reset'))
    assert.equal((await sql`select from outbox
      where payload::text like ${`%${unknownEmail}%`}`).length, 0)
    assertInvalid(await forgot('no address'), 'email')
  })

test('password/reset/ sets a password with the mailed token, once', async () => {
  const user = await signUp()
  await api('POST', '/api/auth/password/forgot/', { body: { email: user.email } })
  const first = await mailedToken(user.id, 'mail.reset')
  await api('POST', '/api/auth/password/forgot/', { body: { email: user.email } })
  const token = await mailedToken(user.id, 'mail.reset')
  assert.notEqual(token, first)
  const next = 'a new passphrase 91'
  const reset = (with_, secret = next) => api('POST', '/api/auth/password/reset/', {
    body: { token: with_, new_password: secret },
  })
  assertInvalid(await reset('nonsense'), 'token')
  assertInvalid(await reset(first), 'token')
  // A refused password does not use the link up.
  assertInvalid(await reset(token, 'password123'), 'new_password')
  const answer = await reset(token)
  assertStatus(answer, 200)
  assert.deepEqual(keysOf(answer.body), ['detail'])
  assertInvalid(await reset(token), 'token')
  assertProblem(await profile(user.token), 401, 'invalid_token')
  assertProblem(await refresh(user.refresh), 401, 'invalid_token')
  assertProblem(await login(user.email, password), 401, 'invalid_credentials')
  assertStatus(await login(user.email, next), 200)
  // Only a hash of a link is kept.
  const rows = await sql`select token_hash from account_token where account_id = ${user.id}`
  assert(rows.every(row => !row.token_hash.includes(Buffer.from(token).toString('hex'))))
})

test('password/reset/: a link has an end, and works once when sent twice at once', async () => {
  const user = await signUp()
  await api('POST', '/api/auth/password/forgot/', { body: { email: user.email } })
  const token = await mailedToken(user.id, 'mail.reset')
  await sql`update account_token set expires_at = now() - interval '1 second'
    where account_id = ${user.id} and purpose = 'reset'`
  assertInvalid(await api('POST', '/api/auth/password/reset/', {
    body: { token, new_password: 'a new passphrase 91' },
  }), 'token')
  await api('POST', '/api/auth/password/forgot/', { body: { email: user.email } })
  const good = await mailedToken(user.id, 'mail.reset')
  const answers = await together(5, i => api('POST', '/api/auth/password/reset/', {
    body: { token: good, new_password: `a new passphrase ${i}` },
  }))
  assert.equal(answers.filter(a => a.status === 200).length, 1)
})

test('email/verify/ confirms the address with the mailed token, once', async () => {
  const user = await signUp()
  const token = await mailedToken(user.id, 'mail.verify')
  const verify = text => api('POST', '/api/auth/email/verify/', { body: { token: text } })
  assertInvalid(await verify('nonsense'), 'token')
  assertInvalid(await api('POST', '/api/auth/email/verify/', { body: {} }), 'token')
  assert.equal(assertStatus(await profile(user.token), 200).is_email_verified, false)
  assert.deepEqual(keysOf(assertStatus(await verify(token), 200)), ['detail'])
  assert.equal(assertStatus(await profile(user.token), 200).is_email_verified, true)
  assertInvalid(await verify(token), 'token')
  // A link of one purpose does not serve the other.
  const other = await signUp()
  await api('POST', '/api/auth/password/forgot/', { body: { email: other.email } })
  assertInvalid(await verify(await mailedToken(other.id, 'mail.reset')), 'token')
})

// ---- keys -------------------------------------------------------------------

test('A01 register twice with one key: the same user, with fresh tokens', async () => {
  const input = newUser()
  const key = newKey()
  const first = await register(input, { key })
  const second = await register(input, { key })
  assertStatus(first, 201)
  assertStatus(second, 201)
  assert.equal(first.headers['idempotent-replayed'], undefined)
  assert.equal(second.headers['idempotent-replayed'], 'true')
  assert.deepEqual(second.body.user, first.body.user)
  assert.notEqual(second.body.tokens.access, first.body.tokens.access)
  assert.notEqual(second.body.tokens.refresh, first.body.tokens.refresh)
  assertStatus(await profile(second.body.tokens.access), 200)
  assertProblem(await register({ ...input, password: `${password}x` }, { key }), 409,
    'idempotency_key_reused')
  assert.equal((await sql`select from account where email = ${input.email}`).length, 1)
  // Neither the password nor a token is kept with the key.
  const [row] = await sql`select convert_from(body, 'UTF8') as body from idempotency_key
    where key = ${key}`
  assert(!row.body.includes(password) && !row.body.includes('eyJ'))
})

test('a session opened by an administrator\'s account is one like others', async () => {
  const boss = await admin()
  assert.equal(assertStatus(await profile(boss.token), 200).role, 'admin')
})

test('a repeated register/ opens no session once the password was changed', async () => {
  const input = newUser(), key = newKey(), next = unique('another long secret')
  const first = assertStatus(await register(input, { key }), 201)
  assertStatus(await register(input, { key }), 201)
  assertStatus(await api('POST', '/api/auth/password/change/', { token: first.tokens.access,
    body: { current_password: input.password, new_password: next } }), 200)
  assertProblem(await register(input, { key }), 409, 'email_taken')
})
