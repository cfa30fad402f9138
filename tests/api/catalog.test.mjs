/* What everybody may see: categories, lists, filters, search and one product. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, category, customer, keysOf,
  product, seller, sql, unique, uuid7, walk } from './harness.mjs'

const get = (path, query, options) => api('GET', `/api/${path}`, { query, ...options })
const ok = async (path, query, options) => assertStatus(await get(path, query, options), 200)
const follow = target => api('GET', target)
const idsOf = pages => [pages].flat().flatMap(p => p.results.map(r => r.id))
const sortOf = list => [...list].sort()

const summaryKeys = ['brand', 'category', 'compare_at_price', 'created_at', 'currency', 'id',
  'image', 'in_stock', 'name', 'price', 'rating_average', 'rating_count', 'seller', 'slug']
const productKeys = [...summaryKeys, 'attributes', 'description', 'hsn_code', 'images',
  'min_order_quantity', 'options', 'tax_rate_bps', 'variants'].sort()
const privateKeys = ['pending_changes', 'rejection_reason', 'status']

/** Pages from the last one back to the first, as previous leads. */
async function walkBack(last) {
  const pages = [last]
  while (pages[0].previous) {
    assert(pages.length < 500, 'the walk back has no end')
    pages.unshift(assertStatus(await follow(pages[0].previous), 200))
  }
  return pages
}

/** Forwards and back, every row once; gives the ids in their order. */
async function walkBoth(path, query) {
  const first = `/api/${path}?${new URLSearchParams(query)}`
  const pages = await walk(first, follow)
  const ids = idsOf(pages)
  assert.equal(new Set(ids).size, ids.length, 'a row came twice')
  for (const page of pages.slice(0, -1)) assert.equal(page.results.length, pages[0].results.length)
  assert.equal(pages[0].previous, null)
  assert.equal(pages.at(-1).next, null)
  assert.deepEqual(idsOf(await walkBack(pages.at(-1))), ids)
  for (const page of pages) assert.equal(page.count, ids.length)
  return ids
}

const set = (thing, { rating = 0, ratings = rating ? 1 : 0, popularity = 0, attributes = {},
  compareAt = null } = {}) => sql`
  update product set rating_sum = ${rating * ratings}, rating_count = ${ratings},
    popularity = ${popularity}, attributes = ${JSON.stringify(attributes)}::jsonb,
    compare_at_price = ${compareAt}
  where id = ${thing.id}`

describe('a shelf of 23 products with many equals', () => {
  let root, leaf, store, things

  before(async () => {
    root = await category()
    leaf = await category({ parent: root.id })
    store = await seller()
    things = []
    for (let i = 0; i < 23; i++) {
      const thing = await product({ seller: store, category: i % 3 ? leaf : root,
        price: 1000 + 500 * (i % 4), stock: i % 5, brand: ['Zubaan', 'ZUBAAN', 'Ékla'][i % 3],
        name: `${unique('Blanket')} ${i}` })
      await set(thing, { rating: i % 6, popularity: i % 3,
        attributes: { Colour: ['Red', 'Blue', 'Dark "green"'][i % 3], Size: String(i % 2) } })
      things.push({ ...thing, i })
    }
    // Neither of these may ever be seen.
    for (const status of ['draft', 'pending', 'rejected', 'archived'])
      await product({ seller: store, category: leaf, status })
  })

  const inOrder = {
    '-created_at': () => 0,
    price: (a, b) => a.i % 4 - b.i % 4,
    '-price': (a, b) => b.i % 4 - a.i % 4,
    '-rating': (a, b) => b.i % 6 - a.i % 6,
    '-popularity': (a, b) => b.i % 3 - a.i % 3,
  }
  for (const [sort, compare] of Object.entries(inOrder)) {
    for (const by of ['category', 'leaf', 'seller', 'both']) {
      test(`sort=${sort} by ${by}: each row once, forwards and back`, async () => {
        const query = { sort, page_size: 4 }
        if (by === 'category' || by === 'both') query.category = root.slug
        if (by === 'leaf') query.category = leaf.id
        if (by === 'seller' || by === 'both') query.seller = store.slug
        const oldestFirst = sort === 'price' ? 1 : -1
        const want = things.filter(t => by !== 'leaf' || t.i % 3)
          .sort((a, b) => compare(a, b) || oldestFirst * (a.i - b.i)).map(t => t.id)
        assert.deepEqual(await walkBoth('products/list/', query), want)
        const byNumber = []
        for (let page = 1; page <= Math.ceil(want.length / 4); page++)
          byNumber.push(await ok('products/list/', { ...query, page }))
        assert.deepEqual(idsOf(byNumber), want)
        const beyond = await ok('products/list/', { ...query, page: 50 })
        assert.deepEqual(beyond.results, [])
        assert.equal(beyond.count, want.length)
      })
    }
  }

  test('a row is a product_summary, with the public names of category and store', async () => {
    const { results } = await ok('products/list/', { seller: store.sellerId, page_size: 100 })
    for (const row of results) assert.deepEqual(keysOf(row), summaryKeys)
    const thing = things[5], row = results.find(r => r.id === thing.id)
    assert.deepEqual(row.category, { id: leaf.id, name: leaf.name, slug: leaf.slug })
    assert.deepEqual(row.seller,
      { id: store.sellerId, store_name: store.storeName, slug: store.slug })
    assert.deepEqual([row.price, row.currency, row.rating_average, row.rating_count, row.in_stock,
      row.image], [1500, 'INR', 5, 1, false, null])
    assert.equal(results.find(r => r.id === things[0].id).rating_average, null)
  })

  test('a category may be named by slug or id, and what does not exist is empty', async () => {
    for (const name of [root.slug, root.id]) {
      assert.equal((await ok('products/list/', { category: name })).count, 23)
      assert.equal((await ok('products/filter/', { category: name })).count, 23)
    }
    for (const query of [{ category: unique('none') }, { category: uuid7() },
      { seller: unique('none') }, { seller: uuid7() }]) {
      const body = await ok('products/list/', query)
      assert.deepEqual(body, { count: 0, next: null, previous: null, results: [] })
    }
  })

  test('the tree counts products of a category and of all below it', async () => {
    const { results } = await ok('categories/list/', { page_size: 500 })
    const found = id => results.find(c => c.id === id)
    assert.deepEqual(found(root.id), { id: root.id, name: root.name, slug: root.slug,
      parent_id: null, position: 0, product_count: 23 })
    assert.deepEqual([found(leaf.id).parent_id, found(leaf.id).product_count], [root.id, 15])
    assertInvalid(await get('categories/list/', { page_size: 501 }), 'page_size')
    const ids = await walkBoth('categories/list/', { page_size: 3 })
    // Other tests make and drop categories meanwhile.
    const later = (await ok('categories/list/', { page_size: 500 })).results.map(c => c.id)
    const before = results.map(c => c.id)
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(before.filter(id => later.includes(id) && !ids.includes(id)), [])
    assert.deepEqual(ids.filter(id => !before.includes(id) && !later.includes(id)), [])
  })

  const narrow = [
    ['brand in another case', [['brand', 'zUbAaN']], t => t.i % 3 < 2],
    ['two brands', [['brand', 'zubaan'], ['brand', 'ékla']], () => true],
    ['a brand beyond ASCII', [['brand', 'éKLA']], t => t.i % 3 === 2],
    ['prices', [['min_price', '1500'], ['max_price', '2000']], t => [1, 2].includes(t.i % 4)],
    ['stars', [['rating', '4']], t => t.i % 6 >= 4],
    ['stock', [['in_stock', 'true']], t => t.i % 5 > 0],
    ['stock, not asked for', [['in_stock', 'false']], () => true],
    ['an attribute', [['attr.Colour', 'Red']], t => t.i % 3 === 0],
    ['an attribute with quotes', [['attr.Colour', 'Dark "green"']], t => t.i % 3 === 2],
    ['values of one attribute', [['attr.Colour', 'Red'], ['attr.Colour', 'Blue']],
      t => t.i % 3 < 2],
    ['two attributes', [['attr.Colour', 'Red'], ['attr.Size', '1']],
      t => t.i % 3 === 0 && t.i % 2 === 1],
    ['all of it', [['brand', 'zubaan'], ['min_price', '1500'], ['rating', '2'], ['in_stock', '1'],
      ['attr.Size', '1'], ['attr.Colour', 'Red']],
    t => t.i % 3 === 0 && t.i % 4 >= 1 && t.i % 6 >= 2 && t.i % 5 > 0 && t.i % 2 === 1],
    ['an attribute nobody has', [['attr.x\'"\\', '1']], () => false],
  ]
  for (const [name, filters, keep] of narrow) {
    test(`filter by ${name}`, async () => {
      const want = sortOf(things.filter(keep).map(t => t.id))
      for (const sort of Object.keys(inOrder)) {
        const ids = await walkBoth('products/filter/',
          [['category', root.slug], ['page_size', 5], ['sort', sort], ...filters])
        assert.deepEqual(sortOf(ids), want)
      }
    })
  }

  test('facets tell how many match, and only when asked for', async () => {
    const query = { category: root.slug, min_price: 1500, page_size: 2 }
    const left = things.filter(t => t.i % 4 >= 1)
    assert(!('facets' in await ok('products/filter/', query)))
    const { facets, count } = await ok('products/filter/', { ...query, facets: true })
    assert.equal(count, left.length)
    assert.deepEqual(keysOf(facets), ['brands', 'categories', 'price', 'ratings'])
    const inLeaf = left.filter(t => t.i % 3).length
    assert.deepEqual(facets.categories, [
      { id: leaf.id, slug: leaf.slug, name: leaf.name, count: inLeaf },
      { id: root.id, slug: root.slug, name: root.name, count: left.length - inLeaf }])
    assert.deepEqual(facets.brands.map(b => [b.value.toLowerCase(), b.count]), [
      ['zubaan', left.filter(t => t.i % 3 < 2).length],
      ['ékla', left.filter(t => t.i % 3 === 2).length]])
    assert.deepEqual(facets.ratings, [5, 4, 3, 2, 1].map(value =>
      ({ value, count: left.filter(t => t.i % 6 >= value).length })))
    assert.deepEqual(facets.price, { min: 1500, max: 2500 })
    const none = await ok('products/filter/', { category: unique('none'), facets: true })
    assert.deepEqual(none.facets,
      { categories: [], brands: [], ratings: [], price: { min: null, max: null } })
  })

  test('a suspended store is not seen', async () => {
    await sql`update product set seller_active = false where seller_id = ${store.sellerId}`
    assert.equal((await ok('products/list/', { category: root.slug })).count, 0)
    assertProblem(await get('products/detail/', { id: things[0].id }), 404, 'not_found')
    await sql`update product set seller_active = true where seller_id = ${store.sellerId}`
    assert.equal((await ok('products/list/', { category: root.slug })).count, 23)
  })
})

test('E06 numbers outside are 400, and so are unlisted sorts and parameters', async () => {
  for (const path of ['products/list/', 'products/filter/', 'products/search/',
    'categories/list/']) {
    const q = path === 'products/search/' ? { q: 'x' } : {}
    const above = path === 'categories/list/' ? '501' : '101'
    for (const size of ['0', '-1', '1000000000', '1.5', '', 'x', above])
      assertInvalid(await get(path, { ...q, page_size: size }), 'page_size')
    for (const page of ['0', '-1', '1000000000', '99999999999999999999'])
      assertInvalid(await get(path, { ...q, page }), 'page')
    assertInvalid(await get(path, { ...q, page: 600 }), 'page')
    assertInvalid(await get(path, { ...q, cursor: 'x' }), 'cursor')
    assertInvalid(await get(path, { ...q, nonsense: 1 }), 'nonsense')
    assertInvalid(await get(path, { ...q, sort: 'password_hash' }), 'sort')
  }
  for (const sort of ['relevance', 'name', '-id', 'price;drop table product', '']) {
    assertInvalid(await get('products/list/', { sort }), 'sort')
    assertInvalid(await get('products/filter/', { sort }), 'sort')
  }
  for (const [name, value] of [['min_price', '-1'], ['max_price', 'x'], ['rating', '0'],
    ['rating', '6'], ['in_stock', 'maybe'], ['facets', '2'], ['category', ''],
    ['brand', 'b'.repeat(201)], ['attr.', 'x']])
    assert.equal((await get('products/filter/', { [name]: value })).status, 400, `${name}=${value}`)
  assertInvalid(await get('products/list/', { brand: 'x' }), 'brand')
})

test('a cursor is of its own list and order, and nobody else can make one', async () => {
  const shelf = await category()
  for (let i = 0; i < 3; i++) await product({ category: shelf, price: 1000 + i })
  const page = await ok('products/list/', { category: shelf.slug, sort: 'price', page_size: 1 })
  const cursor = new URLSearchParams(page.next.split('?')[1]).get('cursor')
  const query = { category: shelf.slug, cursor }
  assertInvalid(await get('products/list/', { ...query, sort: '-price' }), 'cursor')
  assertInvalid(await get('products/list/', { ...query, sort: 'price', page: 2 }), 'page')
  const text = Buffer.from(cursor, 'base64url').toString()
  for (const bad of ['', text.slice(0, -4) + 'x', text.replace('price', 'name'),
    text.replace(/[^|]*$/, m => m.slice(0, 36) + '99999999999999999999'), '>relevance|',
    text.replace(/[^|]*$/, m => m.slice(0, 36))])
    assertInvalid(await get('products/list/',
      { ...query, sort: 'price', cursor: Buffer.from(bad).toString('base64url') }), 'cursor')
})

test('ids decide among products made while somebody reads: none twice, none missing', async () => {
  const shelf = await category()
  const old = []
  for (let i = 0; i < 7; i++) old.push((await product({ category: shelf })).id)
  const first = await ok('products/list/', { category: shelf.slug, page_size: 3 })
  for (let i = 0; i < 4; i++) await product({ category: shelf })
  const rest = await walk(first.next, follow)
  assert.deepEqual(idsOf([first, ...rest]), old.reverse())
})

describe('search', () => {
  const word = () => [...Array(9)].map(() => 'bcdfghjklmnprstvwz'[Math.random() * 18 | 0]).join('')
  const rare = word(), brand = word(), described = word()
  let shelf, named, branded, told

  before(async () => {
    shelf = await category()
    told = await product({ category: shelf, name: unique('Thing'),
      description: `Goes well with ${rare} and is ${described}.` })
    named = await product({ category: shelf, name: `Fine ${rare} lamp`, price: 5000 })
    branded = await product({ category: shelf, name: unique('Chair'), brand, price: 7000 })
    await product({ category: shelf, name: `Hidden ${rare}`, status: 'pending' })
  })

  const found = async (q, more) => idsOf(await ok('products/search/', { q, ...more }))

  test('finds words of names, brands and descriptions; the name counts most', async () => {
    assert.deepEqual(await found(rare), [named.id, told.id])
    assert.deepEqual(await found(rare.toUpperCase()), [named.id, told.id])
    assert.deepEqual(await found(`${rare} lamps`), [named.id])
    assert.deepEqual(await found(brand), [branded.id])
    assert.deepEqual(await found(described), [told.id])
    assert.deepEqual(await found(`${brand} ${rare}`), [])
    const { results, count } = await ok('products/search/', { q: rare })
    assert.equal(count, 2)
    for (const row of results) assert.deepEqual(keysOf(row), summaryKeys)
  })

  test('one typing error in a word still finds it, wherever it is', async () => {
    for (let i = 0; i < rare.length; i++) {
      const head = rare.slice(0, i), tail = rare.slice(i)
      const wrong = [head + tail.slice(1), head + 'q' + tail, head + 'q' + tail.slice(1)]
      if (tail.length > 1 && tail[0] !== tail[1])
        wrong.push(head + tail[1] + tail[0] + tail.slice(2))
      for (const q of wrong)
        assert((await found(q)).includes(named.id), `${q} for ${rare}`)
    }
    assert((await found(`${brand.slice(1)} chair`)).includes(branded.id))
    assert((await found(`lamp ${rare.slice(0, -1)}x`)).includes(named.id))
  })

  test('takes all filters and sorts, and facets', async () => {
    assert.deepEqual(await found(rare, { min_price: 5000, max_price: 5000 }), [named.id])
    assert.deepEqual(await found(rare, { category: unique('none') }), [])
    for (const sort of ['relevance', '-created_at', 'price', '-price', '-rating', '-popularity'])
      assert.deepEqual(sortOf(await found(rare, { sort })), sortOf([named.id, told.id]))
    const { facets } = await ok('products/search/', { q: rare, facets: true })
    assert.deepEqual(facets.categories.map(c => [c.id, c.count]), [[shelf.id, 2]])
  })

  test('by relevance, pages lead through all matches and back', async () => {
    const common = word(), many = []
    for (let i = 0; i < 13; i++)
      many.push((await product({ category: shelf,
        name: `${i % 3 ? unique('Box') : common} ${common} ${i}` })).id)
    for (const size of [1, 4, 13, 100]) {
      const ids = await walkBoth('products/search/', { q: common, page_size: size })
      assert.deepEqual(sortOf(ids), sortOf(many))
    }
    const mistyped = await walkBoth('products/search/', { q: `${common}q`, page_size: 5 })
    assert.deepEqual(sortOf(mistyped), sortOf(many))
  })

  test('more than one window of matches: every one once, forwards, back and by number',
    async () => {
      const common = word(), store = await seller()
      await sql`
        insert into product (id, seller_id, category_id, name, slug, status, price)
        select overlay(overlay(md5(${common} || g) placing lpad(to_hex(
            (extract(epoch from now()) * 1000)::bigint + g), 12, '0') || '7' from 1)
            placing '8' from 17)::uuid,
          ${store.sellerId}, ${shelf.id}, repeat(${common} || ' ', 1 + g % 3) || g,
          ${common} || '-' || g, 'approved', 100 + g
        from generate_series(1, 1100) g`
      for (const size of [100, 73]) {
        const ids = await walkBoth('products/search/', { q: common, page_size: size })
        assert.equal(ids.length, 1100)
        const byNumber = []
        for (let page = 1; page <= Math.ceil(1100 / size); page++)
          byNumber.push(await ok('products/search/', { q: common, page_size: size, page }))
        assert.equal(new Set(idsOf(byNumber)).size, 1100)
      }
      const { results } = await ok('products/search/', { q: common, page: 5000, page_size: 2 })
      assert.deepEqual(results, [])
    })

  test('what cannot be words finds nothing, and breaks nothing', async () => {
    for (const q of ["'", '"', '\\', "\\'", 'the', '& | !', ':*', '<->', '()', "x' or '1'='1", '%',
      '\u{1F600}', 'é', '%_%', ' a ', 'a'.repeat(200), 'ab '.repeat(60), "o''reilly",
      '-', '{}', '$1', "');select 1;--", '\u00a0x\u00a0', 'घर', 'क्', 'x:A', 'x*']) {
      await ok('products/search/', { q })
      await ok('products/search/', { q, sort: 'price', facets: true })
      await ok('products/suggest/', { q })
    }
    assertInvalid(await get('products/search/', {}), 'q')
    assertInvalid(await get('products/search/', { q: '  ' }), 'q')
    assertInvalid(await get('products/search/', { q: 'x'.repeat(201) }), 'q')
    assertInvalid(await get('products/suggest/', {}), 'q')
  })

  test('suggestions complete the last word and name products', async () => {
    const { results } = await ok('products/suggest/', { q: rare.slice(0, 6) })
    assert.deepEqual(results[0], { text: rare, product_id: null })
    assert(results.some(r => r.product_id === named.id && r.text === `Fine ${rare} lamp`))
    assert(results.length <= 10)
    const more = await ok('products/suggest/', { q: `fine ${rare.slice(0, 5).toUpperCase()}` })
    assert.deepEqual(more.results[0], { text: `fine ${rare}`, product_id: null })
    assert.deepEqual((await ok('products/suggest/', { q: `q${unique('q')}` })).results, [])
  })
})

describe('one product', () => {
  let thing, store

  before(async () => {
    store = await seller()
    thing = await product({ seller: store, description: 'Warm.', brand: 'Ekla', minimum: 2,
      taxRate: 1200, variants: [
        { price: 9000, stock: 7, options: { Colour: 'Red' }, title: 'Red',
          tiers: [{ min_quantity: 10, price: 8000 }, { min_quantity: 5, price: 8500 },
            { min_quantity: 5, price: 7000, audience: 'business' }] },
        { price: 8800, stock: 0, options: { Colour: 'Blue' }, title: 'Blue' }] })
    await set(thing, { rating: 4, ratings: 3, attributes: { Weave: 'Plain' }, compareAt: 9900 })
    await sql`insert into product_image (id, product_id, url, thumbnail_url, alt, position)
      values (${uuid7()}, ${thing.id}, '/media/b.jpg', '/media/b.s.jpg', null, 1),
        (${uuid7()}, ${thing.id}, '/media/a.jpg', '/media/a.s.jpg', 'Front', 0)`
  })

  test('is shown in full, by id and by slug alike', async () => {
    await sql`update stock set reserved = 3 where variant_id = ${thing.variantId}`
    const body = await ok('products/detail/', { id: thing.id })
    assert.deepEqual(await ok('products/detail/', { slug: thing.slug }), body)
    await sql`update stock set reserved = 0 where variant_id = ${thing.variantId}`
    assert.deepEqual(keysOf(body), productKeys)
    assert.deepEqual([body.description, body.attributes, body.options, body.min_order_quantity,
      body.tax_rate_bps, body.rating_average, body.rating_count, body.compare_at_price, body.price],
    ['Warm.', { Weave: 'Plain' }, ['Colour'], 2, 1200, 4, 3, 9900, 8800])
    assert.deepEqual(body.variants, [
      { id: thing.variants[0].id, sku: thing.variants[0].sku, title: 'Red',
        options: { Colour: 'Red' }, price: 9000, compare_at_price: null, currency: 'INR', stock: 4,
        price_tiers: [{ min_quantity: 5, price: 8500, audience: 'all' },
          { min_quantity: 5, price: 7000, audience: 'business' },
          { min_quantity: 10, price: 8000, audience: 'all' }] },
      { id: thing.variants[1].id, sku: thing.variants[1].sku, title: 'Blue',
        options: { Colour: 'Blue' }, price: 8800, compare_at_price: null, currency: 'INR', stock: 0,
        price_tiers: [] }])
    assert.deepEqual(body.images.map(({ id, ...rest }) => rest), [
      { url: '/media/a.jpg', thumbnail_url: '/media/a.s.jpg', alt: 'Front', position: 0 },
      { url: '/media/b.jpg', thumbnail_url: '/media/b.s.jpg', alt: null, position: 1 }])
  })

  for (const status of ['draft', 'pending', 'rejected', 'archived']) {
    test(`while ${status} it is there for its seller and admins alone`, async () => {
      const hidden = await product({ seller: store, status })
      const absent = [undefined, await customer(), await seller()]
      for (const token of absent)
        for (const query of [{ id: hidden.id }, { slug: hidden.slug }])
          assertProblem(await get('products/detail/', query, { token }), 404, 'not_found')
      for (const token of [store, await admin()]) {
        const body = await ok('products/detail/', { slug: hidden.slug }, { token })
        assert.deepEqual(keysOf(body), [...productKeys, ...privateKeys].sort())
        assert.deepEqual([body.status, body.rejection_reason, body.pending_changes],
          [status, null, null])
      }
    })
  }

  test('waiting changes are shown to its seller, never to others', async () => {
    await sql`update product set pending_changes = '{"name": "Secret"}',
      pending_since = now() where id = ${thing.id}`
    const own = await ok('products/detail/', { id: thing.id }, { token: store })
    assert.deepEqual([own.status, own.pending_changes], ['approved', { name: 'Secret' }])
    for (const token of [undefined, await customer(), await seller()]) {
      const body = await ok('products/detail/', { id: thing.id }, { token })
      assert.deepEqual(keysOf(body), productKeys)
      assert(!JSON.stringify(body).includes('Secret'))
    }
  })

  test('is asked for by exactly one of id and slug, which must be one', async () => {
    assertInvalid(await get('products/detail/'), 'id')
    assertInvalid(await get('products/detail/', { id: thing.id, slug: thing.slug }), 'id')
    assertInvalid(await get('products/detail/', { id: 'x' }), 'id')
    assertInvalid(await get('products/detail/', { slug: '' }), 'slug')
    assertProblem(await get('products/detail/', { id: uuid7() }), 404, 'not_found')
    assertProblem(await get('products/detail/', { slug: unique('none') }), 404, 'not_found')
  })
})

test('a bad token is 401 where the answer depends on the caller, else not read', async () => {
  for (const [path, query] of [['products/list/'], ['products/filter/'],
    ['products/search/', { q: 'x' }], ['products/suggest/', { q: 'x' }],
    ['products/detail/', { id: uuid7() }]])
    assertProblem(await get(path, query, { token: 'x.y.z' }), 401, 'invalid_token')
  await ok('categories/list/', {}, { token: 'x.y.z' })
})

test('public answers carry an ETag, and the same one again is 304', async () => {
  const shelf = await category()
  await product({ category: shelf })
  const query = { category: shelf.slug }
  const first = await get('products/list/', query)
  const { etag } = first.headers
  assert.match(etag, /^"[0-9a-f]+"$/)
  assert.match(first.headers['cache-control'], /public/)
  const again = await get('products/list/', query, { headers: { 'if-none-match': etag } })
  assert.equal(again.status, 304)
  assert.equal(again.bytes.length, 0)
  const signedIn = await get('products/list/', query, { token: await customer() })
  assert.equal(signedIn.headers['cache-control'], 'no-store')
  assert.equal(signedIn.text, first.text)
})
