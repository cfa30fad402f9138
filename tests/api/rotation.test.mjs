/* Settings of sessions: refresh tokens that rotate, lifetimes, a change of keys. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { assertProblem, assertStatus, customer, decodeToken, keysOf, mintTokens, signIn, signToken,
  signUp, startInstance, together } from './harness.mjs'

const previous = crypto.randomBytes(32).toString('hex')
const own = await startInstance({
  JWT_ROTATE_REFRESH: '1', JWT_ACCESS_SECS: '600', JWT_REFRESH_SECS: '7200',
  JWT_SECRET_PREVIOUS: previous,
})
const refresh = token => own.api('POST', '/api/auth/refresh/', { body: { refresh: token } })
const profile = token => own.api('GET', '/api/auth/profile/', { token })

test('rotation: refresh/ answers a new refresh token, the old one is used up', async () => {
  const user = await signUp({}, own)
  const first = await refresh(user.refresh)
  assertStatus(first, 200)
  assert.deepEqual(keysOf(first.body), ['access', 'refresh'])
  assert.notEqual(first.body.refresh, user.refresh)
  assertStatus(await profile(first.body.access), 200)
  const again = await refresh(user.refresh)
  assertProblem(again, 401, 'token_reused')
  // Within ten seconds that is taken for a second tab: the session lives on.
  assertStatus(await profile(first.body.access), 200)
  const second = assertStatus(await refresh(first.body.refresh), 200)
  assertProblem(await refresh(first.body.refresh), 401, 'token_reused')
  const { claims } = decodeToken(second.refresh)
  assert.equal(claims.sid, decodeToken(user.refresh).claims.sid)
})

test('rotation: an old token later than ten seconds after its rotation ends the session',
  async () => {
    const user = await signUp({}, own)
    const other = await signIn(user.email, user.password, own)
    const next = assertStatus(await refresh(user.refresh), 200)
    await own.sql`update refresh_token set used_at = used_at - interval '11 seconds'
      where jti = ${decodeToken(user.refresh).claims.jti}`
    assertProblem(await refresh(user.refresh), 401, 'token_reused')
    assertProblem(await profile(next.access), 401, 'invalid_token')
    assertProblem(await refresh(next.refresh), 401, 'invalid_token')
    assertStatus(await profile(other.token), 200)
    const [row] = await own.sql`select revoked_at is not null as ended, revoked_why from session
      where id = ${decodeToken(user.refresh).claims.sid}`
    assert.equal(row.ended, true)
    assert(row.revoked_why)
  })

test('rotation: a token of two rotations ago ends the session', async () => {
  const user = await signUp({}, own)
  const second = assertStatus(await refresh(user.refresh), 200)
  assertStatus(await refresh(second.refresh), 200)
  assertProblem(await refresh(user.refresh), 401, 'token_reused')
  assertProblem(await profile(second.access), 401, 'invalid_token')
})

test('rotation: the same token twenty times at once has one winner, and the session lives',
  async () => {
    const user = await signUp({}, own)
    const answers = await together(20, () => refresh(user.refresh), own)
    const winners = answers.filter(a => a.status === 200)
    assert.equal(winners.length, 1)
    for (const answer of answers.filter(a => a.status !== 200))
      assertProblem(answer, 401, 'token_reused')
    assertStatus(await profile(winners[0].body.access), 200)
    assertStatus(await refresh(winners[0].body.refresh), 200)
  })

test('rotation: after logout no token of the session does anything', async () => {
  const user = await signUp({}, own)
  const next = assertStatus(await refresh(user.refresh), 200)
  assertStatus(await own.api('POST', '/api/auth/logout/', {
    token: next.access, body: { refresh: next.refresh },
  }), 200)
  for (const token of [user.refresh, next.refresh]) {
    const answer = await refresh(token)
    assert.equal(answer.status, 401)
  }
  assertProblem(await profile(next.access), 401, 'invalid_token')
})

test('D02 the configured lifetimes stand in the tokens', async () => {
  const user = await signUp({}, own)
  const life = token => {
    const { claims } = decodeToken(token)
    return claims.exp - claims.iat
  }
  assert.equal(life(user.token), 600)
  assert.equal(life(user.refresh), 7200)
})

test('a change of keys: tokens of the key before still count, those of others never', async () => {
  const someone = await customer({}, own)
  const { claims } = decodeToken(someone.token)
  const header = { alg: 'HS256', typ: 'JWT' }
  assertStatus(await profile(signToken(header, claims, previous)), 200)
  assertProblem(await profile(signToken(header, claims, `${previous}x`)), 401, 'invalid_token')
  assertProblem(await profile(signToken(header, claims, '')), 401, 'invalid_token')
  const stale = mintTokens(someone, { settings: { JWT_SECRET: previous } },
    { exp: claims.iat - 1 })
  assertProblem(await profile(stale.access), 401, 'token_expired')
  // New tokens are signed with the new key.
  const user = await signUp({}, own)
  const [h, c, s] = user.token.split('.')
  assert.equal(crypto.createHmac('sha256', own.settings.JWT_SECRET).update(`${h}.${c}`)
    .digest('base64url'), s)
})
