/*
 * Where the person is: everything that a list shows stands behind the "#", so
 * that a link, a reload and the back button lead to the same rows.
 */
import { useEffect, useState } from './lib.js'

const read = () => {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?')
  return { path: path || '/', params: new URLSearchParams(query) }
}

/** A link to a page: to('/orders', {status: 'shipped'}). */
export function to(path, params = {}) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') query.append(name, one)
  const text = query.toString()
  return `#${path}${text ? `?${text}` : ''}`
}

// A half-filled form asks before it is left.
let guard = null
export const guardLeaving = ask => {
  guard = ask
  return () => { if (guard === ask) guard = null }
}
addEventListener('beforeunload', event => { if (guard) event.preventDefault() })

export function go(href, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, '', href)
    dispatchEvent(new HashChangeEvent('hashchange'))
  } else {
    location.hash = href.replace(/^#/, '')
  }
}

/** Changes parameters of the present page; undefined removes one. */
export function change(changes, { replace = true } = {}) {
  const { path, params } = read()
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name)
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') params.append(name, one)
  }
  const text = params.toString()
  go(`#${path}${text ? `?${text}` : ''}`, { replace })
}

let here = location.hash
addEventListener('hashchange', event => {
  if (guard && location.hash !== here && !guard()) {
    event.stopImmediatePropagation()
    history.replaceState(null, '', here || '#/')
    return
  }
  if (location.hash.split('?')[0] !== here.split('?')[0]) guard = null
  here = location.hash
}, true)

export function useRoute() {
  const [route, set] = useState(read)
  useEffect(() => {
    const look = () => set(read())
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return route
}
