/*
 * instance.mjs: an instance of haat to measure: the release build, PostgreSQL
 * with all its durability, rate limits in force but far away, and beside haat
 * a hello program and a file of 1 KB under the same web server.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const mode = process.env.MODE || 'release'
export const tool = name => path.join(root, 'build', mode, 'bench', name)

const run = promisify(execFile)

export const freePort = () => new Promise((resolve, reject) => {
  const server = net.createServer()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

const secret = () => crypto.randomBytes(32).toString('hex')

const settingsOfBench = () => ({
  HAAT_DEMO: '1', DEMO_SCALE: '0',
  // What runs beside a measurement is no part of it.
  HAAT_CRON: '0',
  JWT_SECRET: secret(), HAAT_SECRET: secret(), JWT_ACCESS_SECS: '86400',
  RAZORPAY_KEY_ID: 'rzp_test_0123456789', RAZORPAY_KEY_SECRET: secret(),
  RAZORPAY_WEBHOOK_SECRET: secret(), RATE_LIMIT_SCALE: '1000000',
})

/* The programs once more, for the Host "tapped": these speak to PostgreSQL through
   tap.mjs, so that it hears their statements. */
const tappedConf = folder => `
$HTTP["host"] == "tapped" {
	fastcgi.server = (${['cart', 'orders', 'catalog', 'auth'].map(name => `
		"${tappedPaths[name]}" => ((
			"bin-path" => build + "/bin/${name}",
			"socket" => sockets + "/tapped-${name}.fcgi",
			"bin-environment" => (
				"DATABASE_URL" => "postgresql://haat_app@/haat?host=${encodeURIComponent(path.join(folder, 'tap'))}"
			),
			"min-procs" => 0, "max-procs" => 1, "idle-timeout" => 2, "check-local" => "disable"
		))`).join(',')}
	)
}
`
const tappedPaths = { cart: '/api/cart', orders: '/api/orders', catalog: '/api/products', auth: '/api/auth' }

/* In the pool's shape of the catalogue: lighttpd/pools. */
const benchConf = folder => `
$HTTP["url"] =~ "^/api/bench/hello(?:/|$)" {
	fastcgi.server = ("/" => ((
		"bin-path" => "${path.join(folder, 'hello')}",
		"socket" => sockets + "/hello.fcgi",
		"min-procs" => 4, "max-procs" => 4, "idle-timeout" => 60,
		"connect-timeout" => 2, "write-timeout" => 10, "read-timeout" => 10,
		"check-local" => "disable", "disable-time" => 1, "listen-backlog" => backlog
	)))
}
$HTTP["url"] == "/bench-1k.txt" {
	alias.url = ("/bench-1k.txt" => "${path.join(folder, 'bench-1k.txt')}")
}
`

export class Instance {
  /** folder: kept when given, else temporary. settings: beside those of every bench. */
  constructor(folder, settings = {}) {
    this.kept = Boolean(folder)
    this.folder = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'haat-b.'))
    fs.mkdirSync(this.folder, { recursive: true })
    fs.chmodSync(this.folder, 0o755)
    this.stateDir = path.join(this.folder, 's')
    this.envFile = path.join(this.folder, 'env')
    if (!fs.existsSync(this.envFile))
      fs.writeFileSync(this.envFile, Object.entries({ ...settingsOfBench(), ...settings })
        .map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 })
    this.settings = Object.fromEntries(fs.readFileSync(this.envFile, 'utf8').trim().split('\n')
      .map(line => line.split(/=(.*)/s).slice(0, 2)))
    fs.writeFileSync(path.join(this.folder, 'bench-1k.txt'), 'haat '.repeat(205).slice(0, 1024))
    fs.writeFileSync(path.join(this.folder, 'bench.conf'), benchConf(this.folder) +
      tappedConf(this.folder))
    fs.rmSync(path.join(this.folder, 'hello'), { force: true })
    fs.copyFileSync(tool('hello'), path.join(this.folder, 'hello'))
    for (const name of ['bench-1k.txt', 'bench.conf', 'hello'])
      fs.chmodSync(path.join(this.folder, name), 0o755)
  }

  get env() {
    return {
      PATH: process.env.PATH, HOME: process.env.HOME ?? os.tmpdir(), MODE: mode,
      STATE_DIR: this.stateDir, ENV_FILE: this.envFile, PORT: String(this.port ?? 1),
      LIGHTTPD_INCLUDE: path.join(this.folder, 'bench.conf'),
      ASAN_OPTIONS: `log_path=${this.stateDir}/log/asan:exitcode=99:handle_abort=1`,
      UBSAN_OPTIONS: `log_path=${this.stateDir}/log/asan:print_stacktrace=1`,
    }
  }

  async stack(command, ...args) {
    try {
      const { stdout } = await run(path.join(root, 'scripts/stack'), [command, ...args],
        { env: { ...this.env, ...this.extra }, cwd: root, maxBuffer: 1 << 26 })
      return stdout
    } catch (error) {
      throw new Error(`scripts/stack ${command}: ${error.stderr || error.message}`)
    }
  }

  async start() {
    // A run that was cut off has left a kept one running.
    if (fs.existsSync(this.stateDir)) await this.stop()
    for (let tries = 1; ; tries++) {
      this.port = await freePort()
      try {
        await this.stack('start')
        break
      } catch (error) {
        if (tries === 3 || !/port .* is taken/.test(error.message)) throw error
      }
    }
    this.url = `http://127.0.0.1:${this.port}`
    this.lookUp()
  }

  /** Which processes it has now. */
  lookUp() {
    this.lighttpd = this.pidIn('lighttpd.group')
    this.postgres = this.pidIn('pg/postmaster.pid')
    this.redis = this.pidIn('redis.pid')
  }

  pidIn(name) {
    return Number(fs.readFileSync(path.join(this.stateDir, name), 'utf8').split('\n')[0])
  }

  /** The environment of its programs. */
  async programEnv() {
    const out = await this.stack('env')
    return { PATH: process.env.PATH, ...Object.fromEntries(out.trim().split('\n')
      .map(line => line.split(/=(.*)/s).slice(0, 2))) }
  }

  async stop() {
    await this.stack('stop')
  }

  async remove() {
    await this.stop()
    if (!this.kept) fs.rmSync(this.folder, { recursive: true, force: true })
  }

  get sockets() {
    return fs.realpathSync(path.join(this.stateDir, 'run'))
  }

  get pgEnv() {
    return { PATH: process.env.PATH, HOME: os.tmpdir(), PGHOST: this.sockets, PGDATABASE: 'haat',
      PGUSER: 'haat_owner' }
  }

  /** Runs SQL as the owner of the tables; gives its lines. */
  sql(text) {
    const out = execFileSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1'],
      { input: `set client_min_messages = warning;\n${text}`, env: this.pgEnv, maxBuffer: 1 << 28, encoding: 'utf8' })
    return out.split('\n').filter(Boolean)
  }

  /** What the shop holds, as "products lines" of the demo that was loaded last. */
  get loaded() {
    const note = path.join(this.folder, 'loaded')
    return fs.existsSync(note) ? fs.readFileSync(note, 'utf8') : ''
  }

  /** lines: of orders; 0 for as many as fit the products. */
  async load(products, lines) {
    const wanted = `${products} ${lines}`
    if (this.loaded === wanted) return
    fs.rmSync(path.join(this.folder, 'loaded'), { force: true })
    this.extra = lines ? { DEMO_LINES: String(lines) } : {}
    await this.stack('demo', String(products))
    this.extra = {}
    this.sql('vacuum analyze; checkpoint')
    fs.writeFileSync(path.join(this.folder, 'loaded'), wanted)
  }

  /** Reads its data once, as a machine that has been up for a day has. */
  warm() {
    const base = path.join(this.stateDir, 'pg/base')
    for (const name of fs.readdirSync(base, { recursive: true })) {
      const file = path.join(base, name)
      if (!fs.statSync(file).isFile()) continue
      const fd = fs.openSync(file), piece = Buffer.alloc(1 << 20)
      while (fs.readSync(fd, piece) > 0);
      fs.closeSync(fd)
    }
  }

  async get(target, headers = {}) {
    const answer = await fetch(this.url + target, { headers })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text }
  }
}

/** A program's output; what it uses of the processors is the client's. */
export function output(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let out = '', err = ''
    child.stdout.on('data', piece => { out += piece })
    child.stderr.on('data', piece => { err += piece })
    child.on('error', reject)
    child.on('close', status => {
      if (status === 0) resolve(out)
      else reject(new Error(`${program}: ${(err || out).slice(0, 4000)}`))
    })
  })
}
