/*
 * Run when all other tests are over: what /schema/ declares and no exchange ever
 * showed. A route, an answer or an error that nobody saw is not known to be true.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { declaredCodes } from './contract.mjs'
import { contract, main } from './harness.mjs'

test('INV11 when all is over, the provider\'s books are ours', () =>
  main.checkInvariants({ books: true }))

/** Codes that only a failing part provokes, and why no test does on every route. */
const byFaultsAlone = {
  internal_error: 'a mistake of ours; a run in which one shows has failed',
  service_unavailable: 'the database is away: shown on some routes, the same code for all',
  outcome_unknown: 'the connection is lost within a commit: shown by the sweep of faults',
  payment_provider_error: 'the provider fails',
}

/** Declared errors that need a moment no test can hold, by route. */
const unprovoked = new Map([
])

const seen = new Set()
for (const name of fs.readdirSync(process.env.HAAT_EXCHANGES)) {
  const text = fs.readFileSync(path.join(process.env.HAAT_EXCHANGES, name), 'utf8')
  for (const line of text.split('\n').filter(Boolean)) {
    const [method, target, status, code] = line.split('\t')
    seen.add(`${method} ${target} ${status}${code ? ` ${code}` : ''}`)
  }
}
const { routes } = await contract()

test('every route gave its good answer', () => {
  const missing = []
  for (const { method, path: target, operation } of routes.values())
    for (const status of Object.keys(operation.responses).filter(s => s < 300))
      if (!seen.has(`${method} ${target} ${status}`)) missing.push(`${method} ${target} ${status}`)
  assert.deepEqual(missing, [])
})

test('every declared error that can be provoked was seen', () => {
  const missing = []
  for (const { method, path: target, operation } of routes.values())
    for (const [status, codes] of Object.entries(declaredCodes(operation)))
      for (const code of codes) {
        const what = `${method} ${target} ${status} ${code}`
        if (!byFaultsAlone[code] && !unprovoked.has(what) && !seen.has(what)) missing.push(what)
      }
  assert.deepEqual(missing, [])
})

test('the list of exceptions holds nothing that was seen after all', () => {
  for (const what of unprovoked.keys()) assert(!seen.has(what), what)
})
