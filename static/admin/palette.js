/* Ctrl-K or "/": go anywhere by a number, a name, an address or an action. */
import { html, useEffect, useRef, useState } from './lib.js'
import { get } from './api.js'
import { go, to } from './router.js'
import { Dialog } from './ui.js'

const RECENT = 'haat.recent'
const recent = () => {
  try { return JSON.parse(sessionStorage.getItem(RECENT)) ?? [] } catch { return [] }
}
/** What was looked at stands first next time. */
export function remember(item) {
  sessionStorage.setItem(RECENT, JSON.stringify([item,
    ...recent().filter(other => other.href !== item.href)].slice(0, 8)))
}

const sources = [
  ['Orders', '/api/admin/orders/', o => ({ label: o.number, note: o.status, href: to('/orders/detail', { id: o.id }) })],
  ['Users', '/api/admin/users/', u => ({ label: u.full_name, note: u.email, href: to('/users/detail', { id: u.id }) })],
  ['Sellers', '/api/admin/sellers/', s => ({ label: s.store_name, note: s.status, href: to('/sellers/detail', { id: s.id }) })],
  ['Products', '/api/admin/products/', p => ({ label: p.name, note: p.status, href: to('/products/detail', { id: p.id }) })],
]

export function Palette({ pages, onClose }) {
  const [text, type] = useState('')
  const [found, set] = useState([])
  const [at, move] = useState(0)
  const [busy, work] = useState(false)
  const input = useRef(null)
  useEffect(() => {
    input.current.focus()
  }, [])
  useEffect(() => {
    const q = text.trim()
    move(0)
    if (q.length < 2) { set([]); return undefined }
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      work(true)
      const parts = await Promise.all(sources.map(([group, path, show]) =>
        get(path, { q, page_size: 5 }, stop.signal).then(
          page => page.results.map(row => ({ group, ...show(row) })), () => [])))
      if (stop.signal.aborted) return
      set(parts.flat())
      work(false)
    }, 150)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text])

  const q = text.trim().toLowerCase()
  const places = pages.filter(p => !q || p.label.toLowerCase().includes(q))
    .map(p => ({ group: 'Go to', label: p.label, href: to(p.path) }))
  const items = q ? [...found, ...places] : [...recent().map(r => ({ group: 'Recent', ...r })), ...places]
  const open = item => {
    onClose()
    go(item.href)
  }
  const press = event => {
    if (event.key === 'ArrowDown') move(i => Math.min(items.length - 1, i + 1))
    else if (event.key === 'ArrowUp') move(i => Math.max(0, i - 1))
    else if (event.key === 'Enter' && items[at]) open(items[at])
    else return
    event.preventDefault()
  }
  return html`<${Dialog} title="Go to" onClose=${onClose}>
    <input ref=${input} class="palette-input" type="search" role="combobox" aria-expanded="true" aria-controls="palette-list"
      aria-activedescendant=${items[at] ? `palette-${at}` : null} aria-label="Order number, name, e-mail or page"
      placeholder="Order number, name, e-mail or page" value=${text} onInput=${e => type(e.currentTarget.value)} onKeyDown=${press} />
    <ul id="palette-list" class="palette-list" role="listbox" aria-label="What was found">
      ${items.map((item, i) => html`<li id=${`palette-${i}`} role="option" aria-selected=${i === at ? 'true' : 'false'}
        onMouseMove=${() => move(i)} onClick=${() => open(item)}>
        <span class="group muted">${item.group}</span> <span>${item.label}</span> <span class="muted">${item.note}</span></li>`)}
    </ul>
    ${q && !busy && !items.length && html`<p class="muted pad">Nothing of that name.</p>`}<//>`
}
