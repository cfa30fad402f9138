/*
 * growth.mjs: what the public reads cost at ten thousand products and at a
 * million. No two requests are alike, so that none comes from memory.
 */
import { fact } from './measure.mjs'
import { freshCase, freshCursors, moment } from './reads.mjs'

const pick = list => list[Math.floor(Math.random() * list.length)]
const below = n => Math.floor(Math.random() * n)

/** The same words in other letters and with other spaces. */
const spelled = words => () => [...words].map(c => Math.random() < 0.5 ? c.toUpperCase() : c).join('')
  .replaceAll(' ', () => '+'.repeat(1 + below(9))) + '+'.repeat(below(20))

/** The commonest words, one in the middle, and a typo of the commonest in names. */
function words(instance) {
  const [first, second] = instance.sql(`
    select word from ts_stat('select tsv from product tablesample system ((
      select least(100, 2000000.0 / greatest(reltuples, 1)) from pg_class
      where oid = ''product''::regclass)) where is_listed')
    where word ~ '^[a-z]{4,12}$' order by ndoc desc limit 2`)
  const [named] = instance.sql(`select word from search_word where word ~ '^[a-z]{5,9}$'
    and numnode(plainto_tsquery('english', word)) > 0 order by uses desc limit 1`)
  const [middle] = instance.sql(`select word from search_word where word ~ '^[a-z]{5,9}$' order by uses desc
    offset (select count(*) / 2 from search_word where word ~ '^[a-z]{5,9}$') limit 1`)
  const typo = named.slice(0, 2) + named[3] + named[2] + named.slice(4)
  return { first, second, middle, typo }
}

/** Public reads, {name: paths(n)}. */
function reads(instance, things) {
  const text = words(instance), search = '/api/products/search/?q='
  const ids = instance.sql('select id from product where is_listed order by random() limit 40000')
  const brands = instance.sql(`select lower(brand) from product where is_listed and brand is not null
    group by 1 order by count(*) desc limit 20`)
  const prices = instance.sql(`select id, price from product where is_listed order by random()
    limit 40000`).map(line => line.split('|'))
  const many = one => n => Array.from({ length: n }, one)
  const list = '/api/products/list/?'
  const cursors = range => n => freshCursors(range, n).map(cursor => `${list}cursor=${cursor}`)
  // Behind the newest of all, and around a product deep in the list.
  const now = Date.now() + 86400000
  const depth = Math.min(400000, Math.floor(things.count / 2))
  return {
    'page 1': cursors({ first: now, last: now + 1000000 }),
    'page in the middle': cursors({ first: moment(instance, depth + 100), last: moment(instance, depth) }),
    'anywhere in the list': cursors(things),
    'by price': many(() => {
      const [id, price] = pick(prices)
      return `${list}sort=price&cursor=${Buffer.from(`>price|${id}${price}`).toString('base64url')}`
    }),
    'in a category': n => freshCursors(things, n).map(cursor =>
      `${list}category=${things.category}&cursor=${cursor}`),
    filter: many(() => `/api/products/filter/?category=${things.category}&min_price=${below(20000)}` +
      `&max_price=${10000000 + below(100000)}`),
    'filter with facets': many(() => `/api/products/filter/?brand=${encodeURIComponent(pick(brands))}` +
      `&min_price=${below(20000)}&facets=true`),
    detail: n => Array.from({ length: n }, (_, i) => `/api/products/detail/?id=${ids[i % ids.length]}`),
    suggest: many(() => `/api/products/suggest/?q=${spelled(text.first.slice(0, 3))()}`),
    'search, worst word': many(() => search + spelled(text.first)()),
    'search, two worst words': many(() => search + spelled(`${text.first} ${text.second}`)()),
    'search, typo': many(() => search + spelled(text.typo)()),
    'search, middle word': many(() => search + spelled(text.middle)()),
  }
}

/** A page deep in the list beside the first. */
export function depthCases(instance, things) {
  const all = reads(instance, things)
  const [first, deep] = Object.keys(all)
  return [
    freshCase(instance, { name: `${first} c8`, connections: 8, paths: all[first] }),
    freshCase(instance, { name: `${deep} c8`, connections: 8, paths: all[deep],
      against: `${first} c8`, least: 0.9 }),
  ]
}

/** Cases for each read at 8 clients, and for searches at one. */
export function growthCases(instance, things) {
  const all = Object.entries(reads(instance, things))
  return [
    ...all.map(([name, paths]) => freshCase(instance, { name: `${name} c8`, connections: 8, paths,
      p99Most: 50 })),
    ...all.filter(([name]) => name.startsWith('search')).map(([name, paths]) =>
      freshCase(instance, { name: `${name} c1`, connections: 1, paths, each: 5000, p99Most: 20 })),
  ]
}

const ms = us => us / 1000

/** Rows of times at the largest scale. */
export const timeRows = (cases, rows) => cases.map(one => {
  const row = rows.find(row => row.name === one.name)
  const p99 = ms(row.p99)
  return { ...row, shown: `${p99.toFixed(1)} ms`, target: `p99 <= ${one.p99Most} ms`,
    verdict: p99 <= one.p99Most && row.failed === 0 ? 'held' : 'missed' }
})

/** What one request costs at the largest scale, by what it costs at the smallest. */
export function growthRows(small, large) {
  const rows = small.filter(row => row.name.endsWith('c8')).map(row => {
    const now = large.find(other => other.name === row.name)
    const ratio = now.sum / row.sum
    return fact({ name: `growth, ${row.name}`, sum: now.sum, failed: row.failed + now.failed,
      shown: `${ratio.toFixed(2)} (${row.sum.toFixed(0)} us before)`, target: '<= 1.3',
      held: ratio <= 1.3 })
  })
  const p50 = name => large.find(row => row.name === name).p50
  const worst = p50('search, worst word c1') / p50('search, middle word c1')
  rows.push(fact({ name: 'search, worst word / middle word', shown: worst.toFixed(2), target: '<= 5',
    held: worst <= 5 }))
  return rows
}
