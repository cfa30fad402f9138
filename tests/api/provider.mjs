/*
 * provider.mjs: a shop whose payment provider is the sandbox in a process of its
 * own, over real connections, with a gate between the two that can be shut.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { after } from 'node:test'

import { mode, root, startInstance } from './harness.mjs'

// ---- the gate ------------------------------------------------------------------

/**
 * Where the shop believes its provider to be: {url, target, silent, calls, hangUp,
 * stop}; target is the port behind it. While silent is true connections are taken
 * and never answered; calls counts them.
 */
async function startGate() {
  const gate = { target: 0, silent: false, calls: 0 }
  const open = new Set()
  const server = net.createServer(near => {
    gate.calls++
    open.add(near)
    near.on('close', () => open.delete(near)).on('error', () => near.destroy())
    if (gate.silent) {
      near.resume()
      return
    }
    const far = net.connect(gate.target, '127.0.0.1')
    open.add(far)
    // A reset stays a reset; of a socket that is being shut Node never gets rid so.
    far.on('close', () => open.delete(far)).on('error', () => {
      if (near.destroyed || near.writableEnded) near.destroy()
      else near.resetAndDestroy()
    })
    near.on('close', () => far.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  gate.url = `http://127.0.0.1:${server.address().port}`
  /** Whoever calls next calls on a new connection, which is not tried again. */
  gate.hangUp = () => {
    for (const socket of open) socket.destroy()
  }
  gate.stop = () => {
    gate.hangUp()
    server.close()
  }
  return gate
}

/** A server that nobody must call: {url, heard}. */
export async function trap() {
  const heard = []
  const server = net.createServer(socket => {
    const one = { text: '' }
    heard.push(one)
    socket.setEncoding('utf8').on('data', piece => { one.text += piece })
    socket.on('error', () => {})
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return { url: `http://127.0.0.1:${server.address().port}`, heard, stop: () => server.close() }
}

// ---- the sandbox ---------------------------------------------------------------

async function startSandbox(shop) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haat-rz.'))
  const child = spawn(path.join(root, 'build', mode, 'fakes/razorpay'),
    ['--listen', '127.0.0.1:0'], {
      env: {
        PATH: process.env.PATH, STATE_DIR: folder,
        RAZORPAY_KEY_ID: shop.settings.RAZORPAY_KEY_ID,
        RAZORPAY_KEY_SECRET: shop.settings.RAZORPAY_KEY_SECRET,
        RAZORPAY_WEBHOOK_SECRET: shop.settings.RAZORPAY_WEBHOOK_SECRET,
        SANDBOX_WEBHOOK_URL: `${shop.url}/api/payments/webhook/`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => { errors += text })
  process.on('exit', () => child.kill('SIGKILL'))
  const ended = new Promise(resolve => child.on('exit', code => resolve(code)))
  const line = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve)
    child.once('exit', () => reject(new Error(`the sandbox ended: ${errors}`)))
  })
  const port = Number(/:(\d+)$/.exec(line)[1])
  const authorization = 'Basic ' + Buffer.from(
    `${shop.settings.RAZORPAY_KEY_ID}:${shop.settings.RAZORPAY_KEY_SECRET}`).toString('base64')

  /** A call of the tests, past the gate: {status, body}. */
  async function call(method, target, body) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1${target}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      // What a shop may ask is faulty for tests as well, and may come byte by byte.
      signal: AbortSignal.timeout(10000),
    })
    return { status: answer.status, body: await answer.json() }
  }
  async function ask(method, target, body) {
    const answer = await call(method, target, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  /** All things of a list, the oldest first. */
  async function all(target) {
    const items = []
    for (let page; !page || page.length === 100;) {
      ({ items: page } = await ask('GET', `${target}?count=100&skip=${items.length}`))
      items.push(...page)
    }
    return items.reverse()
  }
  return {
    port, call, ask, all,
    faults: knobs => ask('POST', '/faults', knobs),
    /** The next calls of that kind fail so. */
    next: (match, fault, more = {}) => ask('POST', '/faults', { next: [{ match, fault, ...more }] }),
    calm: () => ask('DELETE', '/faults'),
    books: () => ask('GET', '/books'),
    webhooks: () => ask('GET', '/webhooks'),
    /** The buyer at the checkout. */
    pay: (orderId, more = {}) => call('POST', '/checkout/pay',
      { order_id: orderId, method: 'upi', ...more }),
    stop: async () => {
      child.kill('SIGTERM')
      assert.equal(await ended, 0, errors)
      assert(!/Sanitizer|runtime error/.test(errors), errors)
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An instance, the gate and the sandbox behind it: {shop, gate, box}. */
export async function shopWithProvider(settings = {}) {
  const gate = await startGate()
  const shop = await startInstance({ RAZORPAY_API_URL: gate.url, ...settings })
  const box = await startSandbox(shop)
  gate.target = box.port
  after(async () => {
    await box.stop()
    gate.stop()
  })
  return { shop, gate, box }
}
