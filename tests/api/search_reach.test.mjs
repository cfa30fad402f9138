/*
 * A shop of twelve thousand products: the windows of a search, found step by step, are
 * those that the definition gives: of the newest 500 matches the best first, then of
 * the next 500, each match once, forwards and back.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { assertStatus, startInstance } from './harness.mjs'

const own = await startInstance({ HAAT_DEMO: '1', DEMO_SCALE: '300' })
const { api, sql } = own
const WINDOW = 500

// Made a minute apart; every so manieth has a word, and the description may add one.
await sql`
  insert into product (id, seller_id, category_id, name, slug, description, price, status, approved_at)
  select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - (12000 - i) * 60000::bigint), 12, '0')
      || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || substr(md5(i::text), 1, 15))::uuid,
    p.seller_id, p.category_id,
    concat_ws(' ', 'zqall', case when i % 5 = 0 then 'zqfifth' end, case when i % 10 = 0 then 'zqtenth' end,
      case when i % 29 = 0 then 'zqodd' end, case when i % 997 = 0 then 'zqrare' end,
      case when i > 11000 then 'zqnew' end, case when i < 1500 then 'zqold' end),
    'zq-' || i, case when i % 3 = 0 then repeat('zqfifth zqodd zqtenth ', i % 4) end, 1000, 'approved', now()
  from generate_series(1, 12000) i
  cross join (select seller_id, category_id from product where is_listed limit 1) p`
await sql`analyze product`

const page = async query => assertStatus(await api('GET', '/api/products/search/', { query }), 200)
const follow = async link => assertStatus(await api('GET', link), 200)

/** What the definition gives. */
async function expected(terms) {
  const rows = await sql`select id, round(ts_rank(tsv, to_tsquery('english', ${terms})) * 1000000) as rank
    from product where is_listed and tsv @@ to_tsquery('english', ${terms}) order by id desc`
  const out = []
  for (let i = 0; i < rows.length; i += WINDOW)
    out.push(...rows.slice(i, i + WINDOW).sort((a, b) => b.rank - a.rank || (a.id < b.id ? 1 : -1)))
  return out.map(row => row.id)
}

for (const words of ['zqall', 'zqfifth', 'zqtenth', 'zqodd', 'zqrare', 'zqnew', 'zqold', 'zqfifth zqodd',
  'zqtenth zqold', 'zqnew zqold']) {
  test(`${words}: every match once, the windows in their order, there and back`, async () => {
    const want = (await expected(words.replaceAll(' ', ' & '))).slice(0, 3000)
    const pages = []
    let at = await page({ q: words, page_size: 100 })
    if (want.length < 3000) assert.equal(at.count, want.length)
    for (;;) {
      pages.push(at.results.map(row => row.id))
      if (!at.next || pages.length === 30) break
      at = await follow(at.next)
    }
    assert.deepEqual(pages.flat(), want)
    for (let i = pages.length - 2; i >= 0; i--) {
      at = await follow(at.previous)
      assert.deepEqual(at.results.map(row => row.id), pages[i])
    }
    // The same by number, beginning in a window that is not the first.
    const number = Math.min(7, pages.length)
    assert.deepEqual((await page({ q: words, page_size: 100, page: number })).results.map(row => row.id),
      pages[number - 1])
  })
}

test('what is new since the statistics were made is found', async () => {
  await sql`update product set name = name || ' zqlate' where name like '%zqnew%'`
  const want = await expected('zqlate')
  const { results, count } = await page({ q: 'zqlate', page_size: 100 })
  assert.equal(count, want.length)
  assert.deepEqual(results.map(row => row.id), want.slice(0, 100))
})
