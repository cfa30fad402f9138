/* The configuration of a host name of one's own: TLS, HSTS, proxies that are trusted. */
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'
import { test } from 'node:test'

import { freePort, newEmail, password, startInstance } from './harness.mjs'

const domain = 'shop.example'
const [plainPort, tlsPort] = [await freePort(), await freePort()]
await startInstance({
  SITE_DOMAIN: domain, HTTP_PORT: String(plainPort), HTTPS_PORT: String(tlsPort),
  HSTS_MAX_AGE: '300', TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_SCALE: '1',
  CORS_ORIGINS: 'https://panel.example',
})

/** An exchange over TLS, or in clear text; body is JSON. */
function ask(method, path, { tls = true, body, headers = {}, from = '127.0.0.1' } = {}) {
  const text = body && JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const req = (tls ? https : http).request({
      host: '127.0.0.1', port: tls ? tlsPort : plainPort, method, path, localAddress: from,
      servername: domain, rejectUnauthorized: false, agent: false,
      headers: {
        host: `${domain}:${tls ? tlsPort : plainPort}`,
        ...(text ? { 'content-type': 'application/json',
          'content-length': Buffer.byteLength(text) } : {}),
        ...headers,
      },
    }, res => {
      let out = ''
      res.setEncoding('utf8').on('data', piece => { out += piece })
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, text: out }))
    })
    req.on('error', reject)
    req.end(text)
  })
}

test('E08 over TLS every answer asks for TLS from now on, as long as was configured', async () => {
  for (const [method, path, status] of [['GET', '/api/health/', 200], ['GET', '/api/none/', 404],
    ['POST', '/api/health/', 405], ['GET', '/api/cart/get/', 401], ['GET', '/', 200]]) {
    const answer = await ask(method, path, method === 'POST' ? { body: {} } : {})
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers['strict-transport-security'], 'max-age=300', path)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', path)
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/, path)
  }
})

test('plain HTTP leads to TLS, with the path and query, and asks for nothing', async () => {
  for (const path of ['/', '/api/products/search/?q=a%20b&page=2', '/docs/']) {
    const answer = await ask('GET', path, { tls: false })
    assert.equal(answer.status, 308, path)
    assert.match(answer.headers.location, /^https:\/\/shop\.example(:\d+)?\//)
    assert(answer.headers.location.endsWith(path), answer.headers.location)
    assert.equal(answer.headers['strict-transport-security'], undefined)
  }
  // A header cannot pretend that it was TLS.
  const answer = await ask('GET', '/api/health/', {
    tls: false, from: '127.3.9.1', headers: { 'x-forwarded-proto': 'https' },
  })
  assert.equal(answer.status, 308)
  assert.equal(answer.headers['strict-transport-security'], undefined)
})

test('E09 the clear-text twin of a listed origin is not listed', async () => {
  for (const [origin, allowed] of [['https://panel.example', true], ['http://panel.example', false],
    [`https://${domain}`, false]]) {
    const answer = await ask('GET', '/api/health/', { headers: { origin } })
    assert.equal(answer.headers['access-control-allow-origin'], allowed ? origin : undefined)
  }
})

const login = (email, from, client) => ask('POST', '/api/auth/login/', {
  from, body: { email, password }, headers: client ? { 'x-forwarded-for': client } : {},
})

test('D10 a trusted proxy is believed about its clients, and nobody else', async () => {
  const email = newEmail()
  // Behind the proxy two clients have a count each.
  for (let i = 0; i < 5; i++)
    assert.equal((await login(email, '127.0.0.1', '198.51.100.7')).status, 401)
  assert.equal((await login(email, '127.0.0.1', '198.51.100.7')).status, 429)
  assert.equal((await login(email, '127.0.0.1', '198.51.100.8')).status, 401)
  // What the client itself wrote in front is not believed: the last one that we trust counts.
  assert.equal((await login(email, '127.0.0.1', '203.0.113.5, 198.51.100.7')).status, 429)
  // Somebody who is no proxy of ours is himself, whatever he says.
  const other = newEmail()
  for (let i = 0; i < 5; i++)
    assert.equal((await login(other, '127.3.9.2', `198.51.100.${i + 20}`)).status, 401)
  assert.equal((await login(other, '127.3.9.2', '198.51.100.99')).status, 429)
})
