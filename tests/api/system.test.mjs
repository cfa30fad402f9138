/* Health, the API document, and what every address has in common. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { declaredCodes } from './contract.mjs'
import { addressInput, api, assertProblem, assertStatus, contract, customer, keysOf, main, sql,
  startInstance } from './harness.mjs'

test('health/ says that it runs', async () => {
  const answer = await api('GET', '/api/health/')
  assert.equal(answer.status, 200)
  assert.equal(answer.text, '{"status":"ok"}')
})

test('health/ready/ tells the state of each part', async () => {
  const body = assertStatus(await api('GET', '/api/health/ready/'), 200)
  assert.deepEqual(keysOf(body), ['checks', 'status'])
  assert.deepEqual(keysOf(body.checks), ['cache', 'database', 'jobs', 'migrations'])
  assert.equal(body.checks.database, 'ok')
  assert.equal(body.checks.cache, 'ok')
  assert.equal(body.checks.migrations, 'ok')
})

test('health/ready/ is degraded without Redis, and 503 without PostgreSQL', async () => {
  const own = await startInstance()
  await own.api('GET', '/api/health/ready/')
  await own.killRedis()
  let body = assertStatus(await own.api('GET', '/api/health/ready/'), 200)
  assert.equal(body.status, 'degraded')
  assert.equal(body.checks.cache, 'degraded')
  assert.equal(body.checks.database, 'ok')
  await own.sql`select pg_terminate_backend(pid) from pg_stat_activity
    where usename = 'haat_app'`
  await own.sql`alter role haat_app nologin`
  const down = await own.api('GET', '/api/health/ready/')
  assert.equal(down.status, 503, down.text)
  assert.equal(down.body.status, 'down')
  assert.equal(down.body.checks.database, 'down')
  // Liveness asks nobody.
  assertStatus(await own.api('GET', '/api/health/'), 200)
  const token = (await customer({}, own)).token
  const refused = await own.api('GET', '/api/cart/get/', { token })
  assertProblem(refused, 503, 'service_unavailable')
  await own.sql`alter role haat_app login`
  // The same processes find the database again.
  assertStatus(await own.api('GET', '/api/cart/get/', { token }), 200)
})

test('what is not there is 404, also below what is', async () => {
  for (const path of ['/api/', '/api', '/api/nothing/', '/api/cart/', '/api/cart/nothing/',
    '/api/health/nothing/', '/api/health//', '//api/health/', '/api/./health/',
    '/api/carts/get/', '/api/cart/get/more/', '/api/%63art/get/', '/schema/x/', '/API/HEALTH/']) {
    const answer = await api('GET', path)
    assert.equal(answer.status, 404, `${path}: ${answer.status}`)
    if (/^\/(api|schema)/.test(path)) assertProblem(answer, 404, 'not_found', path)
  }
})

test('the form without the last slash answers the same, without a redirect', async () => {
  const { token } = await customer()
  const { routes } = await contract()
  for (const { method, path } of routes.values()) {
    const there = await api(method, path, { token })
    const short = await api(method, path.replace(/\/$/, ''), { token })
    assert.equal(short.status, there.status, path)
    if (method === 'GET' && path !== '/schema/' && there.status === 200)
      assert.deepEqual(Object.keys(short.body), Object.keys(there.body), path)
  }
})

test('X-Request-Id is taken over if it is fit, and made if not', async () => {
  for (const id of ['a', 'A-z_0.9', 'x'.repeat(64)]) {
    const answer = await api('GET', '/api/health/', { headers: { 'x-request-id': id } })
    assert.equal(answer.headers['x-request-id'], id)
    const wrong = await api('GET', '/api/nothing/', { headers: { 'x-request-id': id } })
    assert.equal(wrong.body.request_id, id)
  }
  for (const id of ['x'.repeat(65), 'a b', 'a/b', 'ä', '<script>', 'a,b']) {
    const answer = await api('GET', '/api/health/', { headers: { 'x-request-id': id } })
    assert.notEqual(answer.headers['x-request-id'], Buffer.from(id).toString('latin1'))
    assert.notEqual(answer.headers['x-request-id'], id)
  }
  const [a, b] = [await api('GET', '/api/health/'), await api('GET', '/api/health/')]
  assert.notEqual(a.headers['x-request-id'], b.headers['x-request-id'])
})

test('public reads have an ETag, and 304 on If-None-Match', async () => {
  const targets = ['/api/categories/list/', '/api/products/list/', '/api/products/search/?q=lamp',
    '/api/products/filter/?facets=true', '/api/products/suggest/?q=la', '/schema/', '/api/health/']
  for (const target of targets) {
    const first = await api('GET', target)
    assertStatus(first, 200)
    assert.match(first.headers.etag ?? '', /^(W\/)?"[^"]+"$/, target)
    for (const known of [first.headers.etag, `"other", ${first.headers.etag}`,
      `W/${first.headers.etag}`, '*']) {
      const again = await api('GET', target, { headers: { 'if-none-match': known } })
      assert.equal(again.status, 304, `${target} ${known}`)
      assert.equal(again.headers.etag, first.headers.etag)
    }
    const other = await api('GET', target, { headers: { 'if-none-match': '"other"' } })
    assert.equal(other.status, 200)
    assert.equal(other.text, first.text)
  }
})

test('what belongs to somebody is never kept by a cache', async () => {
  const { token } = await customer()
  for (const target of ['/api/cart/get/', '/api/orders/list/', '/api/addresses/list/',
    '/api/auth/profile/']) {
    const answer = await api('GET', target, { token })
    assert.equal(answer.headers['cache-control'], 'no-store', target)
    assert.equal(answer.headers.etag, undefined, target)
  }
})

test('E05 HEAD is GET without its body', async () => {
  const { token } = await customer()
  const { routes } = await contract()
  for (const { method, path } of routes.values()) {
    if (method !== 'GET') continue
    const get = await api('GET', path, { token })
    const head = await api('HEAD', path, { token })
    assert.equal(head.status, get.status, path)
    assert.equal(head.headers['content-type'], get.headers['content-type'], path)
    if (get.status < 400)
      assert.equal(head.headers['content-length'], get.headers['content-length'], path)
  }
})

test('/schema/ is OpenAPI 3.1 with everything a reader needs', async () => {
  const { document, routes } = await contract()
  assert.match(document.openapi, /^3\.1\.\d$/)
  assert(document.info.title && document.info.version && document.info.description)
  const ids = new Set()
  for (const { method, path, operation } of routes.values()) {
    const what = `${method} ${path}`
    assert(path.startsWith('/') && path.endsWith('/'), what)
    assert(operation.summary, `${what}: summary`)
    assert(operation.tags?.length > 0, `${what}: tags`)
    assert(!ids.has(operation.operationId), `${what}: operationId stands twice`)
    assert.match(operation.operationId, /^[a-z][a-z0-9_]*$/, what)
    ids.add(operation.operationId)
    assert(['public', 'user', 'seller', 'approved', 'admin', 'provider']
      .includes(operation['x-caller']), `${what}: x-caller`)
    assert(['-', 'yes', 'money'].includes(operation['x-idempotency']), `${what}: x-idempotency`)
    const good = Object.keys(operation.responses).filter(s => s < 300)
    // What takes long may be accepted only.
    assert.equal(good.filter(s => s !== '202').length, 1, `${what}: one good answer`)
    for (const [status, response] of Object.entries(operation.responses)) {
      assert(response.description, `${what} ${status}: description`)
      for (const [type, content] of Object.entries(response.content ?? {})) {
        assert(content.schema, `${what} ${status} ${type}: schema`)
        if (type === 'application/problem+json')
          assert(Object.keys(content.examples ?? {}).length > 0, `${what} ${status}: examples`)
      }
    }
    for (const parameter of operation.parameters ?? []) {
      if (parameter.$ref) continue
      assert(parameter.description && parameter.schema, `${what}: ${parameter.name}`)
    }
    if (['POST', 'PUT'].includes(method) && operation.requestBody) {
      const json = operation.requestBody.content['application/json']
      if (json) assert(json.schema && json.example, `${what}: example of the body`)
    }
    if (operation['x-caller'] !== 'public' && operation['x-caller'] !== 'provider')
      assert.deepEqual(operation.security.at(-1), { bearer: [] }, `${what}: security`)
  }
})

test('/schema/: every $ref leads somewhere and every example fits its schema', async () => {
  const { document, routes, validator, ajv } = await contract()
  const refs = []
  JSON.stringify(document, (key, value) => {
    if (key === '$ref') refs.push(value)
    return value
  })
  for (const ref of new Set(refs)) {
    const found = ref.replace(/^#\//, '').split('/').reduce((at, part) => at?.[part], document)
    assert(found, ref)
  }
  for (const { method, path, operation } of routes.values()) {
    const body = operation.requestBody?.content['application/json']
    if (!body) continue
    const at = `/paths/${encodeURIComponent(path.replaceAll('/', '~1'))}/${method.toLowerCase()}` +
      '/requestBody/content/application~1json/schema'
    const validate = validator(at)
    assert(validate(body.example),
      `${method} ${path}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(body.example)}`)
    assert.equal(body.schema.additionalProperties, false, `${path} takes unknown members`)
  }
})

test('/schema/ declares what the contract says of each kind of caller', async () => {
  const { routes } = await contract()
  for (const { method, path, operation } of routes.values()) {
    const what = `${method} ${path}`
    const codes = declaredCodes(operation)
    const caller = operation['x-caller']
    if (['user', 'seller', 'approved', 'admin'].includes(caller))
      for (const code of ['authentication_required', 'invalid_token', 'token_expired'])
        assert(codes[401]?.includes(code), `${what}: ${code}`)
    if (['seller', 'approved', 'admin'].includes(caller))
      assert(codes[403]?.includes('permission_denied'), what)
    if (caller === 'approved') assert(codes[403]?.includes('seller_not_approved'), what)
    if (operation['x-idempotency'] !== '-')
      for (const code of ['idempotency_key_reused', 'idempotency_in_progress'])
        assert(codes[409]?.includes(code), `${what}: ${code}`)
    assert(codes[500]?.includes('internal_error'), what)
  }
})

test('answers in JSON are compact, and text comes back as it was sent', async () => {
  const { token } = await customer()
  const full_name = '  Ünï "quoted" \\ </script> \u2028 नमस्ते 🛒  '
  const body = assertStatus(await api('POST', '/api/addresses/create/', {
    token, body: addressInput({ full_name }),
  }), 201)
  assert.equal(body.full_name, full_name)
  const [row] = await sql`select full_name from address where id = ${body.id}`
  assert.equal(row.full_name, full_name)
})

test('E08 a page of the document root has its own headers', async () => {
  const answer = await main.api('GET', '/docs/')
  assert.equal(answer.status, 200)
  assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/)
  assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
})
