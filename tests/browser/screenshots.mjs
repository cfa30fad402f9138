/*
 * screenshots.mjs: pictures of every page at 1440 and 390 pixels, light and dark, in
 * build/screenshots. Run by `make screenshots`; people look at them.
 */
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { root } from '../api/harness.mjs'
import { eachPage, openShop, settled } from './browser.mjs'

const folder = path.join(root, 'build/screenshots')
fs.rmSync(folder, { recursive: true, force: true })
fs.mkdirSync(folder, { recursive: true })
const { open, openAdmin } = await openShop()

const shapes = [[1440, 'light'], [390, 'light'], [1440, 'dark'], [390, 'dark']]
const wanted = process.env.SHAPES ? shapes.filter(s => process.env.SHAPES.split(',').includes(s.join('-'))) : shapes

for (const [width, colorScheme] of wanted) {
  test(`${width} pixels, ${colorScheme}`, async () => {
    const options = { viewport: { width, height: width > 600 ? 900 : 844 }, colorScheme }
    const shot = (page, name) => page.screenshot({ fullPage: true,
      path: path.join(folder, `${name}-${width}-${colorScheme}.png`) })
    for (const [name, at] of [['start', '/'], ['guide', '/docs/guide/'], ['docs', '/docs/'], ['docs-group', '/docs/?group=cart'], ['sign-in', '/admin/']]) {
      const page = await open(at, options)
      await settled(page)
      await shot(page, name)
      await page.context().close()
    }
    const page = await openAdmin('', options)
    await eachPage(page, name => shot(page, name))
  })
}
