/* The programs of cron/: one at a time, recorded, crash-only; the outbox. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'

import { customer, mode, root, seller, startInstance, together, unique, until, uuid7 }
  from './harness.mjs'
import { folderMails, mailServer, runJob, runKilled, schedule, smsProvider, startJob }
  from './jobs.mjs'
import { standaloneSandbox } from './sandbox.mjs'

// An instance of its own, whose schedule is run by hand.
const own = await startInstance(await standaloneSandbox())
const { sql } = own
const asha = await customer({}, own)
await sql`update account set full_name = 'Asha Rāo', phone = '98123 45678' where id = ${asha.id}`

/** Puts a message of that kind into the outbox; gives its id. */
async function queue(kind = 'mail.order_paid', payload = {}, account = asha.id) {
  const id = uuid7()
  await sql`insert into outbox (id, kind, account_id, payload)
    values (${id}, ${kind}, ${account},
      ${{ number: 'H-1', amount: 125000, currency: 'INR', ...payload }}::jsonb)`
  return id
}

const row = async id => (await sql`select *, sent_at is not null as sent, dead_at is not null as dead,
  extract(epoch from next_try_at - now())::float8 as wait from outbox where id = ${id}`)[0]
const runsOf = job => sql`select * from job_run where job = ${job} order by id`

// Each test begins with an empty outbox.
const clean = () => sql`delete from outbox`

// ---- every job ---------------------------------------------------------------

test('the schedule names every job that is built, and each states its period', async () => {
  const built = fs.readdirSync(path.join(root, 'build', mode, 'cron'))
    .filter(name => !/\./.test(name) && !['runner', 'admin'].includes(name)).sort()
  assert.deepEqual(schedule().map(job => job.name).sort(), built)
})

for (const { name } of schedule()) {
  test(`I01 ${name}: of two at once one works; a second run changes nothing`, async () => {
    const first = await startJob(own, name, ['--stay', '20'])
    await until(async () => (await runsOf(name)).some(run => run.finished_at === null),
      { what: `${name} to begin` })
    const second = await runJob(own, name)
    assert.equal(second.status, 0, second.text)
    assert.match(second.text, / locked /)
    first.kill('SIGTERM')
    const ended = await first.ended
    assert.equal(ended.status, 0, ended.text)
    assert.equal(ended.text.trim().split('\n').length, 1, ended.text)

    const again = await runJob(own, name)
    assert.equal(again.status, 0, again.text)
    assert.match(again.text, new RegExp(`info ${name} ok `))
    assert(Object.entries(again.counts).every(([key, n]) => n === 0 || key === 'ms'), again.text)
    const runs = await runsOf(name)
    assert(runs.every(run => run.ok === true && run.finished_at !== null))
    const [known] = await sql`select period_secs, ok_at > now() - interval '1 minute' as fresh
      from job where name = ${name}`
    assert(known.period_secs >= 60 && known.fresh)
  })
}

test('many at once are one', async () => {
  await clean()
  const id = await queue()
  const before = folderMails(own).length
  const runs = await together(6, () => runJob(own, 'outbox'), own)
  assert(runs.every(run => run.status === 0), runs.map(run => run.text).join(''))
  assert.equal(runs.filter(run => run.counts.sent === 1).length, 1)
  assert((await row(id)).sent)
  assert.equal(folderMails(own).length, before + 1)
})

test('a run that was killed is buried by the next one', async () => {
  const job = await startJob(own, 'purge', ['--stay', '20'])
  await until(async () => (await runsOf('purge')).some(run => run.finished_at === null))
  job.kill('SIGKILL')
  assert.equal((await job.ended).signal, 'SIGKILL')
  await until(async () => (await runJob(own, 'purge')).text.includes(' ok '),
    { what: 'the lock of a dead process to be free' })
  const runs = await runsOf('purge')
  assert(runs.every(run => run.finished_at !== null))
  assert.deepEqual(runs.filter(run => !run.ok).map(run => run.note), ['killed'])
})

test('a job that loses its connection fails, and says so in its row', async () => {
  const job = await startJob(own, 'outbox', ['--stay', '20'])
  await until(async () => (await runsOf('outbox')).some(run => run.finished_at === null))
  await sql`update job_run set note = 'here' where job = 'outbox' and finished_at is null`
  // Its lock goes to somebody else in the moment it is lost.
  const other = own.session()
  await sql`select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and a.application_name = 'haat'`
  await other.sql`select pg_advisory_lock(hashtextextended('job outbox', 0))`
  const ended = await job.ended
  assert.equal(ended.status, 1, ended.text)
  assert.match(ended.text, /failed/)
  await other.sql`select pg_advisory_unlock_all()`
  other.close()
})

test('wrong words and wrong settings are told', async () => {
  for (const words of [['--stay'], ['--stay', '0'], ['--stay', 'x'], ['--stay', '9999'], ['x']]) {
    const run = await runJob(own, 'outbox', words)
    assert.equal(run.status, 2, words.join(' '))
    assert.match(run.text, /^usage: outbox /)
  }
  const run = await runJob(own, 'outbox', [], { JWT_SECRET: 'short' })
  assert.equal(run.status, 1)
  assert.match(run.text, /JWT_SECRET/)
  const away = await runJob(own, 'outbox', [], { DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' })
  assert.equal(away.status, 1)
})

test('--dry-run tells what is due and changes nothing', async () => {
  await clean()
  const id = await queue()
  const before = { row: await row(id), runs: (await runsOf('outbox')).length }
  const run = await runJob(own, 'outbox', ['--dry-run'])
  assert.equal(run.status, 0)
  assert.equal(run.counts.due, 1)
  const { wait, ...now } = await row(id)
  const { wait: _, ...then } = before.row
  assert.deepEqual(now, then)
  assert.equal((await runsOf('outbox')).length, before.runs)
})

// ---- mail --------------------------------------------------------------------

test('without SMTP_URL a mail is a file that a person can read', async () => {
  await clean()
  const before = new Set(folderMails(own).map(mail => mail.name))
  const id = await queue('mail.order_paid')
  assert.equal((await runJob(own, 'outbox')).counts.sent, 1)
  const [mail, ...more] = folderMails(own).filter(one => !before.has(one.name))
  assert.deepEqual(more, [])
  assert.match(mail.name, new RegExp(`^\\d{8}T\\d{6}Z-${id}\\.eml$`))
  assert.equal(mail.headers.to, asha.email)
  assert.equal(mail.headers.subject, 'Payment received for order H-1')
  assert.equal(mail.headers['message-id'], `<${id}@haat.example>`)
  assert(Math.abs(Date.parse(mail.headers.date) - Date.now()) < 60000)
  assert(mail.text.includes('Hello Asha Rāo,'))
  assert(mail.source.includes(Buffer.from('₹1,250.00').toString('latin1')), 'readable as it is')
  assert.match(mail.html, /^<!doctype html>/)
  // A repeat writes the same file anew.
  await sql`update outbox set sent_at = null, next_try_at = now() where id = ${id}`
  assert.equal((await runJob(own, 'outbox')).counts.sent, 1)
  const [again] = folderMails(own).filter(one => !before.has(one.name))
  assert.deepEqual(again, mail)
  assert.equal(folderMails(own).length, before.size + 1)
  assert.deepEqual(fs.readdirSync(path.join(own.stateDir, 'mail'))
    .filter(name => !name.endsWith('.eml')), [])
})

test('what people wrote is escaped in HTML and cannot add headers', async () => {
  await clean()
  const sink = await mailServer()
  const nasty = '<script>alert(1)</script>\r\nBcc: thief@example.com\r\n\r\n.\r\nMAIL FROM:<x>'
  await queue('mail.product_rejected', { product_name: nasty, reason: 'Ünclear ₹ & <b>' })
  assert.equal((await runJob(own, 'outbox', [], { SMTP_URL: sink.url })).counts.sent, 1)
  const [mail] = sink.mails
  assert.deepEqual(mail.to, [asha.email])
  assert.equal(mail.headers.bcc, undefined)
  assert(mail.headers.subject.includes('<script>alert(1)</script>  Bcc: thief@example.com'))
  assert(!mail.html.includes('<script>'))
  assert(mail.html.includes('Ünclear ₹ &amp; &lt;b&gt;'))
  assert(mail.text.includes('\n.\n'), 'a line of one dot arrives')
  assert(mail.text.includes('Reason: Ünclear ₹ & <b>'))
  assert.doesNotMatch(mail.source, /[^\x00-\x7f]/, 'seven bits')
  assert.equal(sink.mails.length, 1)
  await sink.stop()
})

test('a link is mailed to its address, and its token is forgotten afterwards', async () => {
  await clean()
  const sink = await mailServer()
  const id = await queue('mail.reset', { to: 'elsewhere@test.example', token: 'the-token' })
  await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.deepEqual(sink.mails[0].to, ['elsewhere@test.example'])
  assert(sink.mails[0].text.includes('token=the-token'))
  assert.equal((await row(id)).payload.token, undefined)
  await sink.stop()
})

test('many mails share one connection', async () => {
  await clean()
  let connections = 0
  const sink = await mailServer({ onConnect: (session, done) => { connections++; done() } })
  for (let i = 0; i < 45; i++) await queue('mail.order_paid', { number: `H-${i}` })
  const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.equal(run.counts.sent, 45, run.text)
  assert.equal(new Set(sink.mails.map(mail => mail.headers['message-id'])).size, 45)
  assert.equal(connections, 1)
  await sink.stop()
})

test('I03 killed after the mail was taken and before it is marked: again, once, same id',
  async () => {
    await clean()
    let victim
    const sink = await mailServer({
      onMail: async () => {
        if (sink.mails.length > 1) return
        victim.kill('SIGKILL')
        await victim.ended
      },
    })
    const ids = [await queue(), await queue(), await queue()]
    victim = await startJob(own, 'outbox', [], { SMTP_URL: sink.url })
    assert.equal((await victim.ended).signal, 'SIGKILL')
    assert.equal((await sql`select from outbox where sent_at is null`).length, 3)
    await sql`update outbox set next_try_at = now()`
    await until(async () => {
      await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
      return (await sql`select from outbox where sent_at is null`).length === 0
    })
    const seen = sink.mails.map(mail => mail.headers['message-id'].slice(1, 37))
    assert.equal(seen.length, 4)
    assert.deepEqual([...new Set(seen)].sort(), [...ids].sort())
    await sink.stop()
  })

test('I02 killed at each of its calls in turn, the outbox still sends all, none three times',
  async () => {
    const sink = await mailServer()
    for (const [url, calls] of [[sink.url, 'sendto'], ['', 'sendto,fsync,renameat']]) {
      let killed = true
      for (let n = 1; killed; n++) {
        await clean()
        sink.mails.length = 0
        const before = folderMails(own).length
        const ids = [await queue(), await queue()]
        killed = await runKilled(own, 'outbox', calls, n, { SMTP_URL: url })
        await sql`update outbox set next_try_at = now() where sent_at is null`
        await until(async () =>
          / ok /.test((await runJob(own, 'outbox', [], { SMTP_URL: url })).text))
        assert.equal((await sql`select from outbox where sent_at is null`).length, 0, `at ${n}`)
        const seen = sink.mails.map(mail => mail.headers['message-id'].slice(1, 37))
        if (url) {
          assert.deepEqual([...new Set(seen)].sort(), [...ids].sort(), `at ${n}`)
          assert(seen.length <= 3, `at ${n}: ${seen.length} mails`)
        } else {
          assert.equal(folderMails(own).length, before + 2, `at ${n}`)
        }
        assert(n < 100)
      }
    }
    await sink.stop()
  })

test('a refusal for good is a dead letter at once; one for now is tried again', async () => {
  await clean()
  const sink = await mailServer({
    refuse: address => ({ 'gone@test.example': 550, 'busy@test.example': 451 })[address] ?? 0,
  })
  const gone = await queue('mail.reset', { to: 'gone@test.example', token: 'x' })
  const busy = await queue('mail.reset', { to: 'busy@test.example', token: 'x' })
  const good = await queue()
  const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.deepEqual([run.counts.sent, run.counts.later, run.counts.dead], [1, 1, 1], run.text)
  const [a, b, c] = [await row(gone), await row(busy), await row(good)]
  assert(a.dead && !a.sent && /550/.test(a.last_error), a.last_error)
  assert(!b.dead && !b.sent && /451/.test(b.last_error), b.last_error)
  assert(b.wait > 20 && b.wait <= 36, `waits ${b.wait} s`)
  assert(c.sent && c.last_error === null)
  // What is dead stays dead, and what waits is not tried early.
  const again = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.deepEqual([again.counts.sent, again.counts.dead], [0, 0])
  await sink.stop()
})

test('each failure waits longer, and the tenth is the last', async () => {
  await clean()
  const sink = await mailServer({ refuse: () => 451 })
  const id = await queue()
  const waits = []
  for (let i = 1; i <= 10; i++) {
    await sql`update outbox set next_try_at = now()`
    const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
    assert.equal(run.status, 0, run.text)
    const now = await row(id)
    assert.equal(now.attempts, i)
    assert.equal(now.dead, i === 10)
    waits.push(now.wait)
  }
  for (let i = 1; i < 9; i++) assert(waits[i] > waits[i - 1] * 1.2, waits.join(' '))
  assert(waits[8] > 2 * 3600 * 0.8)
  // One whose sender died each time is given up as well.
  await sql`update outbox set dead_at = null, last_error = null, next_try_at = now()`
  const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.equal(run.counts.dead, 1)
  assert.equal((await row(id)).last_error, 'no outcome known')
  await sink.stop()
})

test('with the server away one is tried, and none is counted but that one', async () => {
  await clean()
  const ids = [await queue(), await queue(), await queue()]
  const run = await runJob(own, 'outbox', [], { SMTP_URL: 'smtp://127.0.0.1:1' })
  assert.equal(run.status, 0, run.text)
  assert.deepEqual([run.counts.sent, run.counts.later], [0, 1])
  const rows = await Promise.all(ids.map(row))
  assert.deepEqual(rows.map(one => one.attempts).sort(), [0, 0, 1])
  assert(rows.every(one => !one.dead && one.wait > 20))
})

test('what can go to nobody is a dead letter with its reason', async () => {
  await clean()
  const rows = [
    [await queue('mail.reset', { to: 'a@b.example\r\nRCPT TO:<x@y.example>' }), /address/],
    [await queue('mail.reset', { to: 'nobody' }), /address/],
    [await queue('mail.order_paid', {}, null), /no address/],
    [await queue('fax.order_paid'), /kind/],
    [await queue('mail.../../etc/passwd'), /kind/],
    [await queue('order_paid'), /kind/],
  ]
  const sink = await mailServer()
  const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.equal(run.counts.dead, rows.length, run.text)
  for (const [id, why] of rows) {
    const one = await row(id)
    assert(one.dead)
    assert.match(one.last_error, why)
  }
  assert.equal(sink.mails.length, 0)
  // A template may come back with the next installation.
  const lost = await queue('mail.no_such_template')
  await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert(!(await row(lost)).dead)
  await sink.stop()
})

test('a dead letter is kept, and seen: by the job, readiness, status and a list', async () => {
  await clean()
  // Not at a stroke: meanwhile the server may hang up a connection that was kept.
  const look = async command => (await promisify(execFile)('make', ['-s', command], { cwd: root,
    env: { PATH: process.env.PATH, HOME: '/tmp', MODE: mode, STATE_DIR: own.stateDir,
      ENV_FILE: own.envFile } })).stdout
  const jobs = async () => (await own.api('GET', '/api/health/ready/')).body.checks.jobs
  assert.doesNotMatch(await look('status'), /dead/)
  assert.equal(await jobs(), 'ok')
  const sink = await mailServer({ refuse: () => 550 })
  const id = await queue('mail.reset', { to: 'gone@test.example', token: 'secret-token' })
  const first = await runJob(own, 'outbox', [], { SMTP_URL: sink.url })
  assert.equal(first.counts.dead, 1, first.text)
  await sink.stop()

  const second = await runJob(own, 'outbox')
  assert.match(second.text, / warn outbox 1 dead letters are kept; make dead-letters lists them/)
  assert.equal(await jobs(), 'degraded')
  assert.match(await look('status'), /^outbox +1 dead letters; make dead-letters lists them$/m)
  const [head, line, ...more] = (await look('dead-letters')).trim().split('\n')
  assert.deepEqual(more, [])
  assert.match(head, /^id \| kind \| address \| attempts \|/)
  assert(line.startsWith(`${id} | mail.reset | gone@test.example | 1 | `), line)
  assert.match(line, /550/)
  assert.doesNotMatch(line, /secret-token/)

  // A day later it no longer makes noise, but it is there, whatever the purge does.
  await sql`update outbox set dead_at = now() - interval '25 hours'`
  assert.equal((await runJob(own, 'purge')).status, 0)
  assert.equal(await jobs(), 'ok')
  const kept = await row(id)
  assert.deepEqual([kept.dead, kept.payload.to, kept.payload.token],
    [true, 'gone@test.example', 'secret-token'])
  assert.match(await look('dead-letters'), new RegExp(id))
  await clean()
})

// ---- SMTP with a password ----------------------------------------------------

const certificates = fs.mkdtempSync('/tmp/haat-tls.')
after(() => fs.rmSync(certificates, { recursive: true, force: true }))
const keyFile = path.join(certificates, 'key.pem'), certFile = path.join(certificates, 'cert.pem')
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
  '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1',
  '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })
const tls = { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) }
const onAuth = (auth, session, done) => (auth.password === 'p@ss'
  ? done(null, { user: auth.username }) : done(new Error('no')))

for (const secure of [false, true]) {
  test(`${secure ? 'smtps' : 'STARTTLS'}: a password goes to a verified server only`, async () => {
    await clean()
    const sink = await mailServer({ ...tls, secure, disabledCommands: [], authOptional: false, onAuth })
    const url = `${secure ? 'smtps' : 'smtp'}://shop:p%40ss@127.0.0.1:${sink.port}`
    const id = await queue()
    const refused = await runJob(own, 'outbox', [], { SMTP_URL: url })
    assert.equal(refused.counts.later, 1, refused.text)
    assert.doesNotMatch(refused.text, /p%40ss|p@ss/)
    assert.equal(sink.mails.length, 0)
    await sql`update outbox set next_try_at = now()`
    const run = await runJob(own, 'outbox', [], { SMTP_URL: url, SMTP_CA_FILE: certFile })
    assert.equal(run.counts.sent, 1, run.text)
    assert.deepEqual([sink.mails[0].user, sink.mails[0].secure], ['shop', true])
    assert((await row(id)).sent)
    // A wrong password is our fault, not the mail's.
    const next = await queue()
    const wrong = await runJob(own, 'outbox', [],
      { SMTP_URL: url.replace('p%40ss', 'wrong'), SMTP_CA_FILE: certFile })
    assert.equal(wrong.counts.later, 1, wrong.text)
    assert(!(await row(next)).dead)
    await sink.stop()
  })
}

test('a password is never sent in the clear', async () => {
  await clean()
  const lines = []
  const sink = await mailServer({
    disabledCommands: ['STARTTLS'], allowInsecureAuth: true,
    onAuth: (auth, session, done) => { lines.push(auth.password); done(null, { user: 'x' }) },
  })
  await queue()
  const run = await runJob(own, 'outbox', [], { SMTP_URL: sink.url.replace('//', '//shop:secret@') })
  assert.equal(run.counts.later, 1, run.text)
  assert.deepEqual(lines, [])
  assert.equal(sink.mails.length, 0)
  await sink.stop()
})

// ---- short messages ----------------------------------------------------------

test('a short message goes to the provider with its key, and is judged by the status', async () => {
  await clean()
  const provider = await smsProvider()
  const settings = { SMS_URL: provider.url, SMS_AUTH: 'Bearer let-me-in' }
  const id = await queue('sms.order_shipped')
  assert.equal((await runJob(own, 'outbox', [], settings)).counts.sent, 1)
  const [call] = provider.calls
  assert.equal(call.method, 'POST')
  assert.equal(call.headers.authorization, 'Bearer let-me-in')
  assert.equal(call.headers['idempotency-key'], id)
  assert.deepEqual(call.body, { to: '+919812345678', text: 'Order H-1 has been shipped.' })
  for (const [status, outcome] of [[400, 'dead'], [429, 'later'], [500, 'later'], [302, 'later'],
    [401, 'later']]) {
    provider.answer = status
    await clean()
    await queue('sms.order_shipped')
    const run = await runJob(own, 'outbox', [],
      { ...settings, SMS_AUTH: 'X-Api-Key: k' })
    assert.equal(run.counts[outcome], 1, `${status}: ${run.text}`)
    assert.equal(provider.calls.at(-1).headers['x-api-key'], 'k')
    assert.doesNotMatch(run.text, /let-me-in|k=|98123/)
  }
  await provider.stop()
})

test('a provider that is away does not hold up the mail', async () => {
  await clean()
  for (let i = 0; i < 3; i++) await queue('sms.order_shipped')
  for (let i = 0; i < 3; i++) await queue()
  const run = await runJob(own, 'outbox', [], { SMS_URL: 'http://127.0.0.1:1/' })
  assert.deepEqual([run.counts.sent, run.counts.later], [3, 1], run.text)
})

test('short messages are made only where there is a provider', async () => {
  const shop = await seller({}, own)
  assert.equal(own.settings.SMS_URL, undefined)
  assert.equal((await sql`select from outbox where kind like 'sms.%' and account_id = ${shop.id}`)
    .length, 0)
})

// ---- at once -----------------------------------------------------------------

test('a job that stays finds new work by itself, and ends when told', async t => {
  await clean()
  const sink = await mailServer()
  const job = await startJob(own, 'outbox', ['--stay', '60'], { SMTP_URL: sink.url })
  await until(async () => (await runsOf('outbox')).some(run => run.finished_at === null))
  for (let i = 0; i < 3; i++) {
    const start = Date.now()
    await queue()
    await until(() => sink.mails.length === i + 1, { what: 'the mail' })
    t.diagnostic(`a mail is sent after ${Date.now() - start} ms`)
  }
  assert.equal(job.exitCode, null)
  job.kill('SIGTERM')
  const { status, counts, text } = await job.ended
  assert.equal(status, 0)
  assert.equal(counts.sent, 3)
  // Not because its time was over.
  assert(counts.ms < 55000, text)
  await sink.stop()
})

test('the job of the provider\'s events stays as well, and looks each second', async t => {
  const job = await startJob(own, 'webhooks', ['--stay', '60'])
  await until(async () => (await runsOf('webhooks')).some(run => run.finished_at === null))
  const event = JSON.stringify({ event: 'subscription.charged', payload: {} })
  for (const state of ['received', 'parked']) {
    const id = unique('evt')
    const start = Date.now()
    await sql`insert into webhook_event (id, provider, event_type, payload, state)
      values (${id}, 'razorpay', 'x', ${Buffer.from(event)}, ${state})`
    await until(async () => (await sql`select state from webhook_event
      where id = ${id}`)[0].state === 'ignored', { what: 'the event to be looked at' })
    t.diagnostic(`an event that was ${state} is handled after ${Date.now() - start} ms`)
  }
  assert.equal(job.exitCode, null)
  job.kill('SIGTERM')
  const { status, counts } = await job.ended
  assert.deepEqual([status, counts.handled], [0, 2])
})

test('where one stay ends and the next begins, the second waits a moment for the lock', async () => {
  const first = await startJob(own, 'purge', ['--stay', '20'])
  await until(async () => (await runsOf('purge')).some(run => run.finished_at === null))
  const second = await startJob(own, 'purge', ['--stay', '1'])
  setTimeout(() => first.kill('SIGTERM'), 300)
  const ended = await second.ended
  assert.match(ended.text, / ok /)
  assert.equal((await first.ended).status, 0)
})

// ---- the runner --------------------------------------------------------------

const runnerFile = (...lines) => {
  const file = path.join(certificates, unique('crontab'))
  fs.writeFileSync(file, lines.map(line => `${line}\n`).join(''))
  return file
}

function startRunner(...words) {
  const child = spawn(path.join(root, 'build', mode, 'cron/runner'), words,
    { env: { PATH: process.env.PATH, TZ: 'UTC', MARK: certificates }, stdio: ['ignore', 'pipe', 'pipe'] })
  child.text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', piece => { child.text += piece })
  child.ended = new Promise(resolve => child.on('close', status => resolve(status)))
  return child
}

const alive = pid => {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('the runner runs every entry at its start, in groups of their own, and ends them', async () => {
  const mark = path.join(certificates, unique('mark'))
  const file = runnerFile('# a comment', `* * * * * echo $CRON_DIR >${mark}.dir`,
    `0 0 31 12 * echo $$ >${mark}.pid; exec sleep 1000`)
  const runner = startRunner('--pid', `${mark}.lock`, file)
  const pid = await until(() => fs.existsSync(`${mark}.pid`) &&
    fs.readFileSync(`${mark}.pid`, 'utf8').trim(), { what: 'the entry to start' })
  await until(() => fs.existsSync(`${mark}.dir`) && fs.readFileSync(`${mark}.dir`, 'utf8'))
  assert.equal(fs.readFileSync(`${mark}.dir`, 'utf8').trim(), path.join(root, 'build', mode, 'cron'))
  assert.equal(fs.readFileSync(`${mark}.lock`, 'utf8').trim(), String(runner.pid))
  assert(alive(pid))
  const second = startRunner('--pid', `${mark}.lock`, file)
  assert.equal(await second.ended, 1)
  assert.match(second.text, /cannot lock/)
  runner.kill('SIGTERM')
  assert.equal(await runner.ended, 0)
  assert(!alive(pid))
})

test('the runner waits for what it ends, and its jobs do not outlive it', async () => {
  const mark = path.join(certificates, unique('mark'))
  const entry = `* * * * * trap 'sleep 0.5; echo done >${mark}.done; exit' TERM; ` +
    `echo $$ >${mark}.pid; while :; do sleep 0.05; done`
  const runner = startRunner(runnerFile(entry))
  await until(() => fs.existsSync(`${mark}.pid`))
  runner.kill('SIGTERM')
  assert.equal(await runner.ended, 0)
  assert.equal(fs.readFileSync(`${mark}.done`, 'utf8').trim(), 'done')

  const killed = startRunner(runnerFile(`* * * * * echo $$ >${mark}.other; exec sleep 1000`))
  const pid = await until(() => fs.existsSync(`${mark}.other`) &&
    fs.readFileSync(`${mark}.other`, 'utf8').trim())
  killed.kill('SIGKILL')
  await killed.ended
  await until(() => !alive(pid), { what: 'the job of a killed runner to end' })
})

test('the runner refuses a crontab that it does not understand', async () => {
  for (const line of ['@daily x', '* * * * x', 'NAME=value', '* * * * * date +%s']) {
    const runner = startRunner(runnerFile('# first', line))
    assert.equal(await runner.ended, 1, line)
    assert.match(runner.text, /:2: not an entry/)
  }
  assert.equal(await startRunner('/no/such/file').ended, 1)
  assert.equal(await startRunner().ended, 2)
})

// ---- purge -------------------------------------------------------------------

test('I02 killed at each of its calls in turn, purge ends the same after the next run',
  async () => {
    let killed = true
    for (let n = 1; killed; n++) {
      await sql`delete from login_failure`
      await sql`insert into login_failure (bucket, failed_at)
        select 'old', now() - interval '25 hours' from generate_series(1, 600)`
      await sql`insert into login_failure (bucket) values ('new')`
      killed = await runKilled(own, 'purge', 'sendto', n)
      await until(async () => / ok /.test((await runJob(own, 'purge')).text))
      assert.deepEqual(await sql`select bucket from login_failure`, [{ bucket: 'new' }], `at ${n}`)
      assert(n < 100)
    }
    await sql`delete from login_failure`
  })

test('I02 killed at each of its calls in turn, sweep and audit end the same after the next run',
  async () => {
    const media = path.join(own.stateDir, 'media/files')
    const orphans = ['d', 'e', 'f'].map(digit => path.join(media, `${digit.repeat(32)}.jpg`))
    const before = Date.now() / 1000 - 7200
    const finished = name => until(async () => / ok /.test((await runJob(own, name)).text))
    for (const [name, calls] of [['sweep', 'sendto,unlinkat,unlink'], ['audit', 'sendto']]) {
      let killed = true
      for (let n = 1; killed; n++) {
        for (const file of orphans) {
          fs.writeFileSync(file, 'x')
          fs.utimesSync(file, before, before)
        }
        killed = await runKilled(own, name, calls, n)
        await finished(name)
        if (name === 'sweep')
          assert.deepEqual(orphans.filter(file => fs.existsSync(file)), [], `at ${n}`)
        assert.deepEqual((await runsOf(name)).filter(run => run.finished_at === null), [])
        assert(n < 100)
      }
    }
    assert.deepEqual(await sql`select from notification where type = 'audit_broken'`, [])
    for (const file of orphans) fs.rmSync(file, { force: true })
  })

test('purge removes what is old, and nothing else', async () => {
  await clean()
  const who = await customer({}, own)
  const old = { sid: uuid7(), jti: uuid7() }
  await sql`insert into session (id, account_id, expires_at)
    values (${old.sid}, ${who.id}, now() - interval '6 days')`
  await sql`insert into refresh_token (jti, session_id, expires_at) values
    (${old.jti}, ${old.sid}, now() - interval '8 days'),
    (${uuid7()}, ${old.sid}, now() - interval '6 days')`
  await sql`insert into session (id, account_id, expires_at)
    select gen_random_uuid(), ${who.id}, now() - interval '8 days' from generate_series(1, 1203)`
  await sql`insert into idempotency_key (principal, key, fingerprint, state, status, created_at)
    select 'x', i::text, decode(repeat('00', 32), 'hex'), s, case s when 'finished' then 200 end,
      now() - make_interval(hours => h)
    from (values (1, 'finished', 73), (2, 'finished', 71), (3, 'started', 73)) v (i, s, h)`
  await sql`insert into account_token (token_hash, account_id, purpose, email, expires_at)
    select decode(repeat(x, 32), 'hex'), ${who.id}, 'reset', 'x', now() - make_interval(days => d)
    from (values ('0a', 8), ('0b', 6)) v (x, d)`
  await sql`insert into login_failure (bucket, failed_at)
    values ('old', now() - interval '25 hours'), ('new', now() - interval '1 hour')`
  await sql`insert into job_run (id, job, started_at, finished_at, ok)
    values (gen_random_uuid(), 'long ago', now() - interval '15 days', now() - interval '15 days', true),
      (gen_random_uuid(), 'of late', now() - interval '13 days', now() - interval '13 days', true)`
  const [sent, fresh, dead] = [await queue(), await queue(), await queue()]
  await sql`update outbox set sent_at = now() - interval '31 days' where id = ${sent}`
  await sql`update outbox set sent_at = now() - interval '29 days' where id = ${fresh}`
  await sql`update outbox set dead_at = now() - interval '99 days' where id = ${dead}`

  const expected = { idempotency_keys: 1, account_tokens: 1, refresh_tokens: 1, sessions: 1203,
    login_failures: 1, job_runs: 1, outbox: 1 }
  const counts = run => Object.fromEntries(Object.keys(expected).map(key => [key, run.counts[key]]))
  assert.deepEqual(counts(await runJob(own, 'purge', ['--dry-run'])), expected)
  assert.deepEqual(counts(await runJob(own, 'purge')), expected)
  const none = Object.fromEntries(Object.keys(expected).map(key => [key, 0]))
  assert.deepEqual(counts(await runJob(own, 'purge')), none)

  assert.deepEqual(await sql`select key from idempotency_key where principal = 'x' order by key`,
    [{ key: '2' }, { key: '3' }])
  // Nobody's work: an open key so old is a fault where it is not made by hand.
  await sql`delete from idempotency_key where principal = 'x'`
  assert.deepEqual((await sql`select id from session where account_id = ${who.id}`).map(s => s.id)
    .sort(), [old.sid, who.sid].sort())
  assert.equal((await sql`select from refresh_token where session_id = ${old.sid}`).length, 1)
  assert.deepEqual(await sql`select bucket from login_failure`, [{ bucket: 'new' }])
  assert.deepEqual((await sql`select id from outbox`).map(o => o.id).sort(), [fresh, dead].sort())
  assert.equal((await sql`select from job_run where job = 'long ago'`).length, 0)
  assert.equal((await sql`select from job_run where job = 'of late'`).length, 1)
})
