/*
 * The audit trail: a chain that nobody can change unseen. What each endpoint
 * writes into it stands with the tests of the endpoint.
 */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import { admin, assertStatus, main, newKey, together, until, uuid7 } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { startShop } from './money.mjs'

const { shop, api, sql, paid, deliver } = await startShop()
const bosses = await Promise.all(Array.from({ length: 4 }, () => admin(shop)))

const chain = () => sql`select seq, id, changes, encode(hash, 'hex') as hash,
  encode(previous_hash, 'hex') as previous from audit_log order by seq`
const broken = async () => (await sql`select seq from audit_broken() as seq`).map(r => r.seq)
const checkpoints = () => sql`select seq, encode(hash, 'hex') as hash from audit_checkpoint
  order by seq`

/** Each entry stands behind the one before, and none is missing. */
async function checkChain() {
  const entries = await chain()
  let previous = '0'.repeat(64)
  entries.forEach((entry, i) => {
    assert.equal(entry.seq, i + 1)
    assert.equal(entry.previous, previous)
    previous = entry.hash
  })
  assert.equal(new Set(entries.map(e => e.hash)).size, entries.length)
  assert.deepEqual(await broken(), [])
  return entries
}

const entry = (session, action = 'test.write') => session.sql`
  insert into audit_log (id, action, entity, entity_id) values (${uuid7()}, ${action}, 'test', 'x')
  returning seq, encode(previous_hash, 'hex') as previous, encode(hash, 'hex') as hash`

/** What only somebody with the owner's rights can do. */
async function tamper(work) {
  await sql`alter table audit_log disable trigger user`
  try {
    await work()
  } finally {
    await sql`alter table audit_log enable trigger user`
  }
}

// Some entries to begin with.
beforeEach(async () => {
  for (let n = (await chain()).length; n < 5; n++) await entry({ sql })
})

test('many administrators at once: one chain, an entry for each change', async () => {
  const before = (await checkChain()).length
  const all = await paid([{ quantity: 24, price: 500 }])
  await deliver(all.order)
  const requests = []
  for (let i = 0; i < 24; i++)
    requests.push(assertStatus(await api('POST', '/api/refunds/request/', {
      token: all.buyer, key: newKey(), body: { order_id: all.order.id, reason: 'Torn',
        items: [{ order_item_id: all.items[0].id, quantity: 1 }] } }), 201))
  // The first half is turned down, the others are paid back.
  const answers = await together(24, i => api('POST',
    i < 12 ? '/api/admin/refunds/reject/' : '/api/admin/refund/', {
      token: bosses[i % 4], key: newKey(),
      body: { refund_id: requests[i].id, reason: 'Decided',
        ...(i < 12 ? {} : { order_id: all.order.id }) } }), shop)
  answers.forEach((answer, i) => assertStatus(answer, i < 12 ? 200 : 201))
  const entries = await checkChain()
  assert.equal(entries.length, before + 24)
  for (const [i, { id }] of requests.entries()) {
    const [one, ...more] = await sql`select action, actor_id from audit_log where entity_id = ${id}`
    assert.deepEqual(more, [])
    assert.deepEqual(one, { action: i < 12 ? 'refund.reject' : 'refund.grant',
      actor_id: bosses[i % 4].id })
  }
})

test('an entry waits for the one before it, and a change undone leaves no gap', async () => {
  for (const end of ['commit', 'rollback']) {
    const head = (await checkChain()).at(-1)
    const [a, b] = [shop.session('haat_app'), shop.session('haat_app')]
    await a.sql`begin`
    const [first] = await entry(a)
    assert.equal(first.previous, head.hash)
    const second = entry(b)
    await until(async () => (await sql`select from pg_locks where locktype = 'advisory'
      and not granted`).length > 0, { what: 'the second entry to wait' })
    await (end === 'commit' ? a.sql`commit` : a.sql`rollback`)
    const [{ seq, previous }] = await second
    assert.deepEqual([seq, previous], end === 'commit' ? [first.seq + 1, first.hash] :
      [head.seq + 1, head.hash])
    await checkChain()
    a.close()
    b.close()
  }
})

test('what happened cannot be changed: not by the programs\' role, not by a slip of the owner',
  async () => {
    const app = shop.session('haat_app')
    const refused = async (session, statement) =>
      assert.rejects(session.sql(statement), { sqlstate: '42501' }, statement[0])
    await refused(app, ['alter table audit_log disable trigger all'])
    for (const session of [app, { sql }]) {
      for (const [table, column] of [['audit_log', 'action'], ['audit_checkpoint', 'seq'],
        ['journal', 'kind'], ['posting', 'line']]) {
        // The triggers that refuse look at rows.
        if (table === 'audit_checkpoint' && !(await checkpoints()).length)
          assert.equal((await runJob(shop, 'audit')).status, 0)
        await refused(session, [`update ${table} set ${column} = ${column}`])
        await refused(session, [`delete from ${table}`])
        await refused(session, [`truncate ${table} cascade`])
      }
    }
    // Its place, its hash and what stood before are not the writer's to say.
    const head = (await checkChain()).at(-1)
    const [made] = await app.sql`
      insert into audit_log (id, action, entity, seq, hash, previous_hash)
      values (${uuid7()}, 'test.forge', 'test', 1000000, sha256('x'), sha256('y'))
      returning seq, encode(previous_hash, 'hex') as previous`
    assert.deepEqual(made, { seq: head.seq + 1, previous: head.hash })
    // Nor can a table of the same name be put in front of it.
    await app.sql`create temp table audit_log (like public.audit_log)`
    const [next] = await app.sql`insert into public.audit_log (id, action, entity)
      values (${uuid7()}, 'test.shadow', 'test') returning seq`
    assert.equal(next.seq, made.seq + 1)
    app.close()
    await checkChain()
  })

test('the job finds the chain whole, and remembers where it ended', async () => {
  const entries = await checkChain()
  const first = await runJob(shop, 'audit')
  assert.equal(first.status, 0, first.text)
  assert.deepEqual([first.counts.checked, first.counts.broken], [entries.length, 0])
  assert.match(first.text, new RegExp(`entry=${entries.length} hash=${entries.at(-1).hash}`))
  const kept = await checkpoints()
  assert.deepEqual(kept.at(-1), { seq: entries.length, hash: entries.at(-1).hash })
  assert.equal((await runJob(shop, 'audit')).status, 0)
  assert.deepEqual(await checkpoints(), kept)
})

/** The job fails at that entry, says so in its record and to administrators. */
async function checkFound(seq) {
  const told = () => sql`select account_id, title from notification where type = 'audit_broken'`
  const before = (await told()).length
  const kept = await checkpoints()
  const dry = await runJob(shop, 'audit', ['--dry-run'])
  assert.equal(dry.status, 0, dry.text)
  assert(dry.counts.broken > 0)
  assert.equal((await told()).length, before)
  const job = await runJob(shop, 'audit')
  assert.equal(job.status, 1, job.text)
  const [run] = await sql`select ok, note, counts from job_run where job = 'audit'
    order by id desc limit 1`
  assert.equal(run.ok, false)
  assert.match(run.note, new RegExp(`broken at entry ${seq};`))
  assert(run.counts.broken > 0)
  const news = await told()
  assert.equal(news.length, before + bosses.length)
  assert.deepEqual(await checkpoints(), kept)
  await assert.rejects(shop.checkInvariants(), /INV10/)
}

test('INV10 entries changed, taken out, put in or cut off by the owner are found', async t => {
  assert.equal((await runJob(shop, 'audit')).status, 0)
  const before = await chain()
  await sql`create table kept as table audit_log`
  const restore = () => tamper(async () => {
    await sql`delete from audit_log`
    await sql`insert into audit_log select * from kept order by seq`
  })
  const ways = {
    'words changed': { at: 3, how: () =>
      sql`update audit_log set changes = '{"status": ["a", "b"]}' where seq = 3` },
    'another hour': { at: 2, how: () =>
      sql`update audit_log set at = at - interval '1 microsecond' where seq = 2` },
    'another actor': { at: 4, how: () =>
      sql`update audit_log set actor_id = ${uuid7()} where seq = 4` },
    'words and hash changed': { at: 4, how: async () => {
      await sql`update audit_log set action = 'test.lie' where seq = 3`
      await sql`update audit_log a set hash = audit_hash(a) where seq = 3`
    } },
    'taken out': { at: 4, how: () => sql`delete from audit_log where seq = 3` },
    'the first taken out': { at: 2, how: () => sql`delete from audit_log where seq = 1` },
    'taken out, the others moved up': { at: 3, how: async () => {
      await sql`delete from audit_log where seq = 3`
      for (let seq = 4; seq <= before.length; seq++)
        await sql`update audit_log set seq = seq - 1 where seq = ${seq}`
    } },
    'put in': { at: before.length + 1, how: () => sql`insert into audit_log
      select ${before.length + 1}, at, actor_id, actor_email, action, entity, entity_id, changes,
        ip, request_id, sha256('before'), sha256('after'), ${uuid7()}
      from audit_log where seq = 2` },
    'the end cut off': { at: before.length, how: () =>
      sql`delete from audit_log where seq > ${before.length - 2}` },
    'all of it gone': { at: '[1-9][0-9]*', how: () => sql`delete from audit_log` },
    'written anew to the end': { at: before.length, how: async () => {
      await sql`update audit_log set action = 'test.lie' where seq = ${before.length - 1}`
      for (const seq of [before.length - 1, before.length]) {
        await sql`update audit_log a set previous_hash = coalesce((select hash from audit_log p
          where p.seq = a.seq - 1), audit_origin()) where seq = ${seq}`
        await sql`update audit_log a set hash = audit_hash(a) where seq = ${seq}`
      }
    } },
  }
  for (const [name, { at, how }] of Object.entries(ways))
    await t.test(name, async () => {
      await tamper(how)
      try {
        await checkFound(at)
      } finally {
        await restore()
      }
      assert.deepEqual(await checkChain(), before)
      assert.equal((await runJob(shop, 'audit')).status, 0)
    })
  await sql`drop table kept`
})

test('the demo data\'s chain is whole as well', async () => {
  const [{ entries, broken: bad, kinds }] = await main.sql`select
    (select count(*) from audit_log) as entries, (select count(*) from audit_broken()) as broken,
    (select count(distinct action) from audit_log) as kinds`
  assert(entries > 100, `${entries} entries`)
  assert(kinds >= 7)
  assert.equal(bad, 0)
})
