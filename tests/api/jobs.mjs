/*
 * jobs.mjs: the programs of cron/ on an instance, and who they talk to: a
 * mail server and a provider of short messages.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'

import { SMTPServer } from 'smtp-server'

import { mode, root, until } from './harness.mjs'

const run = promisify(execFile)
const folder = path.join(root, 'build', mode, 'cron')

/** The jobs of the schedule, each once: [{name, words}]. */
export const schedule = () => fs.readFileSync(path.join(root, 'cron/crontab'), 'utf8').split('\n')
  .map(line => /^[^#].*"\$CRON_DIR\/([a-z_]+)"\s*(.*)$/.exec(line)).filter(Boolean)
  .map(([, name, words]) => ({ name, words: words.split(' ').filter(Boolean) }))

/** The settings in force, as the programs get them. */
export async function settingsOf(on) {
  on.environment ??= run(path.join(root, 'scripts/stack'), ['env'], {
    env: {
      PATH: process.env.PATH, HOME: process.env.HOME, MODE: mode, STATE_DIR: on.stateDir,
      ENV_FILE: on.envFile, PORT: on.address.port,
    },
  }).then(({ stdout }) => Object.fromEntries(stdout.split('\n').filter(Boolean)
    .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])))
  return on.environment
}

/** Starts a program of cron/, under another one if named; settings beat those of the instance. */
export async function startJob(on, name, words = [], settings = {}, under = []) {
  const [program, ...rest] = [...under, path.join(folder, name), ...words]
  const child = spawn(program, rest, {
    cwd: root,
    env: {
      PATH: process.env.PATH, TZ: 'UTC', LANG: 'C.UTF-8',
      ASAN_OPTIONS: `log_path=${on.stateDir}/log/asan:exitcode=99:handle_abort=1` +
        // It cannot look for leaks while another program traces this one.
        (under.length ? ':detect_leaks=0' : ''),
      UBSAN_OPTIONS: `log_path=${on.stateDir}/log/asan:print_stacktrace=1`,
      ...await settingsOf(on), TEMPLATE_DIR: path.join(root, 'templates'), ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', piece => { child.text += piece })
  child.ended = new Promise(resolve => child.on('close', (status, signal) => {
    const counts = Object.fromEntries([...child.text.matchAll(/ ([a-z_]+)=(\d+)/g)]
      .map(([, key, n]) => [key, Number(n)]))
    resolve({ status, signal, text: child.text, counts })
  }))
  return child
}

/** Runs one to its end: {status, signal, text, counts}. */
export const runJob = async (on, name, words, settings) =>
  (await startJob(on, name, words, settings)).ended

/** Whether nobody runs it, nor the server still works for one that was killed. */
const isFree = async (on, name) => (await on.sql`
  select pg_try_advisory_xact_lock(hashtextextended('job ' || ${name}, 0)) as free`)[0].free

/** Runs one that is killed at its n-th system call of these; whether it was. */
export async function runKilled(on, name, calls, n, settings, words = []) {
  const job = await startJob(on, name, words, settings, ['strace', '-qq', '-o', '/dev/null',
    '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${n}`])
  const { status, signal, text } = await job.ended
  assert(signal === 'SIGKILL' || status === 0, text)
  if (signal === 'SIGKILL') await until(() => isFree(on, name), { what: `the lock of ${name}` })
  return signal === 'SIGKILL'
}

// ---- mail --------------------------------------------------------------------

const decodeWords = text => text.replace(/\r?\n[ \t]+/g, ' ')
  .replace(/(=\?[^?]+\?B\?[^?]*\?=)\s+(?==\?)/g, '$1')
  .replace(/(?:=\?UTF-8\?B\?[^?]*\?=)+/g, words => Buffer.concat(
    [...words.matchAll(/\?B\?([^?]*)\?=/g)].map(m => Buffer.from(m[1], 'base64'))).toString())

const decodeQuoted = text => Buffer.from(text.replace(/=\r?\n/g, '')
  .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
  .toString('utf8')

/** {headers, text, html} of a mail of ours: two parts, plain and HTML. */
export function readMail(bytes) {
  const source = bytes.toString('latin1').replaceAll('\r\n', '\n')
  const split = part => {
    const end = part.indexOf('\n\n')
    const headers = {}
    for (const line of part.slice(0, end).replace(/\n[ \t]+/g, '\n ').split(/\n(?! )/)) {
      const colon = line.indexOf(':')
      headers[line.slice(0, colon).toLowerCase()] = decodeWords(line.slice(colon + 2))
    }
    return { headers, body: part.slice(end + 2) }
  }
  const { headers, body } = split(source)
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'])[1]
  const parts = body.split(`--${boundary}`).slice(1, -1).map(part => {
    const { headers: own, body: content } = split(part.slice(1))
    return own['content-transfer-encoding'] === 'quoted-printable' ? decodeQuoted(content)
      : Buffer.from(content, 'latin1').toString('utf8')
  })
  return { headers, text: parts[0], html: parts[1], source }
}

/** The mails of the folder, by name. */
export const folderMails = on => {
  const place = path.join(on.stateDir, 'mail')
  return fs.readdirSync(place).filter(name => name.endsWith('.eml')).sort()
    .map(name => ({ name, ...readMail(fs.readFileSync(path.join(place, name))) }))
}

/**
 * A mail server: {url, mails, stop}. refuse(address) gives an SMTP code for a
 * recipient; onMail(mail) may take its time, or throw {responseCode}.
 */
export async function mailServer({ refuse = () => 0, onMail = () => {}, ...options } = {}) {
  const mails = []
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, ...options,
    onRcptTo(address, session, done) {
      const code = refuse(address.address)
      done(code ? Object.assign(new Error('no'), { responseCode: code }) : null)
    },
    onData(stream, session, done) {
      const pieces = []
      stream.on('data', piece => pieces.push(piece))
      stream.on('end', async () => {
        const bytes = Buffer.concat(pieces)
        const mail = { ...readMail(bytes), user: session.user, secure: session.secure,
          from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(to => to.address) }
        mails.push(mail)
        try {
          await onMail(mail)
          done()
        } catch (error) {
          done(error)
        }
      })
    },
  })
  server.on('error', () => {})
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  // A test that fails leaves it behind, and that must not keep the others.
  server.server.unref()
  const { port } = server.server.address()
  return { port, url: `smtp://127.0.0.1:${port}`, mails,
    stop: () => new Promise(resolve => server.close(resolve)) }
}

// ---- short messages ----------------------------------------------------------

/** A provider: {url, calls, answer, stop}; answer is the status it gives. */
export async function smsProvider() {
  const provider = { calls: [], answer: 200 }
  const server = http.createServer((req, res) => {
    let text = ''
    req.on('data', piece => { text += piece })
    req.on('end', () => {
      provider.calls.push({ method: req.method, headers: req.headers, body: JSON.parse(text) })
      res.writeHead(provider.answer, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  provider.url = `http://127.0.0.1:${server.address().port}/send`
  provider.stop = () => new Promise(resolve => {
    server.closeAllConnections?.()
    server.close(resolve)
  })
  return provider
}
