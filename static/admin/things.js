/*
 * Orders, people, stores and products by what people call them: how each is found, what
 * it is named by, where its page is. A filter keeps an id and shows a name.
 */
import { html, useEffect, useId, useState } from './lib.js'
import { get } from './api.js'
import { words } from './format.js'
import { to } from './router.js'

const person = { list: '/api/admin/users/', one: '/api/admin/users/detail/', page: '/users/detail', note: u => u.email }
export const things = {
  order: { group: 'Orders', list: '/api/admin/orders/', one: '/api/admin/orders/detail/', page: '/orders/detail',
    name: o => o.number, note: o => words(o.status), ask: 'Order number' },
  user: { ...person, group: 'Users', name: u => u.full_name, ask: 'Name or e-mail' },
  admin: { ...person, name: u => u.email, query: { role: 'admin' }, ask: 'E-mail' },
  seller: { group: 'Sellers', list: '/api/admin/sellers/', one: '/api/admin/sellers/detail/', page: '/sellers/detail',
    name: s => s.store_name, note: s => words(s.status), ask: 'Store' },
  product: { group: 'Products', list: '/api/admin/products/', one: '/api/admin/products/detail/', page: '/products/detail',
    name: p => p.name, note: p => words(p.status), ask: 'Name or SKU' },
}

export const pageOf = (kind, id) => to(things[kind].page, { id })

/** Those of a kind that fit what was typed. */
export const find = (kind, q, most, signal) =>
  get(things[kind].list, { ...things[kind].query, q, page_size: most }, signal).then(page => page.results)

// ---- names -----------------------------------------------------------------------

const names = new Map()
const keyOf = (kind, id) => `${kind} ${id}`
/** What was seen need not be asked for. */
export const know = (kind, row) => names.set(keyOf(kind, row.id), things[kind].name(row))

export function useName(kind, id) {
  const key = keyOf(kind, id)
  const [, again] = useState(0)
  useEffect(() => {
    if (!id || names.has(key)) return undefined
    let gone = false
    get(things[kind].one, { id }).then(row => know(kind, row), () => names.set(key, 'Not found'))
      .then(() => gone || again(n => n + 1))
    return () => { gone = true }
  }, [key])
  return id ? names.get(key) ?? '…' : ''
}
export const Name = ({ kind, id }) => useName(kind, id)

// ---- choosing one ------------------------------------------------------------------

/** An input that finds by name; onChange gives the id, or undefined where it was emptied. */
export function Pick({ kind, value, onChange, ...more }) {
  const list = useId('pick')
  const [text, type] = useState(null)
  const [found, set] = useState([])
  const [at, move] = useState(0)
  const name = useName(kind, value)
  useEffect(() => {
    const q = (text ?? '').trim()
    move(0)
    if (q.length < 2) { set([]); return undefined }
    const stop = new AbortController()
    const timer = setTimeout(() => find(kind, q, 8, stop.signal).then(rows => stop.signal.aborted || set(rows), () => {}), 150)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, kind])
  const leave = () => {
    if (text !== null && !text.trim() && value) onChange(undefined)
    type(null)
  }
  const choose = row => {
    know(kind, row)
    type(null)
    onChange(row.id)
  }
  const press = event => {
    if (text === null) return
    if (event.key === 'ArrowDown') move(i => Math.min(found.length - 1, i + 1))
    else if (event.key === 'ArrowUp') move(i => Math.max(0, i - 1))
    else if (event.key === 'Enter') found[at] ? choose(found[at]) : leave()
    else if (event.key === 'Escape') type(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const open = text !== null && found.length > 0
  return html`<div class="pick"><input type="search" role="combobox" autocomplete="off" aria-autocomplete="list"
      aria-expanded=${open ? 'true' : 'false'} aria-controls=${list} aria-activedescendant=${open ? `${list}-${at}` : null}
      placeholder=${things[kind].ask} value=${text ?? name} ...${more} onInput=${e => type(e.currentTarget.value)}
      onKeyDown=${press} onBlur=${leave} />
    <ul id=${list} role="listbox" aria-label="What was found" hidden=${!open}>${found.map((row, i) => html`<li key=${row.id} id=${`${list}-${i}`}
      role="option" aria-selected=${i === at ? 'true' : 'false'} onMouseDown=${e => e.preventDefault()} onMouseMove=${() => move(i)}
      onClick=${() => choose(row)}>${things[kind].name(row)} <span class="muted">${things[kind].note(row)}</span></li>`)}</ul></div>`
}
