/* Ctrl-K or "/": go anywhere by a number, a name, an address or an action. */
import { html, useEffect, useRef, useState } from './lib.js'
import { go, to } from './router.js'
import { find, pageOf, things } from './things.js'
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

const kinds = ['order', 'user', 'seller', 'product']

/** actions: [{label, run}], what can be done from anywhere. */
export function Palette({ pages, actions, onClose }) {
  const [text, type] = useState('')
  const [found, set] = useState([])
  const [at, move] = useState(0)
  const [busy, work] = useState(false)
  const input = useRef(null)
  useEffect(() => {
    input.current.focus()
  }, [])
  const list = useRef(null)
  useEffect(() => list.current.children[at]?.scrollIntoView({ block: 'nearest' }), [at])
  useEffect(() => {
    const q = text.trim()
    move(0)
    if (q.length < 2) { set([]); return undefined }
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      work(true)
      const parts = await Promise.all(kinds.map(kind => find(kind, q, 5, stop.signal).then(
        rows => rows.map(row => ({ group: things[kind].group, label: things[kind].name(row), note: things[kind].note(row), href: pageOf(kind, row.id) })), () => [])))
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
  const doable = actions.filter(a => q && a.label.toLowerCase().includes(q)).map(a => ({ group: 'Do', ...a }))
  const items = q ? [...found, ...doable, ...places] : [...recent().map(r => ({ group: 'Recent', ...r })), ...places]
  const open = item => {
    onClose()
    if (item.run) item.run()
    else go(item.href)
  }
  const press = event => {
    if (event.key === 'ArrowDown') move(i => Math.min(items.length - 1, i + 1))
    else if (event.key === 'ArrowUp') move(i => Math.max(0, i - 1))
    else if (event.key === 'Enter' && items[at]) open(items[at])
    else return
    event.preventDefault()
  }
  return html`<${Dialog} title="Go to" onClose=${onClose}>
    <input ref=${input} class="palette-input" type="text" autocomplete="off" role="combobox" aria-expanded="true" aria-controls="palette-list"
      aria-activedescendant=${items[at] ? `palette-${at}` : null} aria-label="Order number, name, e-mail, page or action"
      placeholder="Order number, name, e-mail, page or action" value=${text} onInput=${e => type(e.currentTarget.value)} onKeyDown=${press} />
    <ul id="palette-list" ref=${list} class="palette-list" role="listbox" aria-label="What was found">
      ${items.map((item, i) => html`<li id=${`palette-${i}`} role="option" aria-selected=${i === at ? 'true' : 'false'}
        onMouseMove=${() => move(i)} onClick=${() => open(item)}>
        <span class="group muted">${item.group}</span> <span>${item.label}</span> <span class="muted">${item.note}</span></li>`)}
    </ul>
    ${q && !busy && !items.length && html`<p class="muted pad">Nothing of that name.</p>`}<//>`
}
