/*
 * contract.mjs: what every answer must be, by the OpenAPI document and by the
 * conventions that hold everywhere.
 */
import assert from 'node:assert/strict'

import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const methods = ['get', 'post', 'put', 'delete', 'patch']

/** Compiles the document; routes by "METHOD /path/". */
export function loadContract(document) {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema(document, 'openapi')
  const routes = new Map()
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods.filter(m => item[m]))
      routes.set(`${method.toUpperCase()} ${path}`,
        { method: method.toUpperCase(), path, operation: item[method] })
  }
  const compiled = new Map()
  const validator = pointer => {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `openapi#${pointer}` }))
    return compiled.get(pointer)
  }
  return { document, routes, validator, ajv }
}

const pointer = (...parts) =>
  parts.map(p => '/' + encodeURIComponent(p.replaceAll('~', '~0').replaceAll('/', '~1'))).join('')

/** Codes that a route declares: {status: [code]}. */
export function declaredCodes(operation) {
  const codes = {}
  for (const [status, response] of Object.entries(operation.responses)) {
    const problem = response.content?.['application/problem+json']
    if (problem) codes[status] = Object.keys(problem.examples ?? {})
  }
  return codes
}

export const canonical = path => (path.endsWith('/') ? path : `${path}/`)

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/
const foreignIds = new Set(['request_id', 'provider_order_id', 'provider_payment_id', 'key_id',
  'entity_id', 'razorpay_order_id', 'razorpay_payment_id'])

/** Ids are UUIDs of version 7 and times RFC 3339 in UTC, wherever they stand. */
function checkValues(value, where) {
  if (Array.isArray(value)) {
    value.forEach((one, i) => checkValues(one, `${where}.${i}`))
    return
  }
  if (value === null || typeof value !== 'object') return
  for (const [name, one] of Object.entries(value)) {
    const at = `${where}.${name}`
    if ((name === 'id' || name.endsWith('_id')) && typeof one === 'string' &&
        !foreignIds.has(name) && !at.includes('checkout.'))
      assert.match(one, idPattern, `${at} is no id`)
    if ((name === 'at' || name.endsWith('_at')) && one !== null)
      assert.match(String(one), timePattern, `${at} is no time`)
    checkValues(one, at)
  }
}

/** Whether an answer of this route may be about somebody. */
const isPersonal = (route, request) => {
  if (!route) return false
  const caller = route.operation['x-caller']
  if (caller !== 'public') return true
  return route.operation.security?.length > 0 && request.headers.authorization !== undefined
}

function checkHeaders(route, request, answer) {
  const { headers, status } = answer
  const sent = request.headers['x-request-id']
  assert.match(headers['x-request-id'] ?? '', /^[A-Za-z0-9._-]{1,64}$/, 'X-Request-Id')
  if (/^[A-Za-z0-9._-]{1,64}$/.test(sent ?? '')) assert.equal(headers['x-request-id'], sent)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/)
  assert(headers['cache-control'], 'Cache-Control')
  if (isPersonal(route, request) || status >= 400 ||
      !['GET', 'HEAD', 'OPTIONS'].includes(request.method))
    assert.match(headers['cache-control'], /no-store/)
  assert.doesNotMatch(headers.server ?? '', /\d/, 'Server tells a version')
  assert.equal(headers['strict-transport-security'], undefined, 'HSTS without TLS')
  assert.notEqual(headers['access-control-allow-origin'], '*')
}

function checkProblem(request, answer) {
  const { body, headers, status } = answer
  assert.equal(headers['content-type'], 'application/problem+json', answer.text.slice(0, 300))
  assert.equal(body.status, status)
  assert.equal(body.type, 'about:blank')
  // A replay is the first answer again, with the name of the first request.
  if (!headers['idempotent-replayed']) assert.equal(body.request_id, headers['x-request-id'])
  assert(body.title && body.detail && body.code, answer.text)
  if (body.errors !== undefined) {
    assert(['validation_error', 'insufficient_stock', 'product_unavailable'].includes(body.code),
      `${body.code} with errors`)
    assert(Object.keys(body.errors).length > 0, 'errors is empty')
  }
  if (status === 401) assert.match(headers['www-authenticate'] ?? '', /^Bearer /)
  if (status === 405) assert(headers.allow, 'Allow')
  if (status === 429 || status === 503 || body.code === 'idempotency_in_progress')
    assert.match(headers['retry-after'] ?? '', /^[1-9]\d*$/, 'Retry-After')
  assert.doesNotMatch(answer.text, /\/lib\/|\.c:\d|select .* from|SQLSTATE|pg_|relation "/i,
    'the problem tells about the inside')
}

/** Whether the route declares something else than a problem for this status. */
const isOtherAnswer = (route, answer) => {
  const type = answer.headers['content-type']
  return type !== 'application/problem+json' &&
    route?.operation.responses[answer.status]?.content?.[type] !== undefined
}

function describe(request, answer) {
  return `${request.method} ${request.path}: ${answer.status} ${answer.text.slice(0, 800)}`
}

/**
 * Throws unless the answer is one that the document and the conventions allow.
 * Gives the route that it belongs to, null for none.
 */
export function checkExchange(contract, request, answer) {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const path = canonical(request.path)
  const route = contract.routes.get(`${method} ${path}`)
  const known = Object.hasOwn(contract.document.paths, path)
  const what = describe(request, answer)
  try {
    checkHeaders(route, request, answer)
    if (request.method === 'HEAD') {
      assert.equal(answer.bytes.length, 0, 'HEAD with a body')
      return null
    }
    if (request.method === 'OPTIONS') return null
    const ours = /^\/(api|schema)(\/|$)/.test(path)
    if (answer.status >= 400 && ours && !isOtherAnswer(route, answer)) checkProblem(request, answer)
    if (!route) {
      if (known)
        assert([400, 403, 405, 501].includes(answer.status), 'a method that is not declared')
      else if (ours)
        assert([400, 404, 414, 431].includes(answer.status), 'a path that is not declared')
      return null
    }
    checkDeclared(contract, route, answer)
    return route
  } catch (error) {
    error.message = `${error.message}\n  in ${what}`
    throw error
  }
}

function checkDeclared(contract, route, answer) {
  const { operation } = route
  if (answer.status === 304) {
    assert.equal(route.method, 'GET')
    assert.equal(answer.bytes.length, 0, '304 with a body')
    return
  }
  const response = operation.responses[answer.status]
  assert(response, `status ${answer.status} is not declared`)
  if (answer.status >= 400 && answer.headers['content-type'] === 'application/problem+json') {
    const codes = declaredCodes(operation)[answer.status] ?? []
    assert(codes.includes(answer.body.code), `code ${answer.body.code} is not declared`)
    valid(contract, '/components/schemas/problem', answer.body)
    return
  }
  const type = (answer.headers['content-type'] ?? '').split(';')[0]
  const content = response.content?.[type]
  assert(content || !response.content, `type ${type} is not declared`)
  // A file is any bytes of its type.
  if (!content?.schema || content.schema.format === 'binary') return
  valid(contract, pointer('paths', route.path, route.method.toLowerCase(), 'responses',
    String(answer.status), 'content', type, 'schema'), answer.body)
  checkValues(answer.body, 'body')
}

function valid(contract, at, body) {
  const validate = contract.validator(at)
  assert(validate(body), contract.ajv.errorsText(validate.errors, { separator: '; ' }))
}
