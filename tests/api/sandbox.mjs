/* sandbox.mjs: the provider's sandbox that an instance talks to. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'

import { mode, root } from './harness.mjs'

/** Calls as the shop makes them, and what a buyer, the bank and chance do. */
export function sandboxOf(on) {
  const authorization = 'Basic ' + Buffer.from(
    `${on.settings.RAZORPAY_KEY_ID}:${on.settings.RAZORPAY_KEY_SECRET}`).toString('base64')
  const call = async (method, target, body) => {
    const answer = await fetch(`${on.url}/sandbox/razorpay/v1${target}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const done = async (...args) => {
    const { status, body } = await call(...args)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  return {
    call,
    /** The buyer pays, or fails to: what the checkout hands back. */
    pay: async (checkout, outcome = 'captured') => (await call('POST', '/checkout/pay',
      { order_id: checkout.order_id, method: 'upi', outcome })).body,
    faults: knobs => done('POST', '/faults', knobs),
    /** Events wait until they are released. */
    hold: on => done('POST', '/faults', { webhooks: { hold: on } }),
    release: async () => {
      await done('POST', '/faults', { webhooks: { hold: false } })
      await done('POST', '/webhooks/release')
    },
    webhooks: () => done('GET', '/webhooks'),
    books: () => done('GET', '/books'),
  }
}

/** A sandbox that stands alone, for an instance without one: the settings that lead there. */
export async function standaloneSandbox() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-rz.'))
  const keys = {
    RAZORPAY_KEY_ID: 'rzp_test_0123456789',
    RAZORPAY_KEY_SECRET: crypto.randomBytes(16).toString('hex'),
    RAZORPAY_WEBHOOK_SECRET: crypto.randomBytes(16).toString('hex'),
  }
  const child = spawn(path.join(root, 'build', mode, 'fakes/razorpay'),
    ['--listen', '127.0.0.1:0'], {
      env: { PATH: process.env.PATH, STATE_DIR: folder, ...keys },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  // Until the very end: the instance compares its books when its tests are over.
  process.on('exit', () => {
    child.kill('SIGKILL')
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const line = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve)
    child.once('exit', () => reject(new Error('the sandbox ended')))
  })
  child.unref()
  child.stdout.unref()
  return { ...keys, RAZORPAY_API_URL: `${line.replace('listening on ', '')}/sandbox/razorpay/v1` }
}
