/*
 * crash.mjs: programs that die at their n-th system call of a kind. A request
 * reaches them as a plain CGI program, which makes n the same on every run, or
 * through a web server of its own, which has one process for each pool.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'

import { freePort, Instance, mode, root, until } from './harness.mjs'
import { settingsOf } from './jobs.mjs'

const run = promisify(execFile)

/** What carries effects out of a process, and poll: the moment after a send. */
export const calls = ['sendto', 'write', 'writev', 'poll', 'connect', 'fsync', 'fdatasync', 'rename']

const killing = (call, n) => ['-o', '/dev/null', '-e', `trace=${call}`,
  '-e', `inject=${call}:signal=KILL:when=${n}`]

// Leaks cannot be looked for while another program traces this one.
const sanitizers = on => ({
  ASAN_OPTIONS: `log_path=${on.stateDir}/log/asan:exitcode=99:handle_abort=1:detect_leaks=0`,
  UBSAN_OPTIONS: `log_path=${on.stateDir}/log/asan:print_stacktrace=1`,
})

// ---- plain CGI ---------------------------------------------------------------

const cgiName = name => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`

/** The answer in these bytes, null where it is not whole. */
function readAnswer(bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const headers = Object.fromEntries(bytes.subarray(0, end).toString('latin1').split('\r\n')
    .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 2)]))
  const body = bytes.subarray(end + 4)
  if (body.length !== Number(headers['content-length'])) return null
  return { status: Number(headers.status.slice(0, 3)), headers, text: body.toString('utf8') }
}

/**
 * A request {program, target, token, key, headers, raw} to a process of its
 * own, under another program if named: {killed, answer}.
 */
async function runCgi(on, { program, target, token, key, headers = {}, raw }, under = []) {
  const [first, ...words] = [...under, path.join(root, 'build', mode, 'bin', program)]
  const given = { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(key ? { 'idempotency-key': key } : {}) }
  const child = spawn(first, words, {
    cwd: root,
    env: {
      PATH: process.env.PATH, TZ: 'UTC', LANG: 'C.UTF-8', ...sanitizers(on),
      ...await settingsOf(on), REQUEST_METHOD: 'POST', SCRIPT_NAME: target, PATH_INFO: '',
      REQUEST_URI: target, QUERY_STRING: '', REMOTE_ADDR: '127.0.0.1',
      CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(Buffer.byteLength(raw)),
      ...Object.fromEntries(Object.entries(given).map(([name, v]) => [cgiName(name), v])),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const pieces = []
  let log = ''
  child.stdout.on('data', piece => pieces.push(piece))
  child.stderr.setEncoding('utf8').on('data', piece => { log += piece })
  // It may die before it has read.
  child.stdin.on('error', () => {})
  child.stdin.end(raw)
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...end) => resolve(end))
  })
  assert(signal === 'SIGKILL' || status === 0, `${program}: ${status} ${signal} ${log}`)
  return { killed: signal === 'SIGKILL', answer: readAnswer(Buffer.concat(pieces)) }
}

/** A process for this request that dies at its n-th call of that name. */
export const dieAsCgi = (on, request, call, n) =>
  runCgi(on, request, ['strace', '-f', '-qq', ...killing(call, n)])

/** The calls that strace wrote into this file: {sendto: ["what was sent"…]…}. */
function callsIn(file) {
  const made = Object.fromEntries(calls.map(call => [call, []]))
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const begun = /^\d+ +(\w+)\((.*)/.exec(line)
    if (begun && made[begun[1]]) made[begun[1]].push(begun[2])
  }
  return made
}

const watching = file => ['-s', '64', '-o', file, '-e', `trace=${calls}`]

/** Runs it unharmed and watched: {answer, made: {sendto: ["what was sent"…]…}}. */
export async function watch(on, request) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-c.'))
  const file = path.join(folder, 'calls')
  const { answer } = await runCgi(on, request, ['strace', '-f', '-qq', ...watching(file)])
  const made = callsIn(file)
  fs.rmSync(folder, { recursive: true })
  return { answer, made }
}

// ---- behind a web server -----------------------------------------------------

/*
 * Once armed, the next start of a pool's process is traced in the way that the
 * file says; those after it, and so a request that were run again, go well. A
 * program with several pools is started once for each: each is armed by itself.
 * Interruptible, so that the web server's SIGTERM ends the traced process too.
 */
const wrapper = (real, arm) => `#!/bin/sh
mv '${arm}' '${arm}.used' 2>/dev/null || exec '${real}'
exec strace -f -qq -I 2 $(cat '${arm}.used') '${real}'
`

/**
 * A lighttpd with the configuration of an instance and one process for each
 * pool of the programs, beside it and with its databases.
 */
export class Front {
  constructor(on, programs) {
    this.on = on
    this.programs = programs
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-f.'))
    this.log = path.join(this.folder, 'state/log/app.log')
    after(() => this.end())
  }

  /** Everything of it belongs to the user that the instance runs as. */
  own(...names) {
    const { uid, gid } = fs.statSync(this.on.stateDir)
    for (const name of names) fs.chownSync(path.join(this.folder, name), uid, gid)
    return { uid, gid }
  }

  async prepare() {
    const bin = path.join(this.folder, 'build/bin')
    for (const name of ['build/bin', 'build/pool', 'state/log', 'state/cache', 'state/upload',
      'run'])
      fs.mkdirSync(path.join(this.folder, name), { recursive: true })
    this.conf = fs.readFileSync(path.join(this.on.stateDir, 'lighttpd.conf'), 'utf8')
    const real = path.join(/^var\.build = "(.*)"$/m.exec(this.conf)[1], 'bin')
    for (const name of [...this.programs, 'system'])
      fs.symlinkSync(path.join(real, name), path.join(bin, name))
    const { stdout } = await run(path.join(root, 'scripts/endpoints-conf'), [bin])
    fs.writeFileSync(path.join(this.folder, 'build/endpoints.conf'), this.wrap(stdout, real))
    fs.chmodSync(this.folder, 0o711)
    this.own('state', 'state/log', 'state/cache', 'state/upload', 'run')
  }

  /** One process for each pool, each started by a wrapper of its own. */
  wrap(endpoints, real) {
    this.pools = []
    const block = new RegExp(['"url"\\] =~ "(.*)" \\{\n[^}]*', 'build \\+ "/bin/(.*)",\n',
      '.*sockets \\+ "/(.*)\\.fcgi"'].join(''), 'g')
    for (const [, url, program, name] of endpoints.matchAll(block))
      this.pools.push({ url: new RegExp(url), program, name })
    for (const { name, program } of this.pools) {
      const file = path.join(this.folder, 'build/pool', name)
      fs.writeFileSync(file, wrapper(path.join(real, program), this.arm(name)))
      fs.chmodSync(file, 0o755)
    }
    const names = this.pools.map(pool => pool.name)
    return endpoints.replace(/"(min|max)-procs" => \d+/g, '"$1-procs" => 1')
      .replace(/"\/bin\/[^"]*"/g, () => `"/pool/${names.shift()}"`)
  }

  arm(pool) {
    return path.join(this.folder, 'state', `${pool}.arm`)
  }

  async start() {
    this.port = await freePort()
    const set = { build: 'build', state: 'state', sockets: 'run' }
    const file = path.join(this.folder, 'lighttpd.conf')
    fs.writeFileSync(file, this.conf
      .replace(/^var\.(build|state|sockets) = .*$/gm, (_, name) =>
        `var.${name} = "${path.join(this.folder, set[name])}"`)
      .replace(/^var\.port = .*$/m, `var.port = ${this.port}`)
      .replace(/^include ".*sandbox\.conf"$/m, ''))
    const { MIGRATE_DATABASE_URL: _, ...settings } = await settingsOf(this.on)
    this.child = spawn('lighttpd', ['-D', '-f', file], {
      ...(process.getuid() === 0 ? this.own() : {}),
      cwd: '/',
      env: { ...settings, ...sanitizers(this.on), PATH: `${process.env.PATH}:/usr/sbin`,
        TZ: 'UTC', LANG: 'C.UTF-8', LIBFCGI_OS_CLOSE_POLL_TIMEOUT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let words = ''
    this.child.stderr.setEncoding('utf8').on('data', piece => { words += piece })
    this.ended = new Promise(resolve => this.child.on('close', resolve))
    const instance = new Instance({ url: `http://127.0.0.1:${this.port}`,
      stateDir: this.on.stateDir, envFile: this.on.envFile })
    await until(async () => {
      assert(this.child.exitCode === null, `lighttpd ended: ${words}`)
      return instance.api('GET', '/api/health/').then(a => a.status === 200, () => false)
    }, { what: 'the web server to answer' })
    return instance
  }

  async stop() {
    this.child?.kill('SIGTERM')
    await this.ended
    this.child = null
  }

  async end() {
    await this.stop()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** Sends a request to a process that strace runs in this way: {answer, served}. */
  async traced({ target, token, key, headers, raw }, words) {
    const pool = this.pools.find(({ url }) => url.test(target))
    const arm = this.arm(pool.name)
    fs.writeFileSync(arm, words.join(' '))
    this.own(path.relative(this.folder, arm))
    const instance = await this.start()
    const answer = await instance.api('POST', target, { token, key, headers, raw })
    await this.stop()
    // The process that had the request is the one that was traced.
    fs.rmSync(`${arm}.used`)
    const id = headers['x-request-id']
    const served = fs.readFileSync(this.log, 'utf8').split(` request_id=${id} `).length - 1
    return { answer, served }
  }

  /**
   * Sends a request to a process that dies at its n-th call: {killed, answer,
   * served}, the last being how often it was worked on to its end.
   */
  async die(request, call, n) {
    await (this.ready ??= this.prepare())
    const end = await this.traced(request, killing(call, n))
    return { killed: end.answer.status === 500, ...end }
  }

  /** As watch(), behind the web server. */
  async watch(request) {
    await (this.ready ??= this.prepare())
    const file = path.join(this.folder, 'state', 'calls')
    const { answer } = await this.traced(request, watching(file))
    return { answer, made: callsIn(file) }
  }
}
