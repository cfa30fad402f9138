/*
 * Every list of the administration that can be sorted: each order, page by page, there
 * and back, holds every row once and in its order.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertInvalid, assertStatus, customer, newKey, startInstance, unique, uuid7 }
  from './harness.mjs'

// A shop of its own: other tests write rows by SQL that no program would.
const own = await startInstance({ HAAT_DEMO: '1', DEMO_SCALE: '300' })
const { api, sql } = own
const boss = await admin(own)
const { document } = await own.contract()
const sortsOf = item => item.get?.parameters?.find(p => p.name === 'sort')?.schema.enum
const lists = Object.entries(document.paths).filter(([path, item]) => path.startsWith('/api/admin/') && sortsOf(item))
  .map(([path, item]) => ({ path, sorts: sortsOf(item) }))

// Where the demo data may have left nothing.
for (let i = 0; i < 5; i++) {
  await sql`insert into payment_mismatch (id, entity, ref, kind, resolved_at)
    values (${uuid7()}, 'payment', ${unique('pay')}, 'missing_here', now())`
  await sql`insert into outbox (id, kind, payload, sent_at)
    values (${uuid7()}, 'mail.sorted', '{}', now())`
  await sql`insert into job_run (id, job, finished_at, ok) values (${uuid7()}, 'sorted', now(), true)`
  const { id } = await customer({}, own)
  assertStatus(await api('POST', '/api/admin/users/block/', { token: boss, key: newKey(), body: { user_id: id, reason: 'x' } }), 200)
}

const page = async (path, query) => assertStatus(await api('GET', path, { token: boss, query }), 200)
const cursor = link => new URL(link, 'http://localhost').searchParams.get('cursor')

/** The first rows in pages of a few, by following next; then back to the beginning. */
async function walk(path, sort) {
  const size = 3, pages = []
  let at = await page(path, { sort, page_size: size })
  for (;;) {
    pages.push(at.results)
    if (!at.next || pages.length === 5) break
    at = await page(path, { sort, page_size: size, cursor: cursor(at.next) })
  }
  for (const expected of pages.slice(0, -1).reverse()) {
    at = await page(path, { sort, page_size: size, cursor: cursor(at.previous) })
    assert.deepEqual(at.results.map(r => r.id), expected.map(r => r.id), `${path} ${sort}, back`)
  }
  assert.equal(at.previous, null)
  return pages.flat()
}

test('each list can be sorted by time both ways', () => {
  assert.deepEqual(lists.map(l => l.path).sort(), ['/api/admin/commerce/settlements/list/', '/api/admin/jobs/runs/',
    '/api/admin/logs/', '/api/admin/orders/', '/api/admin/outbox/', '/api/admin/payments/mismatches/', '/api/admin/products/',
    '/api/admin/refunds/', '/api/admin/reviews/', '/api/admin/sellers/', '/api/admin/users/'])
})

for (const { path, sorts } of lists)
  test(`${path}: ${sorts.join(', ')}`, async () => {
    assert(sorts.length >= 2)
    for (const sort of sorts) {
      const name = sort.replace('-', ''), sign = sort.startsWith('-') ? -1 : 1
      const rows = await walk(path, sort)
      assert(rows.length > 3, `${path}: more than a page`)
      assert.equal(new Set(rows.map(r => r.id)).size, rows.length, `${sort}: no row twice`)
      // A time is that of the id, to the millisecond; a name has no case.
      const key = r => (typeof r[name] === 'number' ? r[name]
        : /_at$|^at$/.test(name) ? r.id : r[name].toLowerCase())
      for (let i = 1; i < rows.length; i++) {
        const [a, b] = [key(rows[i - 1]), key(rows[i])]
        assert(a === b || (a < b) === (sign > 0), `${sort}: ${a} before ${b}`)
      }
      if (sort === sorts[0])
        assert.deepEqual((await page(path, { page_size: 3 })).results.map(r => r.id), rows.slice(0, 3).map(r => r.id), 'the first is the usual one')
      const other = sorts.find(s => s !== sort)
      const { next } = await page(path, { sort, page_size: 3 })
      assertInvalid(await api('GET', path, { token: boss, query: { sort: other, cursor: cursor(next) } }), 'cursor')
    }
    assertInvalid(await api('GET', path, { token: boss, query: { sort: 'colour' } }), 'sort')
  })
