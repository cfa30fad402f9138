/*
 * The shape of every list: a head, typed filters and a search kept in the URL, a
 * table with columns to choose from, sorting, selection with bulk actions that
 * report row by row, a menu for each row, next and previous, and a CSV of what the
 * filters leave.
 *
 *   <List spec=${{ title, lead, path, columns, filters, actions, bulk, menu, href }} />
 *
 * columns: [{name, label, show(row), sort, up, num, mono, off, csv(row), money}]; the
 * first is the name and the link; sort is what the API calls it, up what a first press
 * sorts upwards. sorted: the order when none is chosen. filters: [{name, label, type:
 * 'search'|'select'|'date'|'text'|'pick', options, kind}]. bulk: [{label, danger, when(row),
 * question(rows), run(row, values)}]. menu(row, reload): [{label, run|href}]. part: the
 * page that it stands on, where it is not the whole of it. load(query, signal), where
 * the rows do not come from path as they are.
 */
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from './lib.js'
import { get } from './api.js'
import { change, go, to, useRoute } from './router.js'
import { ApiCall, Button, Dialog, Empty, Failure, PageHead, Skeleton, confirm, toast, useLoad, useTitle }
  from './ui.js'
import { Pick, useName } from './things.js'
import { save } from './csv.js'
import { count, words } from './format.js'

const sizes = ['20', '50', '100']

const cursorOf = link => link ? new URL(link, location.origin).searchParams.get('cursor') : null

export function List({ spec }) {
  const { params } = useRoute()
  useTitle(spec.part ?? spec.title)
  const wanted = useMemo(() => {
    const query = { ...spec.fixed }
    for (const name of [...(spec.filters ?? []).map(f => f.name), 'sort', 'cursor', 'page_size'])
      if (params.get(name)) query[name] = params.getAll(name).length > 1 ? params.getAll(name) : params.get(name)
    return query
  }, [params.toString(), spec])
  const fetchPage = spec.load ?? ((query, signal) => get(spec.path, query, signal))
  const list = useLoad(signal => fetchPage(wanted, signal), [JSON.stringify(wanted), spec.path])
  const [chosen, choose] = useState(new Set())
  useEffect(() => choose(new Set()), [JSON.stringify(wanted)])
  const [columns, setColumns] = useColumns(spec)
  const [report, setReport] = useState(null)
  const [menu, openMenu] = useState(null)
  const rows = list.value?.results ?? []
  const keyOf = spec.keyOf ?? (row => row.id)
  const picked = rows.filter(row => chosen.has(keyOf(row)))
  const sort = params.get('sort') ?? spec.sorted
  const pick = row => choose(old => {
    const next = new Set(old)
    if (!next.delete(keyOf(row))) next.add(keyOf(row))
    return next
  })
  const table = useRef(null)
  const [wrap, fits] = useFits()
  useKeys(table, key => pick(rows.find(row => String(keyOf(row)) === key)))

  const runBulk = async (action, among) => {
    const able = among.filter(row => !action.when || action.when(row))
    if (!able.length) return toast('None of the chosen rows allows this now.', 'bad')
    const values = await confirm({ confirm: action.label, danger: action.danger,
      ...action.question(able, among.length - able.length) })
    if (!values) return undefined
    const outcome = []
    setReport({ action, outcome, total: able.length })
    for (const row of able) {
      try {
        await action.run(row, values)
        outcome.push({ row, ok: true })
      } catch (problem) {
        outcome.push({ row, ok: false, problem })
      }
      setReport({ action, outcome: [...outcome], total: able.length })
    }
    choose(new Set())
    list.reload()
    return undefined
  }
  const itemsOf = row => [
    ...(spec.href ? [{ label: 'Open', href: spec.href(row) }] : []),
    ...(spec.menu?.(row, list.reload) ?? []),
    ...(spec.bulk ?? []).filter(a => !a.when || a.when(row)).map(a => ({ label: `${a.label}…`, danger: a.danger, run: () => runBulk(a, [row]) })),
    ...(row.id ? [{ label: 'Copy the id', run: () => navigator.clipboard?.writeText(row.id).then(() => toast('The id is copied.')) }] : []),
  ]

  return html`<section class="page list">
    <${PageHead} title=${spec.title} lead=${spec.lead} part=${spec.part}>
      ${rows.length > 0 && html`<${Export} spec=${spec} wanted=${wanted} columns=${columns} fetchPage=${fetchPage} />`}
      <${ColumnChoice} spec=${spec} columns=${columns} set=${setColumns} />
      ${(spec.actions ?? []).map(a => html`<${Button} kind="primary" onClick=${() => a.run(list.reload)}>${a.label}<//>`)}
    <//>
    <${Filters} spec=${spec} params=${params} sort=${sort} />
    ${list.problem && html`<${Failure} problem=${list.problem} retry=${list.reload}
      what=${`${spec.title} could not be loaded.`} />`}
    ${!list.value && list.loading && html`<${Skeleton} rows=${10} height="table" />`}
    ${list.value && !rows.length && html`<${Empty} title=${spec.empty?.title ?? `No ${spec.title.toLowerCase()} here`}
      action=${params.toString() ? html`<${Button} onClick=${() => go(to(location.hash.replace(/^#/, '').split('?')[0]))}>
        Clear the filters<//>` : null}>${spec.empty?.text ?? 'Nothing fits these filters.'}<//>`}
    ${rows.length > 0 && html`<div class="table-wrap rows" ref=${wrap} data-fits=${fits ? '' : null} tabindex=${fits ? null : '0'} role="region" aria-label=${spec.title}>
      <table ref=${table} aria-busy=${list.loading ? 'true' : null}>
        <thead><tr>
          ${spec.bulk && html`<th class="pick-row"><input type="checkbox" aria-label="Select all rows of this page"
            checked=${picked.length === rows.length} onChange=${event => choose(event.currentTarget.checked
              ? new Set(rows.map(keyOf)) : new Set())} /></th>`}
          ${columns.map(c => html`<${Head} column=${c} sort=${sort} />`)}
          <th class="more"><span class="unseen">More</span></th>
        </tr></thead>
        <tbody>${rows.map(row => html`<tr key=${keyOf(row)} data-key=${keyOf(row)} class=${chosen.has(keyOf(row)) ? 'chosen' : ''}>
          ${spec.bulk && html`<td class="pick-row"><input type="checkbox" aria-label=${`Select ${spec.nameOf?.(row) ?? keyOf(row)}`}
            checked=${chosen.has(keyOf(row))} onChange=${() => pick(row)} /></td>`}
          ${columns.map((c, i) => html`<td class=${[c.num && 'num', c.mono && 'mono'].filter(Boolean).join(' ')}
            data-label=${i === 0 ? null : c.label}>${i === 0 && spec.href ? html`<a class="row-link" href=${spec.href(row)}>${c.show(row)}</a>`
              : c.show(row)}</td>`)}
          <td class="more"><button type="button" class="icon" aria-haspopup="menu" aria-label=${`More for ${spec.nameOf?.(row) ?? keyOf(row)}`}
            aria-expanded=${menu?.row === row ? 'true' : 'false'} onClick=${event => openMenu({ row, at: event.currentTarget })}>⋯</button></td>
        </tr>`)}</tbody>
      </table></div>
      ${picked.length > 0 && html`<div class="selection" role="region" aria-label="Selected rows">
        <span>${picked.length} selected</span>
        ${(spec.bulk ?? []).map(a => html`<${Button} kind=${a.danger ? 'danger' : ''} onClick=${() => runBulk(a, picked)}>${a.label}<//>`)}
        <${Button} kind="plain" onClick=${() => choose(new Set())}>Clear<//></div>`}
      <${Pager} list=${list.value} params=${params} />`}
    <${ApiCall} call=${['GET', spec.path, wanted]} value=${list.value} />
    ${menu && html`<${Menu} at=${menu.at} items=${itemsOf(menu.row)} close=${() => openMenu(null)} />`}
    ${report && html`<${Report} report=${report} nameOf=${spec.nameOf ?? keyOf} close=${() => setReport(null)} />`}
  </section>`
}

/** Whether the table is as wide as its place: then its head stays in sight of the page. */
function useFits() {
  const wrap = useRef(null)
  const [fits, set] = useState(true)
  useLayoutEffect(() => {
    if (!wrap.current) return undefined
    const look = () => wrap.current && set(wrap.current.scrollWidth <= wrap.current.clientWidth)
    look()
    const watch = new ResizeObserver(look)
    watch.observe(wrap.current)
    return () => watch.disconnect()
  })
  return [wrap, fits]
}

/** What can be done with a row, beside it. */
function Menu({ at, items, close }) {
  const ref = useRef(null)
  useLayoutEffect(() => {
    const place = at.getBoundingClientRect()
    const { style, offsetHeight } = ref.current
    style.top = `${Math.max(8, Math.min(place.bottom, innerHeight - offsetHeight - 8))}px`
    style.right = `${document.documentElement.clientWidth - place.right}px`
    ref.current.querySelector('[role=menuitem]')?.focus()
    const away = event => ref.current?.contains(event.target) || close()
    addEventListener('pointerdown', away)
    addEventListener('scroll', close, true)
    return () => {
      removeEventListener('pointerdown', away)
      removeEventListener('scroll', close, true)
    }
  }, [])
  const press = event => {
    const all = [...ref.current.querySelectorAll('[role=menuitem]')]
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus()
    else if (event.key === 'Escape' || event.key === 'Tab') {
      close()
      at.focus()
    } else return
    event.preventDefault()
  }
  return html`<div class="row-menu" role="menu" ref=${ref} onKeyDown=${press}>${items.map(item => item.href
    ? html`<a role="menuitem" href=${item.href} onClick=${close}>${item.label}</a>`
    : html`<button type="button" role="menuitem" class=${item.danger ? 'danger' : ''} onClick=${() => { close(); at.focus(); item.run() }}>${item.label}</button>`)}</div>`
}

function Head({ column, sort }) {
  const [, back, name] = /^(-?)(.*)$/.exec(sort ?? '')
  const on = column.sort && name === column.sort
  if (!column.sort) return html`<th class=${column.num ? 'num' : ''} scope="col">${column.label}</th>`
  const upwards = on ? Boolean(back) : column.up
  return html`<th class=${column.num ? 'num' : ''} scope="col" aria-sort=${on ? back ? 'descending' : 'ascending' : 'none'}>
    <button type="button" class="sort" onClick=${() => change({ sort: `${upwards ? '' : '-'}${column.sort}`, cursor: undefined })}>
      ${column.label}<span aria-hidden="true">${on ? back ? ' ↓' : ' ↑' : ' ↕'}</span></button></th>`
}

function Filters({ spec, params, sort }) {
  const filters = spec.filters ?? []
  const [open, toggle] = useState(false)
  const set = filters.filter(f => params.get(f.name))
  const put = (name, value) => change({ [name]: value, cursor: undefined })
  const sorts = spec.columns.filter(c => c.sort).flatMap(c => c.up ? [[c.sort, `${c.label} ↑`], [`-${c.sort}`, `${c.label} ↓`]]
    : [[`-${c.sort}`, `${c.label} ↓`], [c.sort, `${c.label} ↑`]])
  const more = filters.filter(f => f.type !== 'search').length + sorts.length
  return html`<div class="filters">
    <div class=${`controls ${open ? 'open' : ''}`}>${filters.map(f => html`<${Filter} key=${f.name} filter=${f} value=${params.get(f.name) ?? ''} put=${put} />`)}
      ${sorts.length > 0 && html`<div class="filter phone"><label for="sort-by">Sort by</label><select id="sort-by" value=${sort}
        onChange=${event => put('sort', event.currentTarget.value)}>${sorts.map(([v, l]) => html`<option value=${v}>${l}</option>`)}</select></div>`}
      ${more > 0 && html`<${Button} kind="phone-button" aria-expanded=${open ? 'true' : 'false'} onClick=${() => toggle(!open)}>${open ? 'Fewer filters' : 'Filter and sort'}<//>`}</div>
    ${set.length > 0 && html`<ul class="chips" aria-label="Filters that are set">${set.map(f => html`<li key=${f.name}>
      <${Chip} filter=${f} value=${params.get(f.name)} drop=${() => put(f.name, undefined)} /></li>`)}</ul>`}
  </div>`
}

function Chip({ filter: f, value, drop }) {
  const name = useName(f.kind, f.kind ? value : null)
  const shown = f.kind ? name : optionLabel(f, value)
  return html`<button type="button" class="chip" onClick=${drop} aria-label=${`Remove the filter ${f.label}: ${shown}`}>
    ${f.label}: ${shown} <span aria-hidden="true">×</span></button>`
}

const optionLabel = (f, value) => {
  const found = (f.options ?? []).map(o => Array.isArray(o) ? o : [o, words(o)]).find(([v]) => v === value)
  return found ? found[1] : value
}

function Filter({ filter: f, value, put }) {
  const [text, type] = useState(value)
  useEffect(() => type(value), [value])
  const id = `filter-${f.name}`
  if (f.type === 'select')
    return html`<div class="filter"><label for=${id}>${f.label}</label><select id=${id} value=${value}
      onChange=${event => put(f.name, event.currentTarget.value)}><option value="">All</option>
      ${f.options.map(o => Array.isArray(o) ? o : [o, words(o)]).map(([v, l]) => html`<option value=${v}>${l}</option>`)}</select></div>`
  if (f.type === 'date')
    return html`<div class="filter"><label for=${id}>${f.label}</label><input id=${id} type="date" value=${value}
      onChange=${event => put(f.name, event.currentTarget.value)} /></div>`
  if (f.type === 'pick')
    return html`<div class="filter"><label for=${id}>${f.label}</label><${Pick} id=${id} kind=${f.kind} value=${value}
      onChange=${chosen => put(f.name, chosen)} /></div>`
  const submit = event => {
    event.preventDefault()
    put(f.name, text.trim())
  }
  return html`<form class=${`filter ${f.type}`} role=${f.type === 'search' ? 'search' : null} onSubmit=${submit}><label for=${id}><span>${f.label}</span>
    <input id=${id} type="search" value=${text} placeholder=${f.placeholder ?? ''}
      onInput=${event => type(event.currentTarget.value)}
      onBlur=${() => text.trim() !== value && put(f.name, text.trim())} /></label></form>`
}

export function Pager({ list, params }) {
  const total = list.count_is_estimate ? `${count(list.count)}+` : count(list.count)
  return html`<nav class="pager" aria-label="Rows of the list">
    <span class="muted">${total} in all</span>
    <label>Rows <select value=${params.get('page_size') ?? '20'} onChange=${event =>
      change({ page_size: event.currentTarget.value, cursor: undefined })}>${sizes.map(s => html`<option>${s}</option>`)}</select></label>
    <${Button} disabled=${!list.previous} onClick=${() => change({ cursor: cursorOf(list.previous) }, { replace: false })}>Previous<//>
    <${Button} disabled=${!list.next} onClick=${() => change({ cursor: cursorOf(list.next) }, { replace: false })}>Next<//>
  </nav>`
}

// ---- columns -----------------------------------------------------------------

function useColumns(spec) {
  const key = `haat.columns.${spec.path}`
  const [names, set] = useState(() => {
    try { return JSON.parse(localStorage.getItem(key)) } catch { return null }
  })
  const shown = spec.columns.filter((c, i) => i === 0 || (names ? names.includes(c.name) : !c.off))
  return [shown, next => {
    localStorage.setItem(key, JSON.stringify(next))
    set(next)
  }]
}

function ColumnChoice({ spec, columns, set }) {
  const [open, toggle] = useState(false)
  const names = columns.map(c => c.name)
  return html`<${Button} onClick=${() => toggle(true)}>Columns<//>
    ${open && html`<${Dialog} title="Columns" onClose=${() => toggle(false)}>
      <div class="form">${spec.columns.slice(1).map(c => html`<div class="field check">
        <input id=${`col-${c.name}`} type="checkbox" checked=${names.includes(c.name)} onChange=${event =>
          set(event.currentTarget.checked ? [...names, c.name] : names.filter(n => n !== c.name))} />
        <label for=${`col-${c.name}`}>${c.label}</label></div>`)}</div><//>`}`
}

// ---- what was done, row by row -------------------------------------------------

function Report({ report, nameOf, close }) {
  const bad = report.outcome.filter(o => !o.ok)
  const done = report.outcome.length === report.total
  return html`<${Dialog} title=${report.action.label} onClose=${close}>
    <div class="prose" role="status">
      <p>${report.outcome.length - bad.length} of ${report.total} done${bad.length ? `, ${bad.length} refused` : ''}${done ? '.' : '…'}</p>
      <ul class="report">${report.outcome.map(o => html`<li class=${o.ok ? 'good' : 'bad'}>
        ${o.ok ? '✓' : '✗'} ${nameOf(o.row)}${o.ok ? '' : `: ${o.problem.message}`}</li>`)}</ul>
    </div>
    <footer><${Button} kind="primary" onClick=${close}>Close<//></footer><//>`
}

// ---- CSV of the filter ----------------------------------------------------------

const plainCell = (c, row) => c.csv ? c.csv(row) : c.money ? (row[c.name] / 100).toFixed(2) : row[c.name]
const MOST = 10000

/** All pages of the filter, at most 10,000 rows, as they are sorted and with the columns shown. */
function Export({ spec, wanted, columns, fetchPage }) {
  const [written, tell] = useState(null)
  const run = async () => {
    const lines = [columns.map(c => c.label)]
    let query = { ...wanted, cursor: undefined, page_size: 100 }
    tell(0)
    try {
      for (;;) {
        const page = await fetchPage(query)
        lines.push(...page.results.map(row => columns.map(c => plainCell(c, row))))
        tell(lines.length - 1)
        if (!page.next || lines.length > MOST) {
          save(spec.title, lines)
          toast(page.next ? `The first ${count(lines.length - 1)} rows are written; a narrower filter or a report holds the rest.`
            : `${count(lines.length - 1)} rows are written.`)
          break
        }
        query = { ...query, cursor: cursorOf(page.next) }
      }
    } catch (problem) {
      toast(`Nothing was saved: ${problem.message}`, 'bad')
    }
    tell(null)
  }
  return html`<${Button} busy=${written !== null} onClick=${run}>${written === null ? 'Download CSV' : `${count(written)} rows…`}<//>`
}

// ---- j, k and x ------------------------------------------------------------------

function useKeys(table, pick) {
  const latest = useRef(pick)
  latest.current = pick
  useEffect(() => {
    const press = event => {
      if (event.target.closest?.('input, textarea, select, dialog, [role=menu]') || event.ctrlKey || event.metaKey || event.altKey) return
      const links = [...table.current?.querySelectorAll('a.row-link') ?? []]
      const at = links.indexOf(document.activeElement)
      if (event.key === 'x' && at >= 0) latest.current(links[at].closest('tr').dataset.key)
      if (event.key !== 'j' && event.key !== 'k') return
      const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + (event.key === 'j' ? 1 : -1)))]
      next?.focus()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
