/* The other pages: the start page, the guide whose examples run, the API pages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { details, goTo, lists, openShop, settled } from './browser.mjs'

const { shop, open, openAdmin } = await openShop()

test('the start page links all there is, and each link leads somewhere', async () => {
  const page = await open('/')
  await page.getByRole('heading', { name: 'Demo logins' }).waitFor()
  assert.match(await page.locator('#demo').textContent(), /haat-demo-2026.*admin@example\.com/s)
  for (const link of await page.locator('a').all()) {
    const answer = await fetch(new URL(await link.getAttribute('href'), shop.url))
    assert.equal(answer.status, 200, answer.url)
  }
})

test('every example of the guide runs and answers what the text says', async () => {
  const page = await open('/docs/guide/')
  // Refusals are what some of them show.
  page.expected.push(/400|409/)
  const expected = { login: 200, profile: 200, error: 400, list: 200, next: 200, add: 200, again: 200,
    reused: 409, event: 400 }
  const names = await page.locator('[data-example]').evaluateAll(all => all.map(e => e.dataset.example))
  assert.deepEqual(names.sort(), Object.keys(expected).sort())
  const quantities = []
  for (const [name, status] of Object.entries(expected)) {
    const box = page.locator(`[data-example="${name}"]`)
    await box.getByRole('button').click()
    await box.locator('.status').waitFor()
    assert.equal(await box.locator('.status').textContent(), String(status), name)
    const text = await box.locator('.answer').textContent()
    if (name === 'again') assert.match(text, /idempotent-replayed: true/)
    if (['add', 'again'].includes(name)) quantities.push(/"item_count": (\d+)/.exec(text)[1])
  }
  assert.equal(quantities[0], quantities[1])
})

test('the API pages: one click signs in, and a route of the account answers', async () => {
  const page = await open('/docs/')
  // Swagger UI says so whatever the names are.
  page.expected.push(/escaping deep link whitespace/)
  const schema = await (await fetch(`${shop.url}/schema/`)).json()
  const count = Object.values(schema.paths).flatMap(item => Object.keys(item)
    .filter(name => ['get', 'post', 'put', 'patch', 'delete'].includes(name))).length
  await page.locator('.group li').first().waitFor()
  assert.equal(await page.locator('.group li').count(), count, 'every endpoint is listed')
  await page.getByLabel('Filter').fill('auth/profile')
  assert.equal(await page.locator('.group li:visible').count(), 2)
  await page.getByRole('button', { name: 'customer' }).click()
  await page.getByText('Signed in as customer@example.com.').waitFor()
  await page.getByRole('link', { name: 'GET /api/auth/profile/' }).click()
  // The link has opened it.
  const execute = page.locator('.opblock.is-open').getByRole('button', { name: 'Execute' })
  await execute.waitFor()
  const answer = page.waitForResponse(r => r.url().endsWith('/api/auth/profile/'))
  await execute.click()
  assert.equal((await (await answer).json()).email, 'customer@example.com')
})

test('the API pages are dark where the administration is: as the system says, unless one was chosen', async () => {
  const page = await open('/docs/', { colorScheme: 'dark' })
  page.expected.push(/escaping deep link whitespace/)
  const root = page.locator('html')
  const darkness = () => page.evaluate(() => document.documentElement.classList.contains('dark-mode'))
  for (const path of ['/docs/', '/docs/?group=cart', '/docs/guide/', '/']) {
    await settled(page)
    await page.goto(shop.url + path)
    assert.equal(await darkness(), true, path)
    const colour = await root.evaluate(node => getComputedStyle(node).backgroundColor)
    assert.equal(colour, 'rgb(19, 23, 22)', path)
    // The system changes its mind while the page is open.
    await page.emulateMedia({ colorScheme: 'light' })
    await page.locator('html:not(.dark-mode)').waitFor()
    assert.notEqual(await root.evaluate(node => getComputedStyle(node).backgroundColor), colour, path)
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html.dark-mode').waitFor()
  }
  for (const chosen of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: chosen === 'light' ? 'dark' : 'light' })
    await page.evaluate(theme => localStorage.setItem('haat.theme', theme), chosen)
    for (const path of ['/docs/?group=cart', '/docs/guide/']) {
      await settled(page)
      await page.goto(shop.url + path)
      assert.equal(await darkness(), chosen === 'dark', `${path}, ${chosen} chosen`)
      assert.equal(await root.evaluate(node => getComputedStyle(node).backgroundColor === 'rgb(19, 23, 22)'), chosen === 'dark')
    }
  }
})

test('Swagger UI takes every group', async () => {
  const schema = await (await fetch(`${shop.url}/schema/`)).json()
  const groups = [...new Set(Object.values(schema.paths).flatMap(item =>
    Object.values(item).flatMap(o => o.tags ?? [])))]
  assert(groups.length > 15)
  const page = await open('/docs/')
  for (const group of groups) {
    // A page that is left while it still fetches complains.
    await settled(page)
    await page.goto(`${shop.url}/docs/?group=${group}`)
    await page.locator('.opblock').first().waitFor()
    assert.equal(await page.locator('.errors-wrapper').count(), 0, group)
  }
})

test('at phone width nothing is cut off and nothing scrolls sideways', async () => {
  const page = await openAdmin('', { viewport: { width: 390, height: 844 }, hasTouch: true })
  const wide = []
  for (const path of [...lists, ...details.map(d => `${d}/detail`)]) {
    await goTo(page, `#${path.endsWith('/detail') ? path.replace('/detail', '') : path}`)
    if (path.endsWith('/detail')) {
      await page.locator('a.row-link').first().click()
      await page.locator('section.detail h1').waitFor()
      await settled(page)
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) wide.push(`${path}: ${over} px`)
  }
  assert.deepEqual(wide, [])
  // A value has the width of its card, and all of its lines.
  await goTo(page, '#/users?q=customer@example.com')
  const lines = await page.locator('td[data-label=E-mail]').evaluate(cell => {
    const text = document.createRange()
    text.selectNodeContents(cell)
    return text.getClientRects().length
  })
  assert.equal(lines, 1)
  for (const path of ['/logs', '/reviews']) {
    await goTo(page, `#${path}`)
    const cut = await page.locator('.clip').evaluateAll(all =>
      all.filter(one => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth).map(one => one.textContent))
    assert.deepEqual(cut, [], path)
  }
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('link', { name: 'Settlements' }).click()
  await page.getByRole('heading', { name: 'Settlements' }).waitFor()
})

test('the first page of the administration is under 150 kB over the wire', async t => {
  const page = await open('/admin/')
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', event => { bytes += event.encodedDataLength })
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await page.reload()
  await page.getByLabel('E-mail').fill('admin@example.com')
  await page.getByLabel('Password').fill('haat-demo-2026')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await settled(page)
  t.diagnostic(`from the empty cache to the home page with its charts: ${Math.round(bytes / 1024)} KiB`)
  assert(bytes < 150_000, `${bytes} bytes`)
})
