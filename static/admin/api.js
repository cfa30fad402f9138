/*
 * The only place that talks to the server: tokens, their renewal, keys against
 * doing things twice, and problems as errors.
 *
 * The access token lives in memory alone. The refresh token has to survive a
 * reload and the API hands it out in a body, not a cookie, so it lies in session
 * storage: this tab only, gone with it.
 */
const REFRESH = 'haat.refresh'

let access = null
let renewal = null
let account = null
const watchers = new Set()

/** What the server refused, as RFC 9457 says it, or what kept us from reaching it. */
export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || 'The server did not answer.')
    this.status = status
    this.code = body.code ?? 'unreachable'
    this.errors = body.errors ?? {}
    this.requestId = body.request_id ?? null
  }
}

export const session = {
  get account() { return account },
  /** fn(account or null), at once and at each change; returns how to stop. */
  watch(fn) {
    watchers.add(fn)
    return () => watchers.delete(fn)
  },
}

function become(next) {
  account = next
  for (const fn of watchers) fn(next)
}

const queryOf = params => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params ?? {}))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') query.append(name, one)
  const text = query.toString()
  return text ? `?${text}` : ''
}

/** The call as it goes out, for "show the API call". */
export const describe = (method, path, params) => `${method} ${path}${queryOf(params)}`

// How many answers are awaited: the root of the page says whether any is.
let awaited = 0
const wait = more => {
  awaited += more
  document.documentElement.toggleAttribute('data-waiting', awaited > 0)
}

async function send(method, path, options) {
  wait(1)
  try {
    return await exchange(method, path, options)
  } finally {
    wait(-1)
  }
}

async function exchange(method, path, { params, body, key, signal, raw } = {}) {
  const headers = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (key) headers['Idempotency-Key'] = key
  if (access) headers.Authorization = `Bearer ${access}`
  let answer
  try {
    answer = await fetch(path + queryOf(params), { method, headers, signal, credentials: 'omit',
      body: body === undefined ? undefined : JSON.stringify(body) })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Problem({ detail: 'The server cannot be reached. Nothing was lost; try again.' }, 0)
  }
  if (answer.ok && raw) return answer
  const text = await answer.text()
  let value = null
  try {
    value = text ? JSON.parse(text) : null
  } catch {
    value = { detail: `The server answered ${answer.status} with something that is not JSON.` }
  }
  if (!answer.ok) throw new Problem(value ?? {}, answer.status)
  return value
}

/** One renewal at a time; whoever waits for it goes on with its outcome. */
function renew() {
  renewal ??= (async () => {
    const refresh = sessionStorage.getItem(REFRESH)
    if (!refresh) return false
    try {
      access = null
      const fresh = await send('POST', '/api/auth/refresh/', { body: { refresh } })
      access = fresh.access
      if (fresh.refresh) sessionStorage.setItem(REFRESH, fresh.refresh)
      return true
    } catch (problem) {
      if (problem.status === 401 || problem.status === 400) sessionStorage.removeItem(REFRESH)
      else throw problem
      return false
    }
  })().finally(() => { renewal = null })
  return renewal
}

// Who waits for the person to sign in again, with what they were about to do.
let waiting = []
const signedInAgain = () => new Promise(resolve => waiting.push(resolve))

async function call(method, path, options = {}) {
  for (;;) {
    try {
      return await send(method, path, options)
    } catch (problem) {
      if (problem.status !== 401 || !account) throw problem
      if (await renew()) continue
      // The page stays as it is, half-filled forms and all, behind the sign-in.
      become({ ...account, expired: true })
      await signedInAgain()
    }
  }
}

/** A question that needs a body; nothing changes. */
export const ask = (path, body, signal) => call('POST', path, { body, signal })

export const get = (path, params, signal) => call('GET', path, { params, signal })

/**
 * A write. The key makes a repeat harmless: give the same one when the person
 * tries the same thing again after an error.
 */
export const write = (method, path, body, key = crypto.randomUUID()) =>
  call(method, path, { body, key })
export const post = (path, body, key) => write('POST', path, body, key)

/** A file of the API, handed to the browser as a download. */
export async function download(path, params, name) {
  const answer = await call('GET', path, { params, raw: true })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1]
    ?? name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}

/** A private file as an object URL with its type; the caller revokes it. */
export async function file(path, params) {
  const answer = await call('GET', path, { params, raw: true })
  const blob = await answer.blob()
  return { url: URL.createObjectURL(blob), type: blob.type, size: blob.size }
}

const notAdmin = { detail: 'This account is no administrator.', code: 'permission_denied' }

export async function signIn(email, password) {
  access = null
  const answer = await send('POST', '/api/auth/login/', { body: { email, password } })
  if (answer.user.role !== 'admin') throw new Problem(notAdmin, 403)
  access = answer.access
  sessionStorage.setItem(REFRESH, answer.refresh)
  become(answer.user)
  for (const go of waiting.splice(0)) go()
}

export async function signOut() {
  const refresh = sessionStorage.getItem(REFRESH)
  try {
    if (refresh) await send('POST', '/api/auth/logout/', { body: { refresh } })
  } finally {
    sessionStorage.removeItem(REFRESH)
    access = null
    become(null)
  }
}

/** What is told of this instance before anybody signs in: its time zone. */
export const instance = () => send('GET', '/instance.json')

/** Takes up the session of before a reload, if there is one. */
export async function resume() {
  if (!await renew().catch(() => false)) return
  const user = await send('GET', '/api/auth/profile/').catch(() => null)
  if (user?.role === 'admin') become(user)
}
