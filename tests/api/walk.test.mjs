/*
 * The walk of the README, command by command: blocks of shell whose first line
 * is "# walk" run in one shell, in their order, against the instance.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { main, root, sql } from './harness.mjs'

test('the walk of the README leads from sign-in to an order', async () => {
  const text = fs.readFileSync(path.join(root, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/^```(?:sh|bash)\n(# walk\n[\s\S]*?)^```$/gm)].map(m => m[1])
  assert(blocks.length > 0, 'the README has no block that begins with "# walk"')
  const [before] = await sql`select count(*) from orders`
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-exuo', 'pipefail', '-c',
    blocks.join('\n')], {
    cwd: root, env: { PATH: process.env.PATH, HOME: '/tmp', HAAT_URL: main.url },
    timeout: 60000,
  }).catch(({ stdout, stderr }) => assert.fail(`the walk stops: ${stdout}\n${stderr}`))
  const [after] = await sql`select count(*) from orders`
  assert(after.count > before.count, `no order was placed: ${stdout.slice(-2000)}`)
  assert.doesNotMatch(stdout, /"code":"|"status":[45]\d\d/, 'a command was refused')
})
