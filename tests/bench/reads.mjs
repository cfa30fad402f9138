/*
 * reads.mjs: what everybody may see, from memory and from the database.
 */
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

import { pgbench, wrk } from './measure.mjs'
import { tokenOf } from './people.mjs'

const hex = (value, digits) => value.toString(16).padStart(digits, '0').slice(-digits)

/** Cursors of the newest-first list, each at a random place between two moments. */
export function freshCursors({ first, last }, count) {
  return Array.from({ length: count }, () => {
    const at = hex(Math.floor(first + Math.random() * (last - first)), 12)
    const tail = crypto.randomBytes(8).toString('hex')
    const id = `${at.slice(0, 8)}-${at.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-` +
      `${tail.slice(6)}00`.padEnd(12, '0').slice(0, 12)
    return Buffer.from(`>-created_at|${id}`).toString('base64url')
  })
}

/** When the product at this place of the list was made, in milliseconds. */
export function moment(instance, place) {
  const [time] = instance.sql(`select ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint
    from product where is_listed order by id desc offset ${place} limit 1`)
  return Number(time)
}

/** What the cases ask for, by the rows that are there. */
export function lookAround(instance) {
  const [count] = instance.sql('select count(*) from product where is_listed').map(Number)
  const first = moment(instance, count - 1), last = moment(instance, 0)
  const [product] = instance.sql(`select id from product where is_listed order by id desc limit 1`)
  const [category] = instance.sql(`select slug from category where id = (select category_id
    from product where is_listed group by 1 order by count(*) desc limit 1)`)
  const [word] = instance.sql(`select word from search_word where word ~ '^[a-z]{5,9}$'
    and numnode(plainto_tsquery('english', word)) > 0 order by uses desc limit 1`)
  return { count, first, last, product, category, word }
}

/** The list with names joined, as one would write it first: the yardstick of performance.md. */
const listJoined = `
\\set at random(:first, :last)
select p.id, p.name, p.slug, p.brand, p.category_id, c.name, c.slug, p.seller_id, s.store_name,
	s.slug, p.price, p.compare_at_price, p.currency, p.rating_tenths, p.rating_count, p.in_stock,
	p.image, (extract(epoch from p.created_at) * 1000000)::bigint
from product p
join category c on c.id = p.category_id
join seller s on s.id = p.seller_id
where p.is_listed
and p.id < rpad(lpad(to_hex(:at::bigint), 12, '0'), 32, '7')::uuid
order by p.id desc
limit 21;
`

export function write(instance, name, text) {
  const file = path.join(instance.folder, name)
  fs.writeFileSync(file, text)
  return file
}

/** A case whose every request was never made before: paths(n) gives n of them. */
export const freshCase = (instance, { name, connections, paths, each = 40000, ...more }) => ({
  name, ...more,
  run: seconds => wrk(instance, { connections,
    paths: write(instance, 'fresh.txt', `${paths(each).join('\n')}\n`) }, seconds),
})

export async function readCases(instance, things, connections) {
  const c = connections
  const label = text => `${text} c${c}`
  const get = (name, target, more = {}) => ({
    name: label(name),
    run: seconds => wrk(instance, { path: target, connections: c, ...more }, seconds),
  })
  const hello = { against: label('hello') }
  const list = '/api/products/list/'
  const etag = (await instance.get(list)).headers.get('etag')
  return [
    get('static 1 KB', '/bench-1k.txt'),
    get('hello', '/api/bench/hello/'),
    { ...get('health', '/api/health/'), against: label('static 1 KB'), least: 0.30 },
    { name: label('pgbench list, two joins'), clientCounts: true,
      run: seconds => pgbench(instance, { script: listJoined, clients: 8,
        variables: { first: things.first, last: things.last } }, seconds) },
    freshCase(instance, { name: label('list uncached'), connections: c,
      against: label('pgbench list, two joins'), least: 1.10,
      paths: n => freshCursors(things, n).map(cursor => `${list}?cursor=${cursor}`) }),
    { ...get('list hot', list), ...hello, least: 0.92 },
    { ...get('detail hot', `/api/products/detail/?id=${things.product}`), ...hello, least: 0.92 },
    { ...get('filter hot', `/api/products/filter/?category=${things.category}&min_price=10000`),
      ...hello, least: 0.92 },
    { ...get('search hot', `/api/products/search/?q=${things.word}`), ...hello, least: 0.92 },
    { ...get('categories hot', '/api/categories/list/'), ...hello, least: 0.92 },
    { ...get('list hot, signed in', list, { headers: { Authorization: `Bearer ${tokenOf(instance, 1)}` } }),
      ...hello, least: 0.85 },
    ...(etag ? [{ ...get('list 304', list, { headers: { 'If-None-Match': etag } }), ...hello,
      least: 0.95 }] : []),
  ]
}
