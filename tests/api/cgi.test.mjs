/* Every executable answers one request as a plain CGI program. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { assertStatus, api, contract, customer, main, mode, product, root } from './harness.mjs'

const run = promisify(execFile)
const folder = path.join(root, 'build', mode, 'bin')
const programs = fs.readdirSync(folder).filter(name =>
  !name.includes('.') && fs.statSync(path.join(folder, name)).mode & 0o111)

const settings = await run(path.join(root, 'scripts/stack'), ['env'], {
  cwd: root,
  env: { PATH: process.env.PATH, STATE_DIR: main.stateDir, ENV_FILE: main.envFile, MODE: mode },
}).then(({ stdout }) => Object.fromEntries(stdout.split('\n').filter(l => l.includes('='))
  .map(l => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)])))

/** Runs a program with these variables alone, and reads its answer. */
function cgi(program, variables, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(folder, program), [], {
      env: { ...settings, PATH: process.env.PATH, REMOTE_ADDR: '127.0.0.1', ...variables },
    })
    let out = '', err = ''
    child.stdout.setEncoding('utf8').on('data', piece => { out += piece })
    child.stderr.setEncoding('utf8').on('data', piece => { err += piece })
    child.stdin.on('error', () => {})
    child.on('error', reject)
    child.on('close', code => {
      const split = out.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(out.slice(0, split).split('\r\n').map(line =>
        [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]))
      resolve({ code, err, headers, status: Number(headers.status?.slice(0, 3)),
        text: out.slice(split + 4) })
    })
    child.stdin.end(input)
  })
}

test('there are programs', () => {
  for (const name of ['auth', 'cart', 'catalog', 'orders', 'system'])
    assert(programs.includes(name), `${name} is among ${programs}`)
})

for (const program of programs) {
  test(`${program} answers one request by environment variables alone`, async () => {
    const { stdout } = await run(path.join(folder, program), ['--routes'])
    const routes = stdout.trim().split('\n').map(line => line.split('\t'))
    const [method, target, caller] = routes.find(r => r[0] === 'GET') ?? routes[0]
    const { token } = await customer()
    const answer = await cgi(program, {
      REQUEST_METHOD: method, SCRIPT_NAME: target.replace(/\/$/, ''), PATH_INFO: '/',
      QUERY_STRING: '', SERVER_PROTOCOL: 'HTTP/1.1', GATEWAY_INTERFACE: 'CGI/1.1',
      ...(caller === 'public' ? {} : { HTTP_AUTHORIZATION: `Bearer ${token}` }),
      HTTP_X_REQUEST_ID: 'cgi-1',
    })
    assert.equal(answer.code, 0, answer.err)
    assert([200, 400, 403].includes(answer.status), `${answer.status}: ${answer.text}`)
    assert.equal(answer.headers['x-request-id'], 'cgi-1')
    assert.equal(Number(answer.headers['content-length']), Buffer.byteLength(answer.text))
    const body = JSON.parse(answer.text)
    assert.equal(typeof body, 'object')
    const nothing = await cgi(program, { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/api/nothing/' })
    assert.equal(nothing.status, 404)
    assert.equal(JSON.parse(nothing.text).code, 'not_found')
    assert.doesNotMatch(answer.err + nothing.err, /Sanitizer|runtime error/)
  })
}

test('a write as a plain CGI program reads its body from standard input', async () => {
  const { token } = await customer()
  const thing = await product()
  const input = JSON.stringify({ product_id: thing.id, quantity: 2 })
  const answer = await cgi('cart', {
    REQUEST_METHOD: 'POST', SCRIPT_NAME: '/api/cart', PATH_INFO: '/add/',
    CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(input.length),
    HTTP_AUTHORIZATION: `Bearer ${token}`,
  }, input)
  assert.equal(answer.status, 200, answer.text)
  assert.equal(JSON.parse(answer.text).item_count, 2)
  const cart = assertStatus(await api('GET', '/api/cart/get/', { token }), 200)
  assert.equal(cart.item_count, 2)
  const short = await cgi('cart', {
    REQUEST_METHOD: 'POST', SCRIPT_NAME: '/api/cart/add/', CONTENT_TYPE: 'application/json',
    CONTENT_LENGTH: String(input.length + 5), HTTP_AUTHORIZATION: `Bearer ${token}`,
  }, input)
  assert.equal(short.status, 400)
})

test('the programs say about themselves what /schema/ says', async () => {
  const { routes } = await contract()
  const told = []
  for (const program of programs) {
    const { stdout } = await run(path.join(folder, program), ['--routes'])
    for (const line of stdout.trim().split('\n')) {
      const [method, target, caller, idempotency] = line.split('\t')
      told.push(`${method} ${target}`)
      const { operation } = routes.get(`${method} ${target}`)
      assert.equal(operation['x-caller'], caller)
      assert.equal(operation['x-idempotency'], idempotency)
    }
    await run(path.join(folder, program), ['--check'])
  }
  assert.deepEqual(told.sort(), [...routes.keys()].sort())
})

test('cgi-bin/try runs one route from a shell, as whom one likes', async () => {
  const attempt = (...words) => run(path.join(root, 'cgi-bin/try'), words, {
    cwd: root,
    env: { PATH: process.env.PATH, STATE_DIR: main.stateDir, ENV_FILE: main.envFile, MODE: mode },
  })
  const list = await attempt('GET', '/api/products/list/?page_size=2')
  assert.equal(JSON.parse(list.stdout).results.length, 2)
  const thing = await product()
  const cart = await attempt('POST', '/api/cart/add/',
    JSON.stringify({ product_id: thing.id, quantity: 2 }), '--as', 'business@example.com')
  const item = JSON.parse(cart.stdout).items.find(i => i.product_id === thing.id)
  assert.equal(item.quantity, 2)
})
