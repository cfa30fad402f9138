/*
 * browser.mjs: a Chromium against an instance of its own with demo data. Whatever a
 * page complains of on its console, and whatever its content security policy stops,
 * fails the file that opened it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { after } from 'node:test'

import { chromium } from 'playwright-core'

import { startInstance } from '../api/harness.mjs'

const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
export const chromiumPath = process.env.CHROMIUM ?? (process.env.PATH ?? '').split(':')
  .flatMap(folder => names.map(name => `${folder}/${name}`)).find(file => fs.existsSync(file))

/** What keeps the browser from asking its maker's hosts, which nobody here wants. */
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']

export async function openShop(settings = {}) {
  const shop = await startInstance({ HAAT_DEMO: '1', HAAT_CRON: '1', ...settings })
  const browser = await chromium.launch({ executablePath: chromiumPath, args: quiet })
  const complaints = []
  after(async () => {
    await browser.close()
    assert.deepEqual(complaints, [], 'the pages complain')
  })

  /** A window of its own. options are Playwright's: viewport, colorScheme, hasTouch. */
  async function open(path, { timezoneId = 'Asia/Kolkata', ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce', acceptDownloads: true, timezoneId, ...options })
    // The policy as the page itself sees it broken.
    await context.addInitScript(() => addEventListener('securitypolicyviolation', event =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)))
    const page = await context.newPage()
    page.setDefaultTimeout(120000)
    page.expected = []
    page.on('console', message => {
      if (!['error', 'warning'].includes(message.type())) return
      const text = `${page.url()}: ${message.text()} ${message.location().url ?? ''}`
      if (!page.expected.some(pattern => pattern.test(text))) complaints.push(text)
    })
    page.on('pageerror', error => complaints.push(`${page.url()}: ${error.stack}`))
    await page.goto(shop.url + path)
    return page
  }

  /** The administration, signed in through its own form. */
  async function openAdmin(hash = '', options = {}) {
    const page = await open(`/admin/${hash}`, options)
    await page.getByLabel('E-mail').fill('admin@example.com')
    await page.getByLabel('Password').fill('haat-demo-2026')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('#main h1').first().waitFor()
    await settled(page)
    return page
  }

  return { shop, open, openAdmin }
}

/** Nothing is on its way and nothing stands in for what is. */
export async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() =>
    !document.querySelector('.skeleton, [aria-busy="true"], html[data-waiting]'))
}

export async function goTo(page, hash) {
  await page.evaluate(to => new Promise(done => {
    if (location.hash === to) return done()
    addEventListener('hashchange', done, { once: true })
    location.hash = to
    return undefined
  }), hash)
  await page.locator('#main h1').first().waitFor()
  await settled(page)
}

export const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Every page of the administration; a detail page is that of the first row. */
export const lists = ['/', '/orders', '/refunds', '/products', '/products/queue', '/categories', '/reviews',
  '/sellers', '/settlements', '/commission', '/users', '/analytics', '/reports', '/mismatches',
  '/deliveries', '/jobs', '/logs']
export const details = ['/orders', '/products', '/sellers', '/settlements', '/users']

/** visit(name, page) on each page of the administration. */
export async function eachPage(page, visit) {
  for (const path of lists) {
    await goTo(page, `#${path}`)
    await visit(path === '/' ? 'home' : path.slice(1).replaceAll('/', '-'), page)
  }
  for (const path of details) {
    await goTo(page, `#${path}`)
    await page.locator('a.row-link').first().click()
    await page.locator('section.detail h1').waitFor()
    await settled(page)
    await visit(`${path.slice(1)}-detail`, page)
  }
}
