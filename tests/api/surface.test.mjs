/*
 * Group E of the catalogue: who may call what, and what every endpoint refuses.
 * Nearly all of it is made from /schema/, so that a new route is tested as soon
 * as it is there.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { declaredCodes } from './contract.mjs'
import { admin, api, assertInvalid, assertProblem, assertStatus, contract, customer, main,
  mintTokens, newKey, product, seller, sql, uuid7, validBody } from './harness.mjs'

/** [caller, idempotency] as the contract has them; a route that is not here may not be there. */
const agreed = {
  'GET /api/health/': ['public', '-'],
  'GET /api/health/ready/': ['public', '-'],
  'GET /schema/': ['public', '-'],
  'POST /api/auth/register/': ['public', 'yes'],
  'POST /api/auth/login/': ['public', '-'],
  'POST /api/auth/logout/': ['user', 'yes'],
  'POST /api/auth/refresh/': ['public', '-'],
  'GET /api/auth/profile/': ['user', '-'],
  'PUT /api/auth/profile/update/': ['user', 'yes'],
  'POST /api/auth/password/change/': ['user', 'yes'],
  'POST /api/auth/password/forgot/': ['public', '-'],
  'POST /api/auth/password/reset/': ['public', '-'],
  'POST /api/auth/email/verify/': ['public', '-'],
  'GET /api/addresses/list/': ['user', '-'],
  'POST /api/addresses/create/': ['user', 'yes'],
  'PUT /api/addresses/update/': ['user', 'yes'],
  'DELETE /api/addresses/delete/': ['user', 'yes'],
  'GET /api/categories/list/': ['public', '-'],
  'GET /api/products/list/': ['public', '-'],
  'GET /api/products/detail/': ['public', '-'],
  'GET /api/products/search/': ['public', '-'],
  'GET /api/products/filter/': ['public', '-'],
  'GET /api/products/suggest/': ['public', '-'],
  'POST /api/products/create/': ['approved', 'yes'],
  'PUT /api/products/update/': ['approved', 'yes'],
  'DELETE /api/products/delete/': ['approved', 'yes'],
  'POST /api/products/upload-image/': ['approved', 'yes'],
  'POST /api/products/import/': ['approved', 'yes'],
  'GET /api/products/export/': ['approved', '-'],
  'GET /api/reviews/list/': ['public', '-'],
  'POST /api/reviews/create/': ['user', 'yes'],
  'POST /api/reviews/reply/': ['approved', 'yes'],
  'POST /api/reviews/upload-media/': ['user', 'yes'],
  'POST /api/cart/add/': ['user', 'yes'],
  'POST /api/cart/remove/': ['user', 'yes'],
  'POST /api/cart/update/': ['user', 'yes'],
  'GET /api/cart/get/': ['user', '-'],
  'POST /api/cart/clear/': ['user', 'yes'],
  'POST /api/orders/create/': ['user', 'money'],
  'GET /api/orders/list/': ['user', '-'],
  'GET /api/orders/detail/': ['user', '-'],
  'GET /api/orders/status/': ['user', '-'],
  'POST /api/orders/cancel/': ['user', 'money'],
  'POST /api/refunds/request/': ['user', 'money'],
  'GET /api/refunds/list/': ['user', '-'],
  'POST /api/payments/initiate/': ['user', 'money'],
  'POST /api/payments/verify/': ['user', 'money'],
  'GET /api/payments/status/': ['user', '-'],
  'GET /api/payments/history/': ['user', '-'],
  'POST /api/payments/webhook/': ['provider', '-'],
  'GET /api/notifications/list/': ['user', '-'],
  'GET /api/notifications/unread-count/': ['user', '-'],
  'POST /api/notifications/mark-read/': ['user', 'yes'],
  'POST /api/notifications/mark-all-read/': ['user', 'yes'],
  'POST /api/sellers/register/': ['user', 'yes'],
  'POST /api/sellers/kyc/upload/': ['seller', 'yes'],
  'GET /api/sellers/profile/': ['seller', '-'],
  'PUT /api/sellers/update/': ['seller', 'yes'],
  'GET /api/sellers/orders/': ['seller', '-'],
  'GET /api/sellers/orders/detail/': ['seller', '-'],
  'POST /api/sellers/orders/update-status/': ['approved', 'money'],
  'GET /api/sellers/products/': ['seller', '-'],
  'GET /api/sellers/balance/': ['seller', '-'],
  'GET /api/sellers/settlements/': ['seller', '-'],
  'POST /api/sellers/settlements/request/': ['approved', 'money'],
  'GET /api/sellers/analytics/overview/': ['seller', '-'],
  'GET /api/sellers/analytics/revenue/': ['seller', '-'],
  'GET /api/sellers/analytics/orders/': ['seller', '-'],
  'GET /api/sellers/analytics/top-products/': ['seller', '-'],
  'GET /api/admin/users/': ['admin', '-'],
  'GET /api/admin/users/detail/': ['admin', '-'],
  'POST /api/admin/users/block/': ['admin', 'yes'],
  'POST /api/admin/users/unblock/': ['admin', 'yes'],
  'GET /api/admin/sellers/': ['admin', '-'],
  'GET /api/admin/sellers/detail/': ['admin', '-'],
  'GET /api/admin/sellers/kyc/document/': ['admin', '-'],
  'POST /api/admin/sellers/approve/': ['admin', 'yes'],
  'POST /api/admin/sellers/reject/': ['admin', 'yes'],
  'POST /api/admin/sellers/suspend/': ['admin', 'yes'],
  'GET /api/admin/products/': ['admin', '-'],
  'GET /api/admin/products/detail/': ['admin', '-'],
  'POST /api/admin/products/approve/': ['admin', 'yes'],
  'POST /api/admin/products/reject/': ['admin', 'yes'],
  'GET /api/admin/catalog/products/pending/': ['admin', '-'],
  'POST /api/admin/catalog/products/set-approval/': ['admin', 'yes'],
  'POST /api/admin/categories/create/': ['admin', 'yes'],
  'PUT /api/admin/categories/update/': ['admin', 'yes'],
  'DELETE /api/admin/categories/delete/': ['admin', 'yes'],
  'GET /api/admin/reviews/': ['admin', '-'],
  'POST /api/admin/reviews/set-status/': ['admin', 'yes'],
  'GET /api/admin/orders/': ['admin', '-'],
  'GET /api/admin/orders/detail/': ['admin', '-'],
  'POST /api/admin/refund/': ['admin', 'money'],
  'POST /api/admin/refund/preview/': ['admin', '-'],
  'GET /api/admin/refunds/': ['admin', '-'],
  'POST /api/admin/refunds/reject/': ['admin', 'yes'],
  'POST /api/admin/commission/set/': ['admin', 'yes'],
  'GET /api/admin/commission/get/': ['admin', '-'],
  'GET /api/admin/commerce/settlements/list/': ['admin', '-'],
  'GET /api/admin/commerce/settlements/detail/': ['admin', '-'],
  'POST /api/admin/commerce/settlements/process/': ['admin', 'money'],
  'GET /api/admin/reports/': ['admin', '-'],
  'GET /api/admin/logs/': ['admin', '-'],
  'GET /api/admin/analytics/overview/': ['admin', '-'],
  'GET /api/admin/analytics/revenue/': ['admin', '-'],
  'GET /api/admin/analytics/users/': ['admin', '-'],
  'GET /api/admin/analytics/orders/': ['admin', '-'],
  'GET /api/admin/analytics/top-products/': ['admin', '-'],
  'GET /api/admin/analytics/gmv/': ['admin', '-'],
  // Beyond what was agreed: what the pages of the administration need.
  'GET /api/admin/queues/': ['admin', '-'],
  'GET /api/admin/jobs/': ['admin', '-'],
  'GET /api/admin/jobs/runs/': ['admin', '-'],
  'GET /api/admin/outbox/': ['admin', '-'],
  'POST /api/admin/outbox/retry/': ['admin', 'yes'],
  'GET /api/admin/payments/mismatches/': ['admin', '-'],
  'GET /api/admin/commerce/settlements/payout-file/': ['admin', '-'],
  'GET /api/products/import/template/': ['approved', '-'],
  'GET /api/products/import/status/': ['seller', '-'],
}

const routes = [...(await contract()).routes.values()]
const jsonOf = operation => operation.requestBody?.content['application/json']
const formIn = operation => operation.requestBody?.content['multipart/form-data']
const isWrite = route => route.method !== 'GET'
// The provider's events are bytes with a signature, and have tests of their own.
const takesJson = route => isWrite(route) && route.operation['x-caller'] !== 'provider' &&
  (!route.operation.requestBody || jsonOf(route.operation) !== undefined)
const parametersOf = operation => (operation.parameters ?? []).filter(p => !p.$ref)
const queryExample = operation => Object.fromEntries(parametersOf(operation)
  .filter(p => p.required || p.example !== undefined)
  .map(p => [p.name, p.example ?? p.schema.example ?? p.schema.enum?.[0] ?? 'x']))

/** What a list cannot do without and no example can name. */
const needed = async route => ({
  ...queryExample(route.operation),
  ...(route.path === '/api/reviews/list/' ? { product_id: (await product()).id } : {}),
})

/** A call that is valid as far as the document can say. */
const call = (route, more = {}) => {
  const input = isWrite(route) ? validBody(route.operation) ?? { body: {} } :
    { query: queryExample(route.operation) }
  return api(route.method, route.path,
    { ...input, ...more, headers: { ...input.headers, ...more.headers } })
}

/** Somebody who may call this route. */
const people = {}
const allowed = async route => {
  const make = { public: () => ({}), user: customer, seller: () => seller(),
    approved: () => seller(), admin: () => admin() }
  const kind = route.operation['x-caller']
  people[kind] ??= await (make[kind] ?? customer)()
  return people[kind]
}

test('E01 the routes are those agreed, with the callers and keys agreed', () => {
  const found = Object.fromEntries(routes.map(r =>
    [`${r.method} ${r.path}`, [r.operation['x-caller'], r.operation['x-idempotency']]]))
  for (const [route, rule] of Object.entries(agreed))
    assert.deepEqual(found[route], rule, route)
  for (const { method, path } of routes)
    assert(agreed[`${method} ${path}`], `${method} ${path} is not in the contract`)
})

test('E01 every route for every kind of caller', async () => {
  const blocked = await customer()
  await sql`update account set is_blocked = true where id = ${blocked.id}`
  const signedOut = await customer()
  await sql`update session set revoked_at = now() where id = ${signedOut.sid}`
  const principals = {
    anonymous: undefined, customer: await customer(), 'another customer': await customer(),
    business: await customer({ business: true }), seller: await seller(),
    'pending seller': await seller({ status: 'pending' }),
    'rejected seller': await seller({ status: 'rejected' }),
    'suspended seller': await seller({ status: 'suspended' }), admin: await admin(),
    blocked, 'signed out': signedOut,
  }
  /** undefined where the call goes through to the endpoint's own rules. */
  const verdict = (caller, who) => {
    if (caller === 'public' || caller === 'provider') return undefined
    if (who === 'anonymous') return '401 authentication_required'
    if (['blocked', 'signed out'].includes(who)) return '401 invalid_token'
    if (caller === 'user') return undefined
    if (caller === 'admin') return who === 'admin' ? undefined : '403 permission_denied'
    if (!/seller/.test(who)) return '403 permission_denied'
    if (caller === 'approved' && who !== 'seller') return '403 seller_not_approved'
    return undefined
  }
  const barred = ['authentication_required', 'permission_denied', 'seller_not_approved']
  // Their own rules may answer 401, to tokens and passwords that stand in the body.
  const ownRules = { '/api/auth/logout/': 'invalid_token', '/api/auth/refresh/': 'invalid_token',
    '/api/auth/login/': 'invalid_credentials',
    '/api/auth/password/change/': 'invalid_credentials' }
  // Who opens a store may do more than before: that comes last.
  const opening = route => Number(route.path === '/api/sellers/register/')
  for (const route of [...routes].sort((a, b) => opening(a) - opening(b))) {
    for (const [who, person] of Object.entries(principals)) {
      const what = `${route.method} ${route.path} for ${who}`
      const want = verdict(route.operation['x-caller'], who)
      const answer = await call(route, { token: person })
      if (want) {
        assert.equal(`${answer.status} ${answer.body.code}`, want, what)
      } else if (answer.status === 401 && !route.path.startsWith('/api/products/')) {
        assert.equal(answer.body.code, ownRules[route.path], what)
      } else {
        assert(!barred.includes(answer.body?.code), `${what}: ${answer.text}`)
        assert(answer.status < 500, `${what}: ${answer.text}`)
      }
    }
  }
})

test('E01 a bad token is 401 wherever a token is read', async () => {
  const someone = await customer()
  const now = Math.floor(Date.now() / 1000)
  const old = mintTokens(someone, main, { iat: now - 1000, exp: now - 100 }).access
  for (const route of routes) {
    if (!route.operation.security?.length) continue
    for (const [token, code] of [['x.y.z', 'invalid_token'], [old, 'token_expired'],
      [someone.refresh, 'invalid_token']])
      assertProblem(await call(route, { token }), 401, code, `${route.method} ${route.path}`)
  }
})

test('E02 ids that are none are 400, and ids of nothing 404', async () => {
  const odd = ['0', '-1', '9223372036854775808', '1 OR 1=1', '1;--', '1\u0000', 'null', '{}', '',
    '00000000-0000-0000-0000-000000000000', '01a20430-0000-7000-8000-00000000000g',
    `${uuid7()}0`, ` ${uuid7()}`, `${uuid7()}\n`, `{${uuid7()}}`, "' or ''='", '../../etc/passwd']
  let tried = 0
  for (const route of routes) {
    const who = await allowed(route)
    const { operation } = route
    for (const parameter of parametersOf(operation)) {
      if (parameter.schema.format !== 'uuid') continue
      tried++
      const others = queryExample(operation)
      for (const value of odd) {
        const answer = await api(route.method, route.path, {
          token: who.token, query: { ...others, [parameter.name]: value },
        })
        // The web server itself refuses control characters in an address.
        if (/[\0\n]/.test(value)) assert.equal(answer.status, 400)
        else assertInvalid(answer, parameter.name)
      }
      const none = await api(route.method, route.path, {
        token: who.token, query: { [parameter.name]: uuid7() },
      })
      assert([200, 404].includes(none.status), `${route.path}: ${none.text}`)
      if (none.status === 200) assert.deepEqual(none.body.results, [], route.path)
      assertInvalid(await api(route.method, route.path, {
        token: who.token, query: `${parameter.name}=${uuid7()}&${parameter.name}=${uuid7()}`,
      }), parameter.name)
    }
    const properties = jsonOf(operation)?.schema.properties ?? {}
    for (const [name, property] of Object.entries(properties)) {
      if (property.format !== 'uuid') continue
      tried++
      const { example } = jsonOf(operation)
      for (const value of [...odd, 0, -1, 1.5, true, [], [uuid7()], {}, { $ne: null }]) {
        const answer = await api(route.method, route.path, {
          token: who.token, body: { ...example, [name]: value },
        })
        assertInvalid(answer, name)
      }
    }
  }
  assert(tried >= 9, `only ${tried} ids were tried`)
})

test('E04 no endpoint takes a member or a parameter that is not declared', async () => {
  for (const route of routes.filter(r => r.operation['x-caller'] !== 'provider')) {
    const { token } = await allowed(route)
    const what = `${route.method} ${route.path}`
    const answer = await api(route.method, route.path, {
      token, query: { ...(isWrite(route) ? {} : queryExample(route.operation)), nonsense: '1' },
      ...(isWrite(route) ? validBody(route.operation) : {}),
    })
    assertInvalid(answer, 'nonsense')
    if (!takesJson(route)) continue
    const { example } = jsonOf(route.operation) ?? { example: {} }
    const strange = ['nonsense', 'user_id', 'role', 'is_admin', '__proto__', 'Quantity']
    for (const name of strange.filter(n => !Object.hasOwn(example, n))) {
      const raw = JSON.stringify(example).replace(/^\{/, `{${JSON.stringify(name)}:1` +
        (Object.keys(example).length ? ',' : ''))
      const refused = await api(route.method, route.path, { token, raw })
      assertInvalid(refused, name)
      assert.equal(Object.keys(refused.body.errors).length, 1, `${what}: ${refused.text}`)
    }
  }
})

test('every required member is asked for, and wrong kinds are refused', async () => {
  const wrong = { string: [7, true, [], {}], integer: ['7', 1.5, true, [], {}],
    boolean: ['true', 1, 0, []], object: ['x', [], 1], array: ['x', {}, 1] }
  for (const route of routes.filter(takesJson)) {
    const json = jsonOf(route.operation)
    if (!json) continue
    const { token } = await allowed(route)
    const required = json.schema.required ?? []
    if (required.length)
      assertInvalid(await api(route.method, route.path, { token, body: {} }), ...required)
    for (const [name, property] of Object.entries(json.schema.properties)) {
      const kind = [property.type ?? 'object'].flat()[0]
      for (const value of wrong[kind] ?? [])
        assertInvalid(await api(route.method, route.path, {
          token, body: { ...json.example, [name]: value },
        }), name)
      if (property.maxLength)
        assertInvalid(await api(route.method, route.path, {
          token, body: { ...json.example, [name]: 'x'.repeat(property.maxLength + 1) },
        }), name)
      if (property.enum)
        assertInvalid(await api(route.method, route.path, {
          token, body: { ...json.example, [name]: 'none of them' },
        }), name)
      if (property.maximum !== undefined && Number.isSafeInteger(property.maximum))
        for (const value of [property.minimum - 1, property.maximum + 1])
          assertInvalid(await api(route.method, route.path, {
            token, body: { ...json.example, [name]: value },
          }), name)
    }
  }
})

test('E05 each path answers to its methods alone, and tells which', async () => {
  const byPath = new Map()
  for (const { method, path } of routes)
    byPath.set(path, [...(byPath.get(path) ?? []), method])
  for (const [path, methods] of byPath) {
    const allow = methods.flatMap(m => m === 'GET' ? ['GET', 'HEAD'] : [m]).concat('OPTIONS')
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      if (methods.includes(method)) continue
      for (const form of [path, path.slice(0, -1)]) {
        const answer = await api(method, form, method === 'GET' ? {} : { body: {} })
        assertProblem(answer, 405, 'method_not_allowed', `${method} ${form}`)
        assert.deepEqual(answer.headers.allow.split(', ').sort(), allow.sort(), path)
      }
    }
    if (!methods.includes('GET')) {
      const head = await api('HEAD', path)
      assert.equal(head.status, 405, path)
    }
    const options = await api('OPTIONS', path)
    assert.equal(options.status, 204, path)
    assert.equal(options.bytes.length, 0)
  }
})

test('E05 other methods are refused, and an override is not heard', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'SEARCH', 'PURGE']) {
    const answer = await api(method, '/api/health/')
    assert([403, 405, 501].includes(answer.status), `${method}: ${answer.status}`)
    assert.doesNotMatch(answer.text, /TRACE \/|host:/i, 'nothing is echoed')
  }
  for (const line of ['FOO /api/health/', 'get /api/health/', 'CONNECT example.com:443']) {
    const text = await main.rawSocket(`${line} HTTP/1.1\r\nHost: ${main.address.host}\r\n` +
      'Connection: close\r\n\r\n')
    assert.match(text, /^HTTP\/1\.1 (400|403|405|501) /, line)
  }
  const { token } = await customer()
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    assertStatus(await api('GET', '/api/cart/get/', { token, headers: { [name]: 'DELETE' } }), 200)
    const answer = await api('POST', '/api/addresses/delete/', {
      token, body: { id: uuid7() }, headers: { [name]: 'DELETE' },
    })
    assertProblem(answer, 405, 'method_not_allowed')
  }
})

test('E06 pages have bounds, and a sort that is not offered is 400', async () => {
  const lists = routes.filter(r => parametersOf(r.operation).some(p => p.name === 'page_size'))
  assert(lists.length >= 6, `only ${lists.length} lists`)
  for (const route of lists) {
    const { token } = await allowed(route)
    const always = await needed(route)
    const ask = query => api('GET', route.path, { token, query: { ...always, ...query } })
    const size = parametersOf(route.operation).find(p => p.name === 'page_size').schema
    const most = route.path === '/api/categories/list/' ? 500 : 100
    if (size.maximum !== undefined) assert.equal(size.maximum, most, route.path)
    for (const page_size of ['0', '-1', '1000000000', String(most + 1), 'x', '1.5', '', '1e2',
      '9223372036854775808', '+5', ' 5', '0x10', '٣'])
      assertInvalid(await ask({ page_size }), 'page_size')
    for (const page of ['0', '-1', '1000000000', 'x', '1.5', '', '9223372036854775808'])
      assertInvalid(await ask({ page }), 'page')
    for (const cursor of ['x', '', 'AAAA', 'eyJhIjoxfQ', 'x'.repeat(2049), '../..', '%00',
      Buffer.from('>-id|').toString('base64url'), Buffer.from([0xff, 0xfe]).toString('base64url'),
      Buffer.from(`>-id|${uuid7()}`).toString('base64url'),
      Buffer.from(`>name; drop table account|${uuid7()}`).toString('base64url')]) {
      const answer = await ask({ cursor })
      // One that looks like ours is a place in the list, and no more.
      if (answer.status !== 200) assertInvalid(answer, 'cursor')
      else assert(cursor.length > 40 && cursor.length < 100, `${route.path} takes ${cursor}`)
    }
    const largest = assertStatus(await ask({ page_size: String(most) }), 200)
    assert(largest.results.length <= most)
    const usual = assertStatus(await ask({}), 200)
    assert(usual.results.length <= 20)
    // 10,000 rows deep and no further.
    const deepest = assertStatus(await ask({ page_size: '100', page: '100' }), 200)
    assert(Array.isArray(deepest.results))
    assertInvalid(await ask({ page_size: '100', page: '101' }), 'page')
    for (const sort of ['password_hash', 'id; drop table account', '-id', 'price,id', '', '--price',
      'PRICE']) {
      const answer = await ask({ sort })
      assertInvalid(answer, 'sort')
    }
  }
})

test('E08 headers stand on every kind of answer', async () => {
  const { token } = await customer()
  const answers = [
    await api('GET', '/api/health/'), await api('GET', '/api/nothing/'),
    await api('POST', '/api/health/', { body: {} }), await api('GET', '/api/cart/get/'),
    await api('GET', '/api/cart/get/', { token }), await api('OPTIONS', '/api/health/'),
    await api('POST', '/api/cart/add/', { token, raw: '{' }),
    await api('POST', '/api/cart/add/', { token, raw: 'x'.repeat(70000) }),
    await api('POST', '/api/cart/add/', { token, raw: 'x', headers: { 'content-type': 'a/b' } }),
    await api('GET', '/api/%00/'), await api('GET', `/api/${'x'.repeat(60000)}`),
  ]
  assert.deepEqual(answers.map(a => a.status),
    [200, 404, 405, 401, 200, 204, 400, 413, 415, 400, answers.at(-1).status])
  assert([414, 431].includes(answers.at(-1).status), answers.at(-1).status)
  for (const { status, headers } of answers) {
    assert.equal(headers['x-content-type-options'], 'nosniff', status)
    assert(headers['x-request-id'], status)
    assert(headers['cache-control'], status)
    assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, status)
    assert.doesNotMatch(headers.server ?? '', /lighttpd|\d/, status)
    assert.equal(headers['x-powered-by'], undefined)
  }
  for (const { status, headers } of answers.filter(a => a.status >= 400))
    assert.equal(headers['content-type'], 'application/problem+json', status)
})

test('E09 CORS: listed origins alone, never a star', async () => {
  const { token } = await customer()
  const listed = main.settings.CORS_ORIGINS.split(',')
  assert.deepEqual(listed, ['https://shop.example', 'https://panel.example:8443'])
  const ask = (origin, more) => api('GET', '/api/cart/get/', {
    token, headers: { origin }, ...more,
  })
  for (const origin of listed) {
    const answers = [await ask(origin), await ask(origin, { token: undefined }),
      await api('GET', '/api/health/', { headers: { origin } }),
      await api('GET', '/api/nothing/', { headers: { origin } })]
    for (const answer of answers) {
      assert.equal(answer.headers['access-control-allow-origin'], origin)
      assert.match(answer.headers.vary ?? '', /\bOrigin\b/)
      assert.match(answer.headers['access-control-expose-headers'], /Idempotent-Replayed/)
    }
  }
  for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil',
    'http://shop.example', 'https://shop.example:444', 'https://panel.example',
    'https://SHOP.example', 'https://xshop.example', 'https://shop.example/', 'shop.example',
    'https://shop.example,https://panel.example:8443', 'https://shop.exampl', '*', '']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await api(method, '/api/health/', {
        headers: { origin, 'access-control-request-method': 'GET' },
      })
      assert.equal(answer.headers['access-control-allow-origin'], undefined, origin)
      assert.equal(answer.headers['access-control-allow-credentials'], undefined, origin)
      assert.match(answer.headers.vary ?? '', /\bOrigin\b/, 'or a cache would mix them up')
    }
  }
})

test('E09 a preflight is 204 and tells what is allowed, without a token', async () => {
  for (const { method, path } of routes) {
    const answer = await api('OPTIONS', path, {
      headers: {
        origin: 'https://shop.example', 'access-control-request-method': method,
        'access-control-request-headers': 'authorization, content-type, idempotency-key',
      },
    })
    assert.equal(answer.status, 204, path)
    assert.equal(answer.headers['access-control-allow-origin'], 'https://shop.example')
    assert(answer.headers['access-control-allow-methods'].split(', ').includes(method), path)
    for (const name of ['authorization', 'content-type', 'idempotency-key'])
      assert.match(answer.headers['access-control-allow-headers'], new RegExp(name, 'i'))
    assert.equal(answer.headers['content-length'] ?? '0', '0')
  }
  const nothing = await api('OPTIONS', '/api/nothing/', {
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
  })
  assert.equal(nothing.status, 404)
})

// ---- what every route declares ----------------------------------------------

test('every route: two headers of one name are 400 bad_request', async () => {
  for (const route of routes) {
    const { token } = await allowed(route)
    const answer = await call(route, { token, headers: { 'X-Odd': '1', 'X_Odd': '2' } })
    assertProblem(answer, 400, 'bad_request', route.path)
  }
})

test('every form: a broken one, too many parts, another type', async () => {
  for (const route of routes.filter(r => formIn(r.operation))) {
    const { token } = await allowed(route)
    const send = (raw, type = 'multipart/form-data; boundary=B') =>
      api(route.method, route.path, { token, raw, headers: { 'content-type': type } })
    assertProblem(await send('--B\r\nhello'), 400, 'bad_request', route.path)
    assertInvalid(await send('--B--\r\n'), ...formIn(route.operation).schema.required)
    const part = '--B\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
    assertInvalid(await send(`${part}--B--\r\n`), 'x')
    assertProblem(await send(`${part.repeat(21)}--B--\r\n`), 413, 'payload_too_large', route.path)
    for (const type of ['application/json', 'text/plain', 'multipart/mixed; boundary=B',
      'application/x-www-form-urlencoded', null])
      assertProblem(await send('{}', type), 415, 'unsupported_media_type', `${route.path} ${type}`)
  }
})

test('every write: malformed JSON, too long a body, another type', async () => {
  for (const route of routes.filter(takesJson)) {
    const { token } = await allowed(route)
    const send = (raw, type) => api(route.method, route.path, {
      token, raw, ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    })
    const codes = declaredCodes(route.operation)
    assert(codes[413] && codes[415], `${route.path} declares 413 and 415`)
    assertProblem(await send('{"a":'), 400, 'malformed_json', route.path)
    assertProblem(await send('{"a":1,"a":1}'), 400, 'malformed_json', route.path)
    assertProblem(await send(`{"a":"${'x'.repeat(65536)}"}`), 413, 'payload_too_large', route.path)
    const fits = await send(`{"a":"${'x'.repeat(65536 - 8)}"}`)
    assertInvalid(fits, 'a')
    assertInvalid(await send('[]'), 'body')
    // G05: also the guard against forms of other sites.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/json',
      'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/jsonx',
      'application/json; charset=latin1', 'application/xml', '*/*', 'json', null])
      assertProblem(await send('{}', type), 415, 'unsupported_media_type',
        `${route.path} ${type}`)
    for (const type of ['application/json', 'Application/JSON', 'application/json;charset=UTF-8',
      'application/json; charset="utf-8"', 'application/json ; charset=utf-8']) {
      const answer = await send('{"nonsense":1}', type)
      assertInvalid(answer, 'nonsense')
    }
  }
})

test('text from outside never reaches SQL as SQL', async () => {
  const tricks = ["'", "''", "';select pg_sleep(5)--", '" or 1=1', '\\', '%', '_', '$1', ':x',
    '%27', "') or ('1'='1", 'null', "x' || pg_sleep(5) || '", '{}', '(', '*', ':*', '!', '&', '|',
    '<->', "a':*", '\\\'', '\ufeff']
  for (const route of routes) {
    const { token } = await allowed(route)
    for (const parameter of parametersOf(route.operation)) {
      if (parameter.schema.type !== 'string' || parameter.schema.format) continue
      for (const trick of tricks) {
        const answer = await api(route.method, route.path, {
          token, query: { ...queryExample(route.operation), [parameter.name]: trick },
        })
        assert(answer.status < 500 && answer.ms < 4000,
          `${route.path}?${parameter.name}=${trick}: ${answer.status}`)
      }
    }
  }
})

test('a key once used with a read is not heard', async () => {
  const { token } = await customer()
  const key = newKey()
  for (let i = 0; i < 2; i++) {
    const answer = await api('GET', '/api/cart/get/', { token, key })
    assertStatus(answer, 200)
    assert.equal(answer.headers['idempotent-replayed'], undefined)
  }
  assert.equal((await sql`select from idempotency_key where key = ${key}`).length, 0)
})
