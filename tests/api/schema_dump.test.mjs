/* The committed structure is what the migrations make. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { main, root, sql } from './harness.mjs'

test('sql/schema.sql is what the migrations come to (make schema)', async t => {
  const [{ major }] = await sql`select current_setting('server_version_num')::int / 10000 as major`
  // Another version of pg_dump words the same structure in another way.
  if (major !== 15) return t.skip(`written with PostgreSQL 15, this is ${major}`)
  const dump = execFileSync(path.join(root, 'scripts/schema'), {
    cwd: root, encoding: 'utf8', maxBuffer: 1 << 24,
    env: { PATH: process.env.PATH, HOME: '/tmp', STATE_DIR: main.stateDir, ENV_FILE: main.envFile,
      MODE: process.env.MODE ?? 'asan' },
  })
  assert.equal(dump, fs.readFileSync(path.join(root, 'sql/schema.sql'), 'utf8'))
})
