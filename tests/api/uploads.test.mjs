/* Group F: pictures and documents that people upload, and what must not come of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, formOf, main, newKey,
  product, seller, sql, startInstance, together, unique, until, uuid7 } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { hugePng, jpeg, look, packedPng, padded, pdf, png, scannedJpeg, webp, webpAlpha, withPlace }
  from './pictures.mjs'

const MIB = 1 << 20
const LIMIT = 10 * MIB

const uploadImage = (who, thing, bytes, { more = [], filename, type, on = main, ...options } = {}) =>
  on.api('POST', '/api/products/upload-image/', { token: who,
    ...formOf([['product_id', thing.id ?? thing], ...more, ['file', { bytes, filename, type }]]),
    ...options })
const uploadMedia = (who, id, bytes, { on = main, ...options } = {}) =>
  on.api('POST', '/api/reviews/upload-media/', { token: who,
    ...formOf([['review_id', id], ['file', { bytes }]]), ...options })
const uploadDocument = (who, bytes, { kind = 'pan_card', filename, on = main, ...options } = {}) =>
  on.api('POST', '/api/sellers/kyc/upload/', { token: who,
    ...formOf([['document_type', kind], ['file', { bytes, filename }]]), ...options })
const image = async (...args) => assertStatus(await uploadImage(...args), 201)

const imagesOf = (thing, on = main) =>
  on.sql`select * from product_image where product_id = ${thing.id} order by position, id`
const documentsOf = (who, on = main) =>
  on.sql`select *, encode(sha256, 'hex') as digest from kyc_document
    where seller_id = ${who.sellerId} order by id`

/** A review as one who received the product has it. */
async function review(author, thing, on = main) {
  const id = uuid7()
  await on.sql`insert into review (id, product_id, account_id, rating, author_name, status)
    values (${id}, ${thing.id}, ${author.id}, 5, 'Asha', 'hidden')`
  return id
}

const mediaFolder = on => path.join(on.stateDir, 'media/files')
const documentFolder = on => path.join(on.stateDir, 'private/documents')
const filesIn = folder => fs.readdirSync(folder).sort()
const allFiles = on => [...filesIn(mediaFolder(on)), ...filesIn(documentFolder(on))]
const fileOf = (url, on = main) => path.join(mediaFolder(on), path.basename(url))
const fetchFile = async (url, on = main) => {
  const answer = await on.api('GET', url)
  assert.equal(answer.status, 200, url)
  return answer
}
const pictureName = /^\/media\/files\/[0-9a-f]{32}(\.s)?\.(jpg|png)$/

// ---- what is taken -----------------------------------------------------------

test('F01 a JPEG, a PNG and WebP of a product: named by us, typed by their content', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'pending' })
  const cases = [
    ['JPEG', jpeg, 'image/jpeg', 17, 9],
    ['PNG', png({ width: 30, height: 20 }), 'image/png', 30, 20],
    ['PNG with alpha', png({ colour: [1, 2, 3, 99] }), 'image/png', 8, 8],
    ['WebP', webp, 'image/jpeg', 16, 12],
    ['WebP with alpha', webpAlpha, 'image/png', 12, 12],
    ['large PNG', png({ width: 900, height: 450 }), 'image/png', 900, 450],
  ]
  for (const [position, [name, bytes, type, width, height]] of cases.entries()) {
    // What the sender says of it counts for nothing.
    const body = await image(who, thing, bytes,
      { filename: 'cat.gif', type: 'text/html', more: [['alt', `A ${name}`]] })
    assert.match(body.url, pictureName)
    assert.match(body.thumbnail_url, pictureName)
    assert.deepEqual([body.alt, body.position], [`A ${name}`, position])
    const large = await fetchFile(body.url), small = await fetchFile(body.thumbnail_url)
    assert.equal(large.headers['content-type'], type, name)
    assert.equal(small.headers['content-type'], type, name)
    assert.deepEqual(look(large.bytes), { type: type.slice(6), width, height }, name)
    const side = Math.max(look(small.bytes).width, look(small.bytes).height)
    assert.equal(side, Math.min(400, Math.max(width, height)), name)
    for (const { headers } of [large, small]) {
      assert.match(headers['content-security-policy'], /^sandbox;/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.match(headers['cache-control'], /max-age=31536000, immutable/)
    }
  }
  const detail = assertStatus(await api('GET', '/api/products/detail/',
    { token: who, query: { id: thing.id } }), 200)
  assert.equal(detail.images.length, cases.length)
  assert.equal(detail.image, detail.images[0].url)
  assert.equal(detail.pending_changes, null)
})

test('F01 a picture of a review, by its author', async () => {
  const author = await customer(), thing = await product()
  const id = await review(author, thing)
  const first = assertStatus(await uploadMedia(author, id, jpeg), 201)
  const second = assertStatus(await uploadMedia(author, id, png()), 201)
  assert.deepEqual([first.position, second.position, first.alt], [0, 1, null])
  assert.equal((await fetchFile(first.url)).headers['content-type'], 'image/jpeg')
  const rows = await sql`select id, url from review_media where review_id = ${id} order by position`
  assert.deepEqual(rows.map(r => r.id), [first.id, second.id])
})

test('F01 a document of a store, in any state: PDF, JPEG, PNG', async () => {
  for (const status of ['pending', 'approved', 'rejected', 'suspended']) {
    const who = await seller({ status })
    for (const [bytes, type] of [[pdf(), 'application/pdf'], [jpeg, 'image/jpeg'],
      [png(), 'image/png']]) {
      const body = assertStatus(await uploadDocument(who, bytes, { kind: 'bank_proof' }), 201)
      assert.deepEqual(Object.keys(body).sort(), ['document_type', 'id', 'status', 'uploaded_at'])
      assert.deepEqual([body.document_type, body.status], ['bank_proof', 'pending'])
      const row = (await documentsOf(who)).at(-1)
      assert.deepEqual([row.id, row.content_type, row.byte_size], [body.id, type, bytes.length])
    }
    const profile = assertStatus(await api('GET', '/api/sellers/profile/', { token: who }), 200)
    assert.equal(profile.kyc_documents.length, 3)
  }
})

// ---- what is not taken -------------------------------------------------------

const disguised = {
  SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  HTML: Buffer.from('<!doctype html><script>alert(document.domain)</script>'),
  XHTML: Buffer.from('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>'),
  'GIF with script tail': Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\x80\0\0', 'latin1'),
    Buffer.from('/*;<script>alert(1)</script>')]),
  PHP: Buffer.from('<?php system($_GET["c"]); ?>            '),
  ZIP: Buffer.from('PK\x03\x04\x14\0\0\0\0\0..........................', 'latin1'),
  GIFAR: Buffer.from('GIF89a..............................PK\x03\x04....', 'latin1'),
  'JavaScript that is a PDF too': Buffer.from('x=1/*\n%PDF-1.4\n*/;alert(1)\n%%EOF'),
  'magic of JPEG, body of HTML': Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]),
    Buffer.from('<html><script>alert(1)</script></html>')]),
  'magic of PNG, body of HTML': Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    Buffer.from('<html><script>alert(1)</script></html>')]),
  'magic of WebP, body of HTML': Buffer.from('RIFF\x40\0\0\0WEBP<html><script>alert(1)</script>',
    'latin1'),
  BMP: Buffer.from(`BM${'\0'.repeat(60)}`, 'latin1'),
}

test('F02 what is no picture is refused, whatever it is called', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const author = await customer()
  const id = await review(author, await product())
  const before = allFiles(main).length
  for (const [name, bytes] of Object.entries(disguised)) {
    assertInvalid(await uploadImage(who, thing, bytes, { filename: 'a.png', type: 'image/png' }),
      'file')
    assertInvalid(await uploadMedia(author, id, bytes), 'file')
    assertInvalid(await uploadDocument(who, bytes, { filename: 'a.pdf' }), 'file')
    assert.equal(allFiles(main).length, before, name)
  }
  assertInvalid(await uploadImage(who, thing, pdf()), 'file')
  assertInvalid(await uploadDocument(who, webp), 'file')
  assert.equal(allFiles(main).length, before)
  assert.deepEqual(await imagesOf(thing), [])
})

test('F02 a picture with something behind or inside it becomes a picture alone', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const tail = Buffer.from('PK\x03\x04<script>alert("tail")</script><?php evil(); ?>', 'latin1')
  const comment = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, tail.length + 2]),
    tail, jpeg.subarray(2)])
  for (const bytes of [Buffer.concat([jpeg, tail]), Buffer.concat([png(), tail]),
    Buffer.concat([webp, tail]), comment]) {
    const body = await image(who, thing, bytes, { filename: 'a.html' })
    for (const url of [body.url, body.thumbnail_url]) {
      const kept = fs.readFileSync(fileOf(url))
      for (const word of ['script', 'php', 'PK\x03\x04']) assert(!kept.includes(word, 0, 'latin1'))
    }
  }
  const store = await seller()
  assertStatus(await uploadDocument(store, comment), 201)
  const [row] = await documentsOf(store)
  const saved = await api('GET', '/api/admin/sellers/kyc/document/',
    { token: await admin(), query: { id: row.id } })
  assert(!saved.bytes.includes('script'))
})

test('F03 a file\'s name is nobody\'s but ours', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const names = ['../../x', '..\\\\..\\\\x', '/etc/passwd', 'C:\\\\boot.ini', 'a%00.png', 'a\0.png',
    'x'.repeat(4096), '.htaccess', 'a.jpg.php', '\u202egpj.exe', ' ', 'con', '-rf',
    '%2e%2e%2fx', '"; filename="../y', '\xff\xfe', 'a;b', '$(id)']
  const inside = folder => fs.readdirSync(folder, { recursive: true }).sort()
  const rootBefore = fs.readdirSync(main.stateDir).sort()
  for (const filename of names) {
    const before = new Set(allFiles(main))
    const answer = await uploadImage(who, thing, png(), { filename })
    if (filename.includes('"; filename')) {
      assertProblem(answer, 400, 'bad_request')
      assert.equal(allFiles(main).length, before.size)
      continue
    }
    const body = assertStatus(answer, 201)
    assert.deepEqual(allFiles(main).filter(f => !before.has(f)),
      [path.basename(body.thumbnail_url), path.basename(body.url)].sort(), filename)
    await sql`delete from product_image where product_id = ${thing.id}`
  }
  // The extended form is no name for a form at all.
  const odd = formOf([['product_id', thing.id], ['file', { filename: 'a"; filename*=UTF-8\'\'..%2Fx',
    bytes: png() }]])
  odd.raw = Buffer.from(odd.raw.toString('latin1').replace("..%2Fx\"", '..%2Fx'), 'latin1')
  const body = assertStatus(await api('POST', '/api/products/upload-image/', { token: who, ...odd }),
    201)
  assert.match(body.url, pictureName)
  assert.deepEqual(fs.readdirSync(main.stateDir).sort(), rootBefore)
  assert(inside(path.join(main.stateDir, 'media')).every(f => !f.includes('x')))
})

test('F04 a file of 10 MiB is taken, one byte more is 413', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  for (const [size, status] of [[LIMIT - 1, 201], [LIMIT, 201], [LIMIT + 1, 413]]) {
    for (const bytes of [jpeg, png()]) {
      const answer = await uploadImage(who, thing, padded(bytes, size))
      if (status === 201) assertStatus(answer, 201)
      else assertProblem(answer, 413, 'payload_too_large')
    }
    const answer = await uploadDocument(who, pdf(size))
    if (status === 201) assertStatus(answer, 201)
    else assertProblem(answer, 413, 'payload_too_large')
  }
  // Far beyond it, before anything is read.
  assertProblem(await uploadImage(who, thing, Buffer.alloc(12 * MIB)), 413, 'payload_too_large')
  const author = await customer()
  const id = await review(author, await product())
  assertProblem(await uploadMedia(author, id, padded(jpeg, LIMIT + 1)), 413, 'payload_too_large')
})

test('F04 empty, cut short, without a field, with two files: 400', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const send = parts => api('POST', '/api/products/upload-image/', { token: who, ...formOf(parts) })
  const file = bytes => ['file', { bytes }]
  const id = ['product_id', thing.id]
  assertInvalid(await send([id, file('')]), 'file')
  for (const whole of [jpeg, png({ width: 50, height: 50 }), webp])
    for (const part of [0.3, 0.6, 0.9])
      assertInvalid(await send([id, file(whole.subarray(0, whole.length * part))]), 'file')
  assertInvalid(await send([id]), 'file')
  assertInvalid(await send([file(jpeg)]), 'product_id')
  assertInvalid(await send([]), 'file', 'product_id')
  assertInvalid(await send([id, file(jpeg), file(jpeg)]), 'file')
  assertInvalid(await send([id, id, file(jpeg)]), 'product_id')
  assertInvalid(await send([id, ['file', 'text']]), 'file')
  assertInvalid(await send([['product_id', { bytes: thing.id }], file(jpeg)]), 'product_id')
  assertInvalid(await send([id, file(jpeg), ['seller_id', uuid7()]]), 'seller_id')
  assertInvalid(await send([id, file(jpeg), ['position', '-1']]), 'position')
  assertInvalid(await send([id, file(jpeg), ['alt', 'x'.repeat(201)]]), 'alt')
  assertInvalid(await uploadDocument(who, pdf().subarray(0, 500)), 'file')
  assertInvalid(await uploadDocument(who, pdf(), { kind: 'passport' }), 'document_type')
  assert.deepEqual(await imagesOf(thing), [])
})

/** What the log says of the picture of a request: how long, and its process's memory. */
async function costOf(request, on = main) {
  const pattern = new RegExp(`image bytes=.* us=(\\d+) peak_kib=(\\d+) request_id=${request}`)
  return until(async () => {
    const line = pattern.exec(fs.readFileSync(path.join(on.stateDir, 'log/app.log'), 'utf8'))
    return line && { ms: Math.round(line[1] / 1000), kib: Number(line[2]) }
  }, { what: `the log of ${request}` })
}

test('F05 bombs are refused quickly, in little memory', async t => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const plain = unique('plain')
  const send = (bytes, id) => {
    const form = formOf([['product_id', thing.id], ['file', { bytes }]])
    return api('POST', '/api/products/upload-image/', { token: who, raw: form.raw,
      headers: { ...form.headers, 'x-request-id': id } })
  }
  assertStatus(await send(png(), plain), 201)
  const usual = await costOf(plain)
  const bombs = {
    'a PNG of 50,000 × 50,000': hugePng(50000, 50000),
    'a PNG of 2^31 - 1 squared': hugePng(0x7fffffff, 0x7fffffff),
    'a zTXt of 300 MiB': packedPng('zTXt', 300),
    'an iCCP of 300 MiB': packedPng('iCCP', 300),
    'a JPEG of 100,000 scans': scannedJpeg(100000),
  }
  for (const [name, bytes] of Object.entries(bombs)) {
    const id = unique('bomb')
    assertInvalid(await send(bytes, id), 'file')
    const cost = await costOf(id)
    t.diagnostic(`F05 ${name}: ${bytes.length} bytes, ${cost.ms} ms, ` +
      `${cost.kib - usual.kib} KiB more than a good one`)
    assert(cost.kib - usual.kib < 64 * 1024, `${name} took ${cost.kib} KiB`)
  }
  assert.equal((await imagesOf(thing)).length, 1)
})

test('F05 a picture of up to 40 megapixels is taken, and made smaller', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const body = await image(who, thing, png({ width: 8000, height: 300 }))
  const { width, height } = look(fs.readFileSync(fileOf(body.url)))
  assert.deepEqual([width, height], [4096, 154])
  assertInvalid(await uploadImage(who, thing, hugePng(8001, 5000)), 'file')
})

test('F06 forms that are none', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const send = (raw, type) => api('POST', '/api/products/upload-image/', { token: who, raw,
    headers: { 'content-type': type ?? 'multipart/form-data; boundary=B' } })
  const part = (name, value, more = '') => `--B\r\nContent-Disposition: form-data; name="${name}"` +
    `${more}\r\n\r\n${value}\r\n`
  const id = part('product_id', thing.id)
  const picture = part('file', jpeg.toString('latin1'), '; filename="a.jpg"')
  const bytes = text => Buffer.from(text, 'latin1')
  const good = bytes(`${id}${picture}--B--\r\n`)
  const bad = (answer, status, code) => assertProblem(answer, status, code)

  bad(await send(good, 'multipart/form-data'), 400, 'bad_request')
  bad(await send(bytes(good.toString('latin1').replaceAll('--B', `--${'b'.repeat(71)}`)),
    `multipart/form-data; boundary=${'b'.repeat(71)}`), 400, 'bad_request')
  assertStatus(await send(bytes(good.toString('latin1').replaceAll('--B', `--${'b'.repeat(70)}`)),
    `multipart/form-data; boundary=${'b'.repeat(70)}`), 201)
  bad(await send(bytes(`${id}${picture}`)), 400, 'bad_request')
  bad(await send(bytes(`${id}${picture}--B`)), 400, 'bad_request')
  bad(await send(bytes(good.toString('latin1').replaceAll('\r\n', '\n'))), 400, 'bad_request')
  bad(await send(bytes(part('x', '1').repeat(10000) + '--B--\r\n')), 413, 'payload_too_large')
  bad(await send(bytes(part('x', '1', `\r\nX-Long: ${'y'.repeat(MIB)}`) + '--B--\r\n')), 413,
    'payload_too_large')
  bad(await send(bytes(part('file', '--C\r\n\r\nx\r\n--C--',
    '\r\nContent-Type: multipart/mixed; boundary=C') + '--B--\r\n')), 400, 'bad_request')
  assertInvalid(await send(bytes(`${id}${id}${picture}--B--\r\n`)), 'product_id')
  bad(await send(bytes(part('product_id', thing.id.replaceAll('-', '=2D'),
    '\r\nContent-Transfer-Encoding: quoted-printable') + `${picture}--B--\r\n`)), 400, 'bad_request')
  bad(await send(bytes('')), 400, 'bad_request')
  bad(await send(bytes(`hello\r\n${good.toString('latin1')}`)), 400, 'bad_request')
  bad(await send(good, 'application/json'), 415, 'unsupported_media_type')
  bad(await send(good, 'multipart/mixed; boundary=B'), 415, 'unsupported_media_type')
  assert.equal((await imagesOf(thing)).length, 1)
})

test('F07 where a picture was taken is not told', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const bytes = withPlace()
  assert(bytes.includes('Bengaluru'))
  const body = await image(who, thing, bytes)
  for (const url of [body.url, body.thumbnail_url]) {
    const kept = (await fetchFile(url)).bytes
    for (const word of ['Exif', 'Bengaluru', '12.9716']) assert(!kept.includes(word), word)
  }
})

// ---- whose, where, how many --------------------------------------------------

test('somebody else\'s product, review or a missing one: 404, the same words', async () => {
  const who = await seller(), other = await seller()
  const thing = await product({ seller: other })
  const [foreign, missing] = [await uploadImage(who, thing, jpeg), await uploadImage(who, uuid7(),
    jpeg)]
  assertProblem(foreign, 404, 'not_found')
  assertProblem(missing, 404, 'not_found')
  assert.equal(foreign.body.detail, missing.body.detail)
  const author = await customer()
  const id = await review(author, thing)
  const reviews = [await uploadMedia(who, id, jpeg), await uploadMedia(who, uuid7(), jpeg)]
  for (const answer of reviews) assertProblem(answer, 404, 'not_found')
  assert.equal(reviews[0].body.detail, reviews[1].body.detail)
  assert.deepEqual(await imagesOf(thing), [])
  assertProblem(await uploadImage(await seller({ status: 'pending' }), thing, jpeg), 403,
    'seller_not_approved')
  assertProblem(await uploadDocument(await customer(), pdf()), 403, 'permission_denied')
})

test('a picture of an approved product waits for approval; rejecting drops it', async () => {
  const who = await seller(), boss = await admin()
  const thing = await product({ seller: who })
  const detail = async token => assertStatus(await api('GET', '/api/products/detail/',
    { token, query: { id: thing.id } }), 200)
  const decide = (verb, more = {}) => api('POST', `/api/admin/products/${verb}/`,
    { token: boss, body: { product_id: thing.id, ...more } })
  const first = await image(who, thing, jpeg, { more: [['alt', 'Front']] })
  assert.deepEqual((await detail()).images, [])
  assert.equal((await detail()).image, null)
  const own = await detail(who)
  assert.deepEqual([own.status, own.images, own.pending_changes],
    ['approved', [], { images: [first] }])
  // Another change waits beside it, and one that takes effect at once leaves both.
  assertStatus(await api('PUT', '/api/products/update/', { token: who,
    body: { id: thing.id, name: 'Better name' } }), 200)
  assertStatus(await api('PUT', '/api/products/update/', { token: who,
    body: { id: thing.id, price: 12345 } }), 200)
  assert.deepEqual((await detail(who)).pending_changes, { name: 'Better name', images: [first] })
  const [{ waits }] = await sql`select pending_since is not null as waits from product
    where id = ${thing.id}`
  assert(waits)

  assertStatus(await decide('approve'), 200)
  const shown = await detail()
  assert.deepEqual([shown.images, shown.image, shown.name], [[first], first.url, 'Better name'])
  assert.equal((await detail(who)).pending_changes, null)

  const second = await image(who, thing, png())
  assert.deepEqual((await detail(who)).pending_changes, { images: [second] })
  // A change of the price alone does not take it out of the queue.
  assertStatus(await api('PUT', '/api/products/update/', { token: who,
    body: { id: thing.id, price: 12346 } }), 200)
  const [{ still }] = await sql`select pending_since is not null as still from product
    where id = ${thing.id}`
  assert(still)
  assertStatus(await decide('reject', { reason: 'Blurred' }), 200)
  assert.deepEqual((await imagesOf(thing)).map(i => i.id), [first.id])
  const kept = await detail(who)
  assert.deepEqual([kept.status, kept.rejection_reason, kept.pending_changes],
    ['approved', 'Blurred', null])
  assertProblem(await decide('approve'), 409, 'invalid_state')
})

test('a picture sends a rejected product in again; an archived one takes none', async () => {
  const who = await seller()
  const rejected = await product({ seller: who, status: 'rejected' })
  await sql`update product set rejection_reason = 'No picture' where id = ${rejected.id}`
  await image(who, rejected, jpeg)
  const [row] = await sql`select status, rejection_reason, pending_since is not null as waits, image
    from product where id = ${rejected.id}`
  const [{ url }] = await imagesOf(rejected)
  assert.deepEqual(row, { status: 'pending', rejection_reason: null, waits: true, image: url })
  const archived = await product({ seller: who, status: 'archived' })
  assertProblem(await uploadImage(who, archived, jpeg), 409, 'invalid_state')
})

test('what came while the product or the review was waited for is counted', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const author = await customer()
  const id = await review(author, thing)
  const waits = [
    { table: 'product', of: thing.id, most: 20, upload: () => uploadImage(who, thing, png()),
      add: () => sql`insert into product_image (id, product_id, url, thumbnail_url, position, is_live)
        select gen_random_uuid(), ${thing.id}, 'u' || n, 't', n, true from generate_series(1, 20) n` },
    { table: 'review', of: id, most: 5, upload: () => uploadMedia(author, id, jpeg),
      add: () => sql`insert into review_media (id, review_id, url, thumbnail_url, position)
        select gen_random_uuid(), ${id}, 'u' || n, 't', n from generate_series(1, 5) n` },
  ]
  for (const { table, of, most, upload, add } of waits) {
    await sql`begin`
    await (table === 'product' ? sql`select from product where id = ${of} for no key update`
      : sql`select from review where id = ${of} for no key update`)
    await add()
    const answer = upload()
    await until(async () => (await sql`select from pg_stat_activity a
      where pg_backend_pid() = any (pg_blocking_pids(a.pid))`).length > 0, { what: 'the upload to wait' })
    await sql`commit`
    assertProblem(await answer, 409, 'invalid_state')
    assert.equal((await (table === 'product' ? sql`select from product_image where product_id = ${of}`
      : sql`select from review_media where review_id = ${of}`)).length, most)
  }
})

test('pictures have places, and an end', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const places = []
  for (const more of [[], [['position', '7']], [], [['position', '0']]])
    places.push((await image(who, thing, png(), { more })).position)
  assert.deepEqual(places, [0, 7, 8, 0])
  // 20 of a product, also when they come at once.
  const answers = await together(20, () => uploadImage(who, thing, png()))
  assert.equal(answers.filter(a => a.status === 201).length, 16)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'invalid_state')
  const author = await customer()
  const id = await review(author, thing)
  const media = await together(7, () => uploadMedia(author, id, jpeg))
  assert.equal(media.filter(a => a.status === 201).length, 5)
  for (const answer of media.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'invalid_state')
})

test('what an account uploads in a day has an end, in files and in bytes', async () => {
  const own = await startInstance({ UPLOAD_FILES_PER_DAY: '3', UPLOAD_MIB_PER_DAY: '1' })
  const who = await seller({}, own)
  const thing = await product({ seller: who, status: 'draft' }, own)
  // Refused ones count as well: they were work.
  assertStatus(await uploadImage(who, thing, png(), { on: own }), 201)
  assertInvalid(await uploadImage(who, thing, hugePng(9999, 9999), { on: own }), 'file')
  assertStatus(await uploadDocument(who, pdf(), { on: own }), 201)
  const full = await uploadDocument(who, pdf(), { on: own })
  assertProblem(full, 429, 'rate_limited')
  const wait = Number(full.headers['retry-after'])
  assert(wait > 0 && wait <= 86400)
  assertProblem(await uploadImage(who, thing, png(), { on: own }), 429, 'rate_limited')

  const other = await seller({}, own)
  assertProblem(await uploadDocument(other, pdf(MIB + 1), { on: own }), 429, 'rate_limited')
  assertStatus(await uploadDocument(other, pdf(MIB - 800), { on: own }), 201)
  assertProblem(await uploadDocument(other, pdf(900), { on: own }), 429, 'rate_limited')
  assertStatus(await uploadDocument(other, pdf(700), { on: own }), 201)
  const [{ files, bytes }] = await own.sql`select files, bytes from upload_day
    where account_id = ${other.id}`
  assert.deepEqual([files, bytes], [2, MIB - 100])
  // Another day, another quota; old days go.
  await own.sql`update upload_day set day = day - 3`
  assertStatus(await uploadImage(who, thing, png(), { on: own }), 201)
  assert.equal((await runJob(own, 'sweep')).counts.days, 2)
})

test('so many documents of a store wait to be looked at, and no more', async () => {
  const own = await startInstance({ STORE_DOCUMENTS: '4' })
  const who = await seller({ status: 'pending' }, own), boss = await admin(own)
  const answers = await together(8, () => uploadDocument(who, pdf(), { on: own }), own)
  assert.equal(answers.filter(a => a.status === 201).length, 4)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'invalid_state')
  assert.equal((await documentsOf(who, own)).length, 4)
  assertStatus(await uploadDocument(await seller({}, own), pdf(), { on: own }), 201)
  // Once somebody has decided about them there is room again.
  assertStatus(await own.api('POST', '/api/admin/sellers/approve/', { token: boss,
    body: { seller_id: who.sellerId } }), 200)
  assertStatus(await uploadDocument(who, jpeg, { on: own }), 201)
})

// ---- keys --------------------------------------------------------------------

test('a retry with another boundary is the same request; another file is not', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const key = newKey()
  const parts = [['product_id', thing.id], ['alt', 'Front'], ['file', { filename: 'a.jpg',
    type: 'image/jpeg', bytes: jpeg }]]
  const send = (list, boundary) => api('POST', '/api/products/upload-image/',
    { token: who, key, ...formOf(list, { boundary }) })
  const first = await send(parts, 'one')
  assertStatus(first, 201)
  for (const again of [await send(parts, 'two'), await send([...parts].reverse(), 'three')]) {
    assert.equal(again.status, 201)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(again.text, first.text)
  }
  await main.redisCli('flushall')
  assert.equal((await send(parts, 'four')).text, first.text)
  for (const other of [
    [parts[0], parts[1], ['file', { filename: 'a.jpg', bytes: png() }]],
    [parts[0], ['alt', 'Back'], parts[2]],
    [parts[0], parts[2]],
    [parts[0], parts[1], ['file', { filename: 'b.jpg', bytes: jpeg }]],
  ]) assertProblem(await send(other), 409, 'idempotency_key_reused')
  assert.equal((await imagesOf(thing)).length, 1)

  const store = await seller(), documentKey = newKey()
  const kyc = await uploadDocument(store, pdf(), { key: documentKey })
  const same = await uploadDocument(store, pdf(), { key: documentKey })
  assert.equal(same.text, kyc.text)
  assert.equal((await documentsOf(store)).length, 1)
})

test('A06 one key, sent twenty times at once, adds one picture', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const key = newKey()
  const answers = await together(20, () => uploadImage(who, thing, png(), { key }))
  const made = answers.filter(a => a.status === 201)
  assert.equal(new Set(made.map(a => a.text)).size, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'idempotency_in_progress')
  assert.equal((await imagesOf(thing)).length, 1)
})

// ---- where they lie ----------------------------------------------------------

test('files have the modes they should, and documents are not readable', async () => {
  const who = await seller()
  const thing = await product({ seller: who, status: 'draft' })
  const body = await image(who, thing, jpeg)
  for (const url of [body.url, body.thumbnail_url])
    assert.equal(fs.statSync(fileOf(url)).mode & 0o7777, 0o644)
  const text = pdf(3000)
  assertStatus(await uploadDocument(who, text), 201)
  const [row] = await documentsOf(who)
  const file = path.join(documentFolder(main), row.storage_name)
  assert.equal(fs.statSync(file).mode & 0o7777, 0o600)
  assert.equal(fs.statSync(documentFolder(main)).mode & 0o7777, 0o700)
  const sealed = fs.readFileSync(file)
  for (const word of ['%PDF', 'Catalog', '%%EOF']) assert(!sealed.includes(word), word)
  assert.equal(sealed.length, text.length + 40 + 17)
})

test('no address leads to a document, nor to what is being written', async () => {
  const who = await seller()
  assertStatus(await uploadDocument(who, pdf()), 201)
  const [{ storage_name: name }] = await documentsOf(who)
  const unfinished = `.new-${'0'.repeat(32)}`
  fs.writeFileSync(path.join(mediaFolder(main), unfinished), 'secret')
  for (const target of [`/media/${name}`, `/media/files/${name}`, `/private/documents/${name}`,
    `/documents/${name}`, `/media/../private/documents/${name}`,
    `/media/files/../../private/documents/${name}`,
    `/media/%2e%2e/private/documents/${name}`, `/media/..%2fprivate/documents/${name}`,
    `/media/files/..%252f..%252fprivate/documents/${name}`, `/media//private/documents/${name}`,
    `/media/files/${unfinished}`, `/media/files/%2enew-${'0'.repeat(32)}`, '/media/files/',
    '/media/', '/upload/', '/private/', `/media../private/documents/${name}`]) {
    const answer = await api('GET', target)
    assert([400, 403, 404].includes(answer.status), `${target}: ${answer.status}`)
    assert(!answer.bytes.includes('secret'), target)
  }
  fs.unlinkSync(path.join(mediaFolder(main), unfinished))
})

test('an administrator saves a document; everybody else does not; it is noted', async () => {
  const who = await seller(), boss = await admin()
  const text = pdf(200000)
  const made = assertStatus(await uploadDocument(who, text), 201)
  const get = (token, id = made.id) => api('GET', '/api/admin/sellers/kyc/document/',
    { token, query: { id } })
  const answer = await get(boss)
  assert.equal(answer.status, 200)
  assert(answer.bytes.equals(text))
  assert.equal(answer.headers['content-type'], 'application/pdf')
  assert.equal(answer.headers['content-disposition'],
    `attachment; filename="pan_card-${made.id}.pdf"`)
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assertProblem(await get(who), 403, 'permission_denied')
  assertProblem(await get(undefined), 401, 'authentication_required')
  assertProblem(await get(boss, uuid7()), 404, 'not_found')
  const log = await sql`select action, entity, entity_id, changes from audit_log
    where actor_id = ${boss.id}`
  assert.deepEqual(log.map(l => [l.action, l.entity, l.entity_id]),
    [['kyc_document.read', 'seller', who.sellerId]])
})

test('a document that was changed, cut, swapped or misnamed is not handed out', async () => {
  const own = await startInstance()
  const who = await seller({}, own), boss = await admin(own)
  for (const size of [200000, 70000])
    assertStatus(await uploadDocument(who, pdf(size), { on: own }), 201)
  const rows = await documentsOf(who, own)
  const file = n => path.join(documentFolder(own), rows[n].storage_name)
  const get = n => own.api('GET', '/api/admin/sellers/kyc/document/', { token: boss,
    query: { id: rows[n].id }, headers: { 'x-request-id': unique('provoked-') } })
  const whole = fs.readFileSync(file(0)), other = fs.readFileSync(file(1))
  const changed = at => {
    const copy = Buffer.from(whole)
    copy[at] ^= 1
    return copy
  }
  for (const bytes of [changed(0), changed(9), changed(20), changed(60), whole.subarray(0, 30),
    Buffer.alloc(0), other]) {
    fs.writeFileSync(file(0), bytes)
    assertProblem(await get(0), 500, 'internal_error')
  }
  // What breaks later breaks the answer off.
  for (const bytes of [changed(150000), whole.subarray(0, 150000),
    whole.subarray(0, 40 + 65553 * 3), Buffer.concat([whole, Buffer.from('x')])]) {
    fs.writeFileSync(file(0), bytes)
    const answer = await get(0).catch(error => ({ cut: error.code ?? error.message }))
    assert(answer.cut || answer.status >= 500 || answer.bytes.length < 200000,
      `${answer.status} ${answer.bytes?.length}`)
  }
  fs.writeFileSync(file(0), whole)
  assert.equal((await get(0)).bytes.length, 200000)
  assert.equal((await get(1)).bytes.length, 70000)
})

test('a key that was changed opens old documents while it is remembered', async () => {
  const first = await startInstance()
  const who = await seller({}, first)
  assertStatus(await uploadDocument(who, pdf(3000), { on: first }), 201)
  const [row] = await documentsOf(who, first)
  const sealed = fs.readFileSync(path.join(documentFolder(first), row.storage_name))
  const read = async settings => {
    const on = await startInstance(settings)
    const store = await seller({}, on)
    fs.writeFileSync(path.join(documentFolder(on), row.storage_name), sealed)
    const id = uuid7()
    await on.sql`insert into kyc_document (id, seller_id, document_type, storage_name, content_type,
      byte_size, sha256) values (${id}, ${store.sellerId}, 'pan_card', ${row.storage_name},
      'application/pdf', 3000, decode(${row.digest}, 'hex'))`
    return on.api('GET', '/api/admin/sellers/kyc/document/', { token: await admin(on),
      query: { id }, headers: { 'x-request-id': unique('provoked-') } })
  }
  const secret = first.settings.HAAT_SECRET
  assertProblem(await read({ DOCUMENT_KEY: 'k'.repeat(40) }), 500, 'internal_error')
  const answer = await read({ DOCUMENT_KEY: 'k'.repeat(40),
    DOCUMENT_KEYS_PREVIOUS: `${'p'.repeat(32)},${secret}` })
  assert(answer.bytes.equals(pdf(3000)))
})

// ---- what a failure leaves behind --------------------------------------------

const old = file => fs.utimesSync(file, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200)

/** Numbers of the processes that serve uploads. */
const workers = on => fs.readdirSync('/proc').filter(pid => {
  try {
    return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/comm`, 'latin1') === 'uploads\n' &&
      fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`STATE_DIR=${fs.realpathSync(
        on.stateDir)}\0`)
  } catch {
    return false
  }
}).map(Number)

test('killed between file and row: nothing but what the sweeper removes', async () => {
  const own = await startInstance()
  const who = await seller({}, own)
  const thing = await product({ seller: who, status: 'draft' }, own)
  const kept = await image(who, thing, jpeg, { on: own })
  const key = newKey()
  const holder = own.session()
  await holder.sql`begin`
  await holder.sql`select from product where id = ${thing.id} for update`
  const before = new Set(filesIn(mediaFolder(own)))
  const dying = uploadImage(who, thing, png(), { on: own, key })
  const fresh = () => filesIn(mediaFolder(own)).filter(f => !before.has(f))
  await until(() => fresh().length === 2 && fresh().every(f => !f.startsWith('.')),
    { what: 'the files to be there' })
  for (const pid of workers(own)) process.kill(pid, 'SIGKILL')
  assert((await dying).status >= 500)
  await holder.sql`rollback`
  holder.close()
  assert.equal((await imagesOf(thing, own)).length, 1)
  assert.equal(fresh().length, 2)

  // Too young to be judged: its request may still be under way.
  const early = await runJob(own, 'sweep')
  assert.equal(early.status, 0, early.text)
  assert.equal(fresh().length, 2)
  for (const f of filesIn(mediaFolder(own))) old(path.join(mediaFolder(own), f))
  const orphan = path.join(documentFolder(own), 'a'.repeat(32))
  const half = [path.join(documentFolder(own), `.new-${'b'.repeat(32)}`),
    path.join(mediaFolder(own), `.new-${'c'.repeat(32)}`)]
  const foreign = path.join(mediaFolder(own), 'readme.txt')
  for (const f of [orphan, ...half, foreign]) {
    fs.writeFileSync(f, 'x')
    old(f)
  }
  assertStatus(await uploadDocument(who, pdf(), { on: own }), 201)
  const [row] = await documentsOf(who, own)
  old(path.join(documentFolder(own), row.storage_name))

  const dry = await runJob(own, 'sweep', ['--dry-run'])
  assert.deepEqual([dry.counts.pictures, dry.counts.documents, dry.counts.unfinished], [2, 1, 2],
    dry.text)
  assert(fs.existsSync(orphan))
  const swept = await runJob(own, 'sweep')
  assert.deepEqual([swept.counts.pictures, swept.counts.documents, swept.counts.unfinished],
    [2, 1, 2], swept.text)
  assert.deepEqual(filesIn(mediaFolder(own)),
    [path.basename(kept.url), path.basename(kept.thumbnail_url), 'readme.txt'].sort())
  assert.deepEqual(filesIn(documentFolder(own)), [row.storage_name])
  // The same key runs now, and makes one picture.
  assertStatus(await uploadImage(who, thing, png(), { on: own, key }), 201)
  assert.equal((await imagesOf(thing, own)).length, 2)
  assert.equal((await fetchFile(kept.url, own)).status, 200)
})

test('more files than the sweeper asks about at once', async () => {
  const own = await startInstance()
  const names = Array.from({ length: 450 }, (_, i) => i.toString(16).padStart(32, '0'))
  const thing = await product({}, own)
  for (const [i, name] of names.entries()) {
    for (const ending of ['.jpg', '.s.jpg']) {
      const file = path.join(mediaFolder(own), name + ending)
      fs.writeFileSync(file, 'x')
      old(file)
    }
    if (i % 3 === 0)
      await own.sql`insert into product_image (id, product_id, url, thumbnail_url)
        values (${uuid7()}, ${thing.id}, ${`/media/files/${name}.jpg`},
          ${`/media/files/${name}.s.jpg`})`
  }
  assert.equal((await runJob(own, 'sweep')).counts.pictures, 600)
  assert.equal(filesIn(mediaFolder(own)).length, 300)
  assert.equal((await runJob(own, 'sweep')).counts.pictures, 0)
})

const isTraced = pid => !/^TracerPid:\t0$/m.test(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))

/** Runs work while the system calls of these processes fail; on one file, if that is named. */
async function whileFailing(pids, what, work) {
  const [calls, error, file] = what
  const tracer = spawn('strace', ['-f', '-qq', ...pids.flatMap(pid => ['-p', String(pid)]),
    ...file ? ['-P', file] : [], '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`,
    '-o', '/dev/null'],
  { stdio: 'ignore' })
  await until(() => pids.every(isTraced), { what: 'strace to hold the processes' })
  try {
    return await work()
  } finally {
    tracer.kill('SIGINT')
    await new Promise(resolve => tracer.on('close', resolve))
  }
}

test('H07 a full or broken disk is 503, without a row, and the processes live', async t => {
  const own = await startInstance()
  const who = await seller({}, own)
  const thing = await product({ seller: who, status: 'draft' }, own)
  await image(who, thing, jpeg, { on: own })
  const pids = workers(own)
  const before = allFiles(own)
  for (const what of [['fsync', 'EIO'], ['fsync', 'ENOSPC'], ['rename', 'ENOSPC'],
    ['openat,openat2', 'ENOSPC'], ['fchmod', 'EIO']]) {
    const key = newKey()
    await whileFailing(pids, what, async () => {
      assertProblem(await uploadImage(who, thing, png(), { on: own, key }), 503,
        'service_unavailable')
      assertProblem(await uploadDocument(who, pdf(), { on: own }), 503, 'service_unavailable')
    })
    t.diagnostic(`H07 ${what.join(' ')}: 503`)
    assert.equal((await imagesOf(thing, own)).length, 1)
    assert.deepEqual(await documentsOf(who, own), [])
    assert.deepEqual(allFiles(own).filter(f => !f.startsWith('.')), before)
  }
  // Counted for each process: its own first write is that of the body, and then the first of
  // each decoder.
  await whileFailing(pids, ['write', 'ENOSPC:when=1'], async () => {
    for (let i = 0; i < 3; i++)
      assertProblem(await uploadImage(who, thing, png(), { on: own }), 503, 'service_unavailable')
  })
  assert.equal((await imagesOf(thing, own)).length, 1)
  assert.deepEqual(workers(own), pids, 'the processes live')
  assertStatus(await uploadImage(who, thing, png(), { on: own }), 201)
  assertStatus(await uploadDocument(who, pdf(), { on: own }), 201)
})

test('H07 a log that cannot be written stops nobody', async () => {
  const own = await startInstance()
  const who = await seller({}, own)
  const thing = await product({ seller: who, status: 'draft' }, own)
  await image(who, thing, jpeg, { on: own })
  const log = fs.realpathSync(path.join(own.stateDir, 'log/app.log'))
  const pids = workers(own), ids = []
  for (const error of ['ENOSPC', 'EIO'])
    await whileFailing(pids, ['write', error, log], async () => {
      const form = formOf([['product_id', thing.id], ['file', { bytes: png() }]])
      ids.push(unique('unlogged'))
      assertStatus(await own.api('POST', '/api/products/upload-image/', { token: who, raw: form.raw,
        headers: { ...form.headers, 'x-request-id': ids.at(-1) } }), 201)
    })
  await image(who, thing, jpeg, { on: own })
  assert.equal((await imagesOf(thing, own)).length, 4)
  assert.deepEqual(workers(own), pids, 'the processes live')
  const text = fs.readFileSync(log, 'utf8')
  for (const id of ids) assert(!text.includes(`request_id=${id}`), 'no line of it was written')
})

test('uploads survive the failure of any call, and are kept once', async () => {
  const who = await seller()
  let pictures = 0, documents = 0
  const thing = await product({ seller: who, status: 'draft' })
  for (let n = 1; n <= 12; n++) {
    const key = newKey(), other = newKey()
    const fault = { 'x-haat-fault': String(n) }
    const twice = async send => {
      const broken = await send(fault)
      assert([201, 503, 504].includes(broken.status), `fault ${n}: ${broken.status} ${broken.text}`)
      assertStatus(await send({}), 201)
    }
    const form = formOf([['product_id', thing.id], ['file', { bytes: png() }]])
    await twice(headers => api('POST', '/api/products/upload-image/', { token: who, key,
      raw: form.raw, headers: { ...form.headers, ...headers } }))
    assert.equal((await imagesOf(thing)).length, ++pictures, `fault ${n}`)
    const paper = formOf([['document_type', 'pan_card'], ['file', { bytes: pdf() }]])
    await twice(headers => api('POST', '/api/sellers/kyc/upload/', { token: who, key: other,
      raw: paper.raw, headers: { ...paper.headers, ...headers } }))
    assert.equal((await documentsOf(who)).length, ++documents, `fault ${n}`)
  }
})
