/*
 * harness.mjs: a running instance, spoken to over HTTP, SQL and Redis.
 *
 * Every exchange that goes through api() is held against /schema/: the status
 * must be declared for the route, the body must match, a problem must carry a
 * code that belongs to its status there, and the standard headers must stand.
 * What was seen is written into the folder HAAT_EXCHANGES, one file a process;
 * zz_contract.test.mjs reads it and names what nobody ever saw.
 *
 * HAAT_URL, HAAT_STATE_DIR and HAAT_ENV_FILE name the instance; tests/run sets
 * them. A test that needs other settings starts an instance of its own.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { checkExchange, loadContract } from './contract.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const mode = process.env.MODE || 'asan'
export const password = 'correct horse 42 battery'

const run = promisify(execFile)

// ---- ids, tokens, names ------------------------------------------------------

let counter = 0

/** A UUID of version 7 whose order is the order of the calls. */
export function uuid7() {
  const bytes = crypto.randomBytes(16)
  counter = (counter + 1) & 0xfff
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([a, b]) => hex.slice(a, b)).join('-')
}

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A text that no other test has. */
export const unique = prefix => `${prefix}-${crypto.randomBytes(6).toString('hex')}`

export const newEmail = () => `${unique('t')}@test.example`

export const newKey = () => crypto.randomUUID()

const base64url = value =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value))
    .toString('base64url')

/** header and claims are objects, or texts that stand for themselves. */
export function signToken(header, claims, secret, digest = 'sha256') {
  const text = `${base64url(header)}.${base64url(claims)}`
  return `${text}.${crypto.createHmac(digest, secret).update(text).digest('base64url')}`
}

export const decodeToken = token => {
  const [header, claims] = token.split('.').slice(0, 2)
    .map(part => JSON.parse(Buffer.from(part, 'base64url')))
  return { header, claims }
}

// ---- SQL ---------------------------------------------------------------------

function literal(value) {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'::bytea`
  if (Array.isArray(value)) return `array[${value.map(literal).join(',')}]`
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  assert(!text.includes('\0'), 'no NUL in SQL')
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * One psql process, one statement at a time, kept open for the life of the
 * test process: a connection a statement would cost more than the statement.
 */
class Psql {
  constructor(env) {
    this.env = env
    this.queue = Promise.resolve()
  }

  open() {
    this.child = spawn('psql', ['-X', '-A', '-t', '-q'], {
      env: { PATH: process.env.PATH, HOME: os.tmpdir(), ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.seen = ''
    this.errors = ''
    this.child.stdout.setEncoding('utf8').on('data', piece => {
      this.seen += piece
      this.look()
    })
    this.child.stderr.setEncoding('utf8').on('data', piece => { this.errors += piece })
    this.child.stdin.on('error', () => {})
    this.child.on('exit', () => {
      this.child = null
      this.waiting?.reject(new Error(`psql ended: ${this.errors}`))
    })
    this.hold(false)
  }

  /** Whether this process lives on for the answer. */
  hold(on) {
    for (const part of [this.child, this.child?.stdin, this.child?.stdout, this.child?.stderr])
      if (on) part?.ref?.()
      else part?.unref?.()
  }

  look() {
    const end = this.waiting && this.seen.indexOf(`${this.waiting.mark}\n`)
    if (!this.waiting || end < 0) return
    const text = this.seen.slice(0, end)
    this.seen = this.seen.slice(end + this.waiting.mark.length + 1)
    this.waiting.resolve(text)
  }

  ask(text) {
    const answer = this.queue.then(() => new Promise((resolve, reject) => {
      if (!this.child) this.open()
      const mark = `end-${crypto.randomBytes(9).toString('hex')}`
      this.waiting = { mark, resolve, reject }
      this.errors = ''
      this.hold(true)
      this.child.stdin.write(
        `${text}\n;\n\\echo\n\\echo :ERROR :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE\n` +
        `\\echo ${mark}\n`)
    })).finally(() => {
      this.waiting = null
      this.hold(false)
    })
    this.queue = answer.catch(() => {})
    return answer.then(out => {
      const lines = out.replace(/\n$/, '').split('\n')
      const verdict = lines.pop()
      if (lines.at(-1) === '') lines.pop()
      if (verdict.startsWith('true'))
        throw Object.assign(new Error(`SQL: ${verdict.slice(5)}\n${text}`),
          { sqlstate: verdict.split(' ')[1] })
      return lines.join('\n')
    })
  }

  close() {
    this.child?.stdin.end()
  }
}

/** sql`select … ${value}`: rows as objects, [] for a statement without rows. */
async function query(psql, strings, values) {
  const text = strings.reduce((all, piece, i) => all + literal(values[i - 1]) + piece)
  const asks = /^\s*(select|values|table)\b/i.test(text) || /\breturning\b/i.test(text) ||
    (/^\s*with\b/i.test(text) && !/\b(insert|update|delete)\b/i.test(text))
  if (!asks) {
    await psql.ask(text)
    return []
  }
  const out = await psql.ask(
    `with answer as (${text}) select coalesce(json_agg(answer), '[]'::json) from answer`)
  return JSON.parse(out)
}

// ---- HTTP --------------------------------------------------------------------

const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 100 })

function exchange(options, body, tries = 2) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const req = http.request(options, res => {
      const pieces = []
      res.on('data', piece => pieces.push(piece))
      res.on('error', reject)
      res.on('end', () => resolve({
        status: res.statusCode,
        headers: res.headers,
        rawHeaders: res.rawHeaders,
        bytes: Buffer.concat(pieces),
        ms: performance.now() - started,
      }))
    })
    req.on('error', error => {
      // The server hung up an idle connection at the moment we took it; where we were held
      // up for long, the others that lie idle are as dead.
      if (req.reusedSocket && error.code === 'ECONNRESET' && tries > 1)
        resolve(exchange({ ...options, agent: false }, body, tries - 1))
      else reject(error)
    })
    req.end(body)
  })
}

const seen = new Map()

function record(method, route, status, code) {
  const line = [method, route, status, code ?? ''].join('\t')
  seen.set(line, (seen.get(line) ?? 0) + 1)
}

if (process.env.HAAT_EXCHANGES) {
  process.on('exit', () => {
    const name = `${path.basename(process.argv[1] ?? 'shell', '.test.mjs')}.${process.pid}.tsv`
    const lines = [...seen].map(([line, times]) => `${line}\t${times}\n`)
    fs.writeFileSync(path.join(process.env.HAAT_EXCHANGES, name), lines.join(''))
  })
}

// ---- an instance -------------------------------------------------------------

function readSettings(file) {
  const settings = {}
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line)
    if (match) settings[match[1]] = match[2]
  }
  return settings
}

export class Instance {
  constructor({ url, stateDir, envFile }) {
    this.url = url
    this.address = new URL(url)
    this.stateDir = stateDir
    this.envFile = envFile
    this.settings = readSettings(envFile)
    this.api = this.api.bind(this)
    this.sql = this.sql.bind(this)
    this.redisCli = this.redisCli.bind(this)
  }

  get sockets() {
    return fs.realpathSync(path.join(this.stateDir, 'run'))
  }

  psql(user = 'haat_owner') {
    return new Psql({ PGHOST: this.sockets, PGUSER: user, PGDATABASE: 'haat' })
  }

  sql(strings, ...values) {
    this.shell ??= this.psql()
    return query(this.shell, strings, values)
  }

  /** A connection of its own, for locks and transactions; haat_app is the programs' role. */
  session(user) {
    const psql = this.psql(user)
    return {
      sql: (strings, ...values) => query(psql, strings, values),
      close: () => psql.close(),
    }
  }

  async redisCli(...args) {
    const socket = path.join(this.sockets, 'redis.sock')
    const { stdout } = await run('redis-cli', ['-s', socket, ...args])
    return stdout.trimEnd()
  }

  /** Takes Redis away for good. */
  async killRedis() {
    const info = await this.redisCli('info', 'server')
    process.kill(Number(/process_id:(\d+)/.exec(info)[1]), 'SIGKILL')
  }

  contract() {
    this.schema ??= exchange({
      host: this.address.hostname, port: this.address.port, path: '/schema/', agent,
    }).then(answer => loadContract(JSON.parse(answer.bytes)))
    return this.schema
  }

  /**
   * One exchange. body: JSON; raw: bytes as they are (with the type of JSON
   * unless headers name one; null for none); query: an object or a text; ip: the
   * loopback address to come from. Gives {status, headers, body, text, bytes, ms}.
   */
  async api(method, target, options = {}) {
    const { body, raw, token, key, query, ip } = options
    const headers = { host: this.address.host }
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    if (text !== undefined) headers['content-type'] = 'application/json'
    if (token) headers.authorization = `Bearer ${token.token ?? token}`
    if (key) headers['idempotency-key'] = key
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === null) delete headers[name.toLowerCase()]
      else headers[name.toLowerCase()] = value
    }
    if (text !== undefined && headers['transfer-encoding'] === undefined)
      headers['content-length'] = Buffer.byteLength(text)
    const search = query === undefined ? '' :
      `?${typeof query === 'string' ? query : new URLSearchParams(query)}`
    const answer = await exchange({
      host: this.address.hostname,
      port: this.address.port,
      method,
      path: target + search,
      headers,
      agent,
      ...(ip ? { localAddress: ip, agent: false } : {}),
    }, text)
    answer.text = answer.bytes.toString('utf8')
    if (/json/.test(answer.headers['content-type'] ?? '') && answer.text !== '')
      answer.body = JSON.parse(answer.text)
    const [pathname] = target.split('?')
    const route = checkExchange(await this.contract(), { method, path: pathname, headers }, answer)
    if (route) record(route.method, route.path, answer.status, answer.body?.code)
    return answer
  }

  /** Sends bytes on a connection of its own; gives all that came back. */
  rawSocket(bytes, { endAfter = true, timeout = 15000 } = {}) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({
        host: this.address.hostname, port: this.address.port, allowHalfOpen: true,
      })
      const pieces = []
      const timer = setTimeout(() => {
        socket.destroy()
        reject(new Error('the server neither answered nor hung up'))
      }, timeout)
      socket.on('data', piece => pieces.push(piece))
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(timer)
        resolve(Buffer.concat(pieces).toString('latin1'))
      })
      socket.on('end', () => socket.end())
      socket.write(bytes)
      if (endAfter) socket.end()
    })
  }

  /**
   * No row of tests/invariants.sql may come back. The provider's books are looked
   * at where nobody else pays meanwhile.
   */
  async checkInvariants({ books = this !== main } = {}) {
    await run(path.join(root, 'tests/invariants'), [], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME ?? os.tmpdir(), MODE: mode,
        STATE_DIR: this.stateDir, ENV_FILE: this.envFile, BOOKS: books ? '' : 'skip' },
    }).catch(({ stdout, stderr }) =>
      assert.fail(`an invariant does not hold:\n${stdout}${stderr}`))
  }

  async stop() {
    this.shell?.close()
    await stack('stop', this.stateDir, this.envFile)
    checkLogs(this.stateDir)
    fs.rmSync(path.dirname(this.envFile), { recursive: true, force: true })
  }
}

// ---- starting and stopping ---------------------------------------------------

async function stack(command, stateDir, envFile, extra = {}) {
  const env = {
    PATH: process.env.PATH, HOME: process.env.HOME ?? os.tmpdir(), STATE_DIR: stateDir,
    ENV_FILE: envFile, MODE: mode, PG_FAST: '1',
    ASAN_OPTIONS: `log_path=${stateDir}/log/asan:exitcode=99:handle_abort=1`,
    UBSAN_OPTIONS: `log_path=${stateDir}/log/asan:print_stacktrace=1`,
    ...extra,
  }
  try {
    return await run(path.join(root, 'scripts/stack'), [command], { env, cwd: root })
  } catch (error) {
    throw new Error(`scripts/stack ${command}: ${error.stderr || error.message}`)
  }
}

export const freePort = () => new Promise((resolve, reject) => {
  const server = net.createServer()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

/** Lines of a stopped instance's logs that no test asked for. */
export function checkLogs(stateDir) {
  const folder = path.join(stateDir, 'log')
  const bad = []
  for (const name of fs.readdirSync(folder)) {
    const text = fs.readFileSync(path.join(folder, name), 'utf8')
    if (name.startsWith('asan') && text !== '') bad.push(`${name}: ${text.slice(0, 4000)}`)
    if (name !== 'app.log' && name !== 'postgresql.log') continue
    for (const line of text.split('\n')) {
      if (/request_id=provoked-/.test(line)) continue
      if (/ error \S+ fault | status=500 |Sanitizer|runtime error:/.test(line) ||
          (name === 'postgresql.log' && /ERROR: .*syntax error|PANIC|segfault/.test(line)))
        bad.push(`${name}: ${line}`)
    }
  }
  assert.deepEqual(bad, [], 'the logs hold what must not be there')
}

/**
 * Another instance with settings of its own, stopped when the file's tests are
 * over, with the provider's books unless told that some money is in ours alone. Its
 * folder is short: a socket's path has at most 107 bytes.
 */
export async function startInstance(settings = {}, { books = true } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-t.'))
  fs.chmodSync(folder, 0o711)
  const envFile = path.join(folder, 'env')
  const stateDir = path.join(folder, 's')
  const secret = () => crypto.randomBytes(32).toString('hex')
  const all = {
    HAAT_DEMO: '0', HAAT_CRON: '0', HOT_ANSWERS_MS: '0', JWT_SECRET: secret(), HAAT_SECRET: secret(),
    RAZORPAY_KEY_ID: 'rzp_test_0123456789', RAZORPAY_KEY_SECRET: secret(),
    RAZORPAY_WEBHOOK_SECRET: secret(), RATE_LIMIT_SCALE: '1000', ...settings,
  }
  fs.writeFileSync(envFile, Object.entries(all).map(([k, v]) => `${k}=${v}\n`).join(''),
    { mode: 0o600 })
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    try {
      await stack('start', stateDir, envFile, { PORT: String(port) })
      const instance = new Instance({ url: `http://127.0.0.1:${port}`, stateDir, envFile })
      after(async () => {
        try {
          await instance.checkInvariants({ books })
        } finally {
          await instance.stop()
        }
      })
      return instance
    } catch (error) {
      if (tries === 3 || !/port .* is taken/.test(error.message)) throw error
    }
  }
}

export const main = new Instance({
  url: process.env.HAAT_URL,
  stateDir: process.env.HAAT_STATE_DIR,
  envFile: process.env.HAAT_ENV_FILE,
})
export const { api, sql, redisCli } = main
export const contract = () => main.contract()

// The invariants hold at every committed moment, so also after each file.
after(() => main.checkInvariants())

// A test that failed may have left a server open, which would keep the file for ever.
after(() => {
  setTimeout(() => {
    console.error(`${process.argv[1]}: something was left open`)
    process.exit()
  }, 300000).unref()
})

// ---- parallel clients --------------------------------------------------------

/** Runs fn(0) … fn(n-1) at once, over connections that are open already. */
export async function together(n, fn, on = main) {
  await Promise.all(Array.from({ length: n }, () => exchange({
    host: on.address.hostname, port: on.address.port, path: '/api/health/', agent,
  })))
  return Promise.all(Array.from({ length: n }, (_, i) => fn(i)))
}

/** Polls until fn gives something true. */
export async function until(fn, { seconds = 60, what = 'a condition' } = {}) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const value = await fn()
    if (value) return value
    assert(Date.now() < end, `waited ${seconds} s for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

export const countBy = (list, key) =>
  list.reduce((all, one) => ({ ...all, [key(one)]: (all[key(one)] ?? 0) + 1 }), {})

// ---- answers -----------------------------------------------------------------

/** The answer must be this problem; gives its body. */
export function assertProblem(answer, status, code, message) {
  assert.equal(`${answer.status} ${answer.body?.code}`, `${status} ${code}`,
    `${message ?? ''} ${answer.text.slice(0, 500)}`)
  return answer.body
}

export function assertInvalid(answer, ...fields) {
  const body = assertProblem(answer, 400, 'validation_error')
  for (const field of fields)
    assert(Array.isArray(body.errors?.[field]) && body.errors[field].length > 0,
      `no message for ${field}: ${answer.text}`)
  return body
}

export function assertStatus(answer, status) {
  assert.equal(answer.status, status, answer.text.slice(0, 1000))
  return answer.body
}

export const keysOf = object => Object.keys(object).sort()

export const userKeys = ['account_type', 'company_name', 'created_at', 'email', 'full_name',
  'gstin', 'id', 'is_blocked', 'is_email_verified', 'last_login_at', 'phone', 'role']
export const addressKeys = ['city', 'country', 'full_name', 'id', 'is_default', 'label', 'line1',
  'line2', 'phone', 'postal_code', 'state']
export const cartKeys = ['currency', 'discount_total', 'id', 'item_count', 'items',
  'shipping_total', 'subtotal', 'tax_total', 'total', 'updated_at']
export const cartItemKeys = ['available_quantity', 'currency', 'id', 'image', 'in_stock',
  'line_total', 'name', 'product_id', 'quantity', 'seller', 'sku', 'unit_price', 'variant_id']
export const orderListKeys = ['billing_address', 'currency', 'discount_total', 'expires_at', 'id',
  'notes', 'number', 'payment_method', 'payment_status', 'placed_at', 'purchase_order_number',
  'shipping_address', 'shipping_total', 'status', 'subtotal', 'tax_total', 'total']
export const orderKeys = [...orderListKeys, 'seller_orders'].sort()
export const sellerOrderKeys = ['currency', 'customer', 'discount_total', 'id', 'items', 'number',
  'order_id', 'placed_at', 'seller', 'shipping_total', 'status', 'subtotal', 'tax_total', 'total',
  'tracking']
export const orderItemKeys = ['currency', 'id', 'image', 'line_total', 'name', 'product_id',
  'quantity', 'refunded_quantity', 'sku', 'tax_rate_bps', 'tax_total', 'taxes', 'unit_price',
  'variant_id']

/** Follows next to the end; checks the shape of every page on the way. */
export async function walk(first, call, { limit = 500 } = {}) {
  const pages = []
  for (let target = first; target; target = pages.at(-1).next) {
    const answer = await call(target)
    assertStatus(answer, 200)
    pages.push(answer.body)
    assert(pages.length <= limit, 'the walk has no end')
  }
  return pages
}

// ---- people and goods, by SQL ------------------------------------------------

/** The tokens of a session row that is already there. */
export function mintTokens({ id, role = 'customer', sid, jti = uuid7() }, on = main, more = {}) {
  const now = Math.floor(Date.now() / 1000)
  const claims = type => ({
    iss: on.settings.JWT_ISSUER ?? 'haat', aud: on.settings.JWT_AUDIENCE ?? 'haat',
    token_type: type, role, sub: id, sid, jti: type === 'refresh' ? jti : uuid7(),
    iat: now - 1, exp: now + (type === 'refresh' ? 1209600 : 900), ...more,
  })
  const header = { alg: 'HS256', typ: 'JWT' }
  return {
    access: signToken(header, claims('access'), on.settings.JWT_SECRET),
    refresh: signToken(header, claims('refresh'), on.settings.JWT_SECRET),
  }
}

/** A signed-in account. Nobody can sign in to it: its password is no hash. */
export async function person(
  { role = 'customer', business = false, blocked = false, email = newEmail() } = {}, on = main) {
  const id = uuid7(), sid = uuid7(), jti = uuid7()
  await on.sql`
    with a as (
      insert into account (id, email, password_hash, full_name, role, account_type, company_name,
        is_blocked)
      values (${id}, ${email}, '!', ${unique('Person')}, ${role},
        ${business ? 'business' : 'individual'}, ${business ? unique('Firm') : null}, ${blocked})
    ), s as (
      insert into session (id, account_id, expires_at)
      values (${sid}, ${id}, now() + interval '14 days')
    )
    insert into refresh_token (jti, session_id, expires_at)
    values (${jti}, ${sid}, now() + interval '14 days')`
  const { access, refresh } = mintTokens({ id, role, sid, jti }, on)
  return { id, sid, jti, email, role, token: access, refresh }
}

export const customer = (options, on) => person(options, on)
export const admin = on => person({ role: 'admin' }, on)

/** An account with a store. stateCode: of its GST registration, Karnataka by default. */
export async function seller({ status = 'approved', stateCode = '29', gstin = null } = {},
  on = main) {
  const owner = await person({ role: 'seller' }, on)
  const sellerId = uuid7(), storeName = unique('Store')
  const approvedAt = status === 'approved' ? new Date().toISOString() : null
  await on.sql`
    insert into seller (id, account_id, store_name, slug, legal_name, gstin, state_code, status,
      approved_at)
    values (${sellerId}, ${owner.id}, ${storeName}, ${storeName.toLowerCase()}, ${storeName},
      ${gstin}, ${stateCode}, ${status}, ${approvedAt})`
  return { ...owner, sellerId, storeName, slug: storeName.toLowerCase() }
}

/** An administrator with an approved store: who may call everything that takes a token. */
export async function everybody(on = main) {
  const owner = await person({ role: 'admin' }, on)
  const sellerId = uuid7(), storeName = unique('Store')
  await on.sql`
    insert into seller (id, account_id, store_name, slug, legal_name, state_code, status,
      approved_at)
    values (${sellerId}, ${owner.id}, ${storeName}, ${storeName.toLowerCase()}, ${storeName}, '29',
      'approved', now())`
  return { ...owner, sellerId }
}

export async function category({ parent = null, name = unique('Category') } = {}, on = main) {
  const id = uuid7()
  await on.sql`insert into category (id, parent_id, name, slug)
    values (${id}, ${parent}, ${name}, ${name.toLowerCase()})`
  return { id, name, slug: name.toLowerCase() }
}

let shelf

/**
 * A product on sale. variants: [{price, stock, options, title, tiers}]; without
 * them there is one of price, stock and tiers: [{min_quantity, price, audience}].
 */
export async function product(options = {}, on = main) {
  const { price = 10000, stock = 100, tiers = [], status = 'approved', minimum = 1,
    taxRate = 1800, name = unique('Thing') } = options
  const owner = options.seller ?? await seller({}, on)
  const categoryId = options.category?.id ??
    (on === main ? (shelf ??= await category({}, on)) : await category({}, on)).id
  const variants = (options.variants ?? [{ price, stock, tiers }]).map(v => ({
    id: uuid7(), sku: unique('SKU'), price, stock, tiers: [], options: {}, title: null, ...v,
  }))
  const id = uuid7()
  await on.sql`
    insert into product (id, seller_id, category_id, name, slug, description, brand, options,
      min_order_quantity, tax_rate_bps, status, price, approved_at, pending_since)
    values (${id}, ${owner.sellerId}, ${categoryId}, ${name}, ${name.toLowerCase()},
      ${options.description ?? null}, ${options.brand ?? null}, ${JSON.stringify(
        [...new Set(variants.flatMap(v => Object.keys(v.options)))])}::jsonb,
      ${minimum}, ${taxRate}, ${status}, ${Math.min(...variants.map(v => v.price))}, now(),
      ${status === 'pending' ? new Date().toISOString() : null}::timestamptz)`
  for (const [position, v] of variants.entries()) {
    await on.sql`
      insert into variant (id, product_id, seller_id, sku, title, options, price, position)
      values (${v.id}, ${id}, ${owner.sellerId}, ${v.sku}, ${v.title},
        ${JSON.stringify(v.options)}::jsonb, ${v.price}, ${position})`
    await on.sql`insert into stock (variant_id, on_hand) values (${v.id}, ${v.stock})`
    for (const tier of v.tiers)
      await on.sql`
        insert into price_tier (id, variant_id, min_quantity, price, audience)
        values (${uuid7()}, ${v.id}, ${tier.min_quantity}, ${tier.price},
          ${tier.audience ?? 'all'})`
  }
  return { id, name, slug: name.toLowerCase(), seller: owner, categoryId, variants,
    variantId: variants[0].id, sku: variants[0].sku, price: variants[0].price, taxRate }
}

export const stockOf = async (variantId, on = main) =>
  (await on.sql`select on_hand, reserved from stock where variant_id = ${variantId}`)[0]

export const addressInput = (more = {}) => ({
  full_name: 'Asha Iyer', phone: '+919812345678', line1: '14 Gandhi Road', city: 'Bengaluru',
  state: 'Karnataka', postal_code: '560001', ...more,
})

// ---- forms -------------------------------------------------------------------

/**
 * A multipart body, as options of api(). parts: [[name, text | {filename, type,
 * bytes}]]; a name is written as it is, so that it can be anything.
 */
export function formOf(parts, { boundary = unique('form') } = {}) {
  const pieces = []
  for (const [name, value] of parts) {
    const file = typeof value === 'object'
    pieces.push(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"`)
    if (file) pieces.push('; filename="', value.filename ?? 'file', '"\r\nContent-Type: ',
      value.type ?? 'application/octet-stream')
    pieces.push('\r\n\r\n', file ? value.bytes : value, '\r\n')
  }
  pieces.push(`--${boundary}--\r\n`)
  return { raw: Buffer.concat(pieces.map(p => Buffer.from(p))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}

/** A form that the document allows, with a file of nothing much. */
const exampleForm = schema => formOf(schema.required.map(name => {
  const { format, enum: values } = schema.properties[name]
  return [name, format === 'binary' ? { bytes: 'x' } : format === 'uuid' ? uuid7() :
    values?.[0] ?? 'text']
}))

/** The body of a valid call, as options of api(); undefined where none can be told. */
export function validBody(operation) {
  const content = operation.requestBody?.content
  if (!content) return { body: {} }
  if (content['application/json']) return { body: content['application/json'].example ?? {} }
  const form = content['multipart/form-data']
  return form && exampleForm(form.schema)
}

// ---- the same through the API ------------------------------------------------

export async function signUp(more = {}, on = main) {
  const input = { email: newEmail(), password, full_name: 'Asha Iyer', ...more }
  const answer = await on.api('POST', '/api/auth/register/', { body: input })
  const body = assertStatus(answer, 201)
  return { ...input, id: body.user.id, user: body.user, token: body.tokens.access,
    refresh: body.tokens.refresh }
}

export async function signIn(email, secret = password, on = main) {
  const answer = await on.api('POST', '/api/auth/login/', { body: { email, password: secret } })
  const body = assertStatus(answer, 200)
  return { id: body.user.id, user: body.user, token: body.access, refresh: body.refresh }
}

export async function addToCart(buyer, thing, quantity = 1, on = main) {
  const answer = await on.api('POST', '/api/cart/add/', {
    token: buyer,
    body: { product_id: thing.id, variant_id: thing.variantId, quantity },
  })
  return assertStatus(answer, 200)
}

export const orderInput = (more = {}) => ({
  shipping_address: addressInput(), payment_method: 'cod', ...more,
})

/** Puts things into the cart and orders it. */
export async function placeOrder(buyer, lines, more = {}, on = main) {
  for (const [thing, quantity] of lines) await addToCart(buyer, thing, quantity, on)
  const answer = await on.api('POST', '/api/orders/create/', {
    token: buyer, key: newKey(), body: orderInput(more),
  })
  return assertStatus(answer, 201)
}

/** A cart with these lines, [[variant, quantity]], without a word to the server. */
export async function fillCart(buyer, lines, on = main) {
  const id = uuid7()
  await on.sql`insert into cart (id, account_id) values (${id}, ${buyer.id})`
  for (const [variant, quantity] of lines)
    await on.sql`insert into cart_line (id, cart_id, variant_id, quantity)
      values (${uuid7()}, ${id}, ${variant}, ${quantity})`
}

export const createOrder = (buyer, more = {}, key = newKey(), on = main) =>
  on.api('POST', '/api/orders/create/', { token: buyer, key, body: orderInput(more) })

export const ordersOf = (buyer, on = main) =>
  on.sql`select * from orders where account_id = ${buyer.id} order by id`
