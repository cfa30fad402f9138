/*
 * Files: each in the coding that the caller takes, for ever where the name says what
 * they hold, and asked for again where it does not.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import zlib from 'node:zlib'

import { admin, api, assertStatus, main, root } from './harness.mjs'

const folder = path.join(root, 'build/static')
const walk = at => fs.readdirSync(at, { withFileTypes: true }).flatMap(entry =>
  entry.isDirectory() ? walk(path.join(at, entry.name)) : [path.join(at, entry.name)])
const files = walk(folder).filter(file => !/\.(br|gz)$/.test(file))
const url = file => `/${path.relative(folder, file)}`.replace(/\/index\.html$/, '/')
const hashed = /^\/(admin|docs|site)\/[0-9a-f]{16}\//
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }
const decode = { br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync }

const get = async (target, coding, headers = {}, method = 'GET') =>
  api(method, target, { headers: { ...(coding ? { 'Accept-Encoding': coding } : {}), ...headers } })

test('every file comes plain, as gzip and as br: same bytes, same type, tags of their own', async () => {
  assert(files.length > 40)
  for (const file of files) {
    const bytes = fs.readFileSync(file)
    const tags = new Set()
    for (const coding of [null, 'gzip', 'br']) {
      const what = `${url(file)} ${coding}`
      const answer = await get(url(file), coding)
      assertStatus(answer, 200)
      assert.equal(answer.headers['content-encoding'], coding ?? undefined, what)
      assert.equal(answer.headers.vary, 'Accept-Encoding', what)
      assert.equal(answer.headers['content-type'], types[path.extname(file).slice(1)], what)
      assert.deepEqual(coding ? decode[coding](answer.bytes) : answer.bytes, bytes, what)
      assert(!coding || bytes.length < 500 || answer.bytes.length < bytes.length * 0.7, what)
      tags.add(answer.headers.etag)
      const again = await get(url(file), coding, { 'If-None-Match': answer.headers.etag })
      assert.equal(again.status, 304, what)
      assert.equal(again.headers.vary, 'Accept-Encoding', what)
      assert.equal(again.headers['cache-control'], answer.headers['cache-control'], what)
    }
    assert.equal(tags.size, 3, `${url(file)}: a tag stands for one coding`)
  }
})

test('a page is asked for each time; what it loads may be kept for ever', async () => {
  for (const file of files) {
    const { headers } = await get(url(file), 'br')
    const page = file.endsWith('.html')
    assert.equal(hashed.test(url(file)), !page, url(file))
    assert.equal(headers['cache-control'], page ? 'no-cache' : 'public, max-age=31536000, immutable', url(file))
    assert.match(headers['content-security-policy'], page ? /default-src 'none'; script-src 'self';/
      : /^default-src 'none'; frame-ancestors 'none'$/, url(file))
    assert(!/unsafe/.test(headers['content-security-policy']), url(file))
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

test('pages name only files that are there, under the hash', async () => {
  for (const file of files.filter(f => f.endsWith('.html'))) {
    const text = fs.readFileSync(file, 'utf8')
    const named = [...text.matchAll(/<(?:link|script)[^>]* (?:href|src)="([^"]+)"/g)].map(m => m[1])
    assert(named.length > 0, file)
    for (const name of named) {
      assert.match(name, hashed)
      assertStatus(await get(name, 'br'), 200)
    }
    assert(!/<script(?![^>]* src=)|<style|style=| on[a-z]+=/.test(text), `${file} holds no inline script or style`)
  }
})

test('a coding is refused by q=0, and HEAD answers as GET does', async () => {
  for (const [accept, coding] of [['br;q=0, gzip', 'gzip'], ['br;q=0.0,gzip;q=0', undefined], ['identity', undefined],
    ['gzip;q=0.3, br;q=0.2', 'br'], ['GZIP', 'gzip'], ['x-br, deflate', undefined]]) {
    const answer = await get('/admin/', accept)
    assert.equal(answer.headers['content-encoding'], coding, accept)
    const head = await get('/admin/', accept, {}, 'HEAD')
    for (const name of ['content-encoding', 'content-type', 'content-length', 'vary', 'etag', 'cache-control'])
      assert.equal(head.headers[name], answer.headers[name], `${accept}: ${name}`)
  }
})

test('a hash that is not there is 404, and nobody keeps that', async () => {
  const [, part, hash] = url(files.find(f => f.endsWith('/app.js'))).split('/')
  for (const target of [`/${part}/0000000000000000/app.js`, `/${part}/${hash}/nothing.js`, '/admin/app.js']) {
    const answer = await get(target, 'br')
    assert.equal(answer.status, 404, target)
    assert.equal(answer.headers['cache-control'], 'no-store', target)
    assert.equal(answer.headers['content-encoding'], undefined, target)
  }
})

test('the OpenAPI document goes out small', async () => {
  const plain = assertStatus(await get('/schema/'), 200)
  const small = await fetch(`${main.url}/schema/`, { headers: { 'Accept-Encoding': 'br' } })
  assert.equal(small.headers.get('content-encoding'), 'br')
  assert.match(small.headers.get('vary'), /Accept-Encoding/)
  assert.deepEqual(await small.json(), plain)
  const bytes = Number(small.headers.get('content-length'))
  assert(bytes > 0 && bytes < 60_000, `${bytes} bytes`)
})

test('what is told before anybody signs in: whether this is a demo, its logins, its time zone', async () => {
  const told = assertStatus(await get('/instance.json'), 200)
  assert.deepEqual(Object.keys(told).sort(), ['demo', 'logins', 'timezone'])
  const { timezone } = assertStatus(await api('GET', '/api/admin/queues/', { token: await admin() }), 200)
  assert.equal(told.timezone, timezone)
})
