/*
 * The shape of every list: a head, typed filters and a search kept in the URL, a
 * table with columns to choose from, sorting, selection with bulk actions that
 * report row by row, next and previous, and a CSV of what the filters leave.
 *
 *   <List spec=${{ title, lead, path, columns, filters, actions, bulk, row }} />
 *
 * columns: [{name, label, show(row), sort, num, mono, off}]; the first is the name
 * and the link. filters: [{name, label, type: 'search'|'select'|'date'|'text', options}].
 * bulk: [{label, danger, when(row), question(rows), run(row, values)}]. part: the page that it
 * stands on, where it is not the whole of it.
 */
import { html, useEffect, useMemo, useRef, useState } from './lib.js'
import { describe, download, get } from './api.js'
import { change, go, to, useRoute } from './router.js'
import { Button, Copy, Dialog, Empty, Failure, PageHead, Skeleton, confirm, toast, useLoad, useTitle }
  from './ui.js'
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
  const list = useLoad(signal => get(spec.path, wanted, signal), [JSON.stringify(wanted), spec.path])
  const [chosen, choose] = useState(new Set())
  useEffect(() => choose(new Set()), [JSON.stringify(wanted)])
  const [columns, setColumns] = useColumns(spec)
  const [report, setReport] = useState(null)
  const rows = list.value?.results ?? []
  const keyOf = spec.keyOf ?? (row => row.id)
  const picked = rows.filter(row => chosen.has(keyOf(row)))
  const table = useRef(null)
  useKeys(table)

  const runBulk = async action => {
    const able = picked.filter(row => !action.when || action.when(row))
    if (!able.length) return toast('None of the chosen rows allows this now.', 'bad')
    const values = await confirm({ confirm: action.label, danger: action.danger,
      ...action.question(able, picked.length - able.length) })
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

  return html`<section class="page list">
    <${PageHead} title=${spec.title} lead=${spec.lead} part=${spec.part}>
      ${spec.csv && html`<${Button} onClick=${() => download(spec.csv.path,
        { ...wanted, cursor: undefined, page_size: undefined, ...spec.csv.params },
        `${spec.title.toLowerCase()}.csv`).catch(e => toast(e.message, 'bad'))}>Download CSV<//>`}
      ${!spec.csv && rows.length > 0 && html`<${Button} onClick=${() => exportRows(spec, wanted, columns)}>
        Download CSV<//>`}
      <${ColumnChoice} spec=${spec} columns=${columns} set=${setColumns} />
      ${(spec.actions ?? []).map(a => html`<${Button} kind="primary" onClick=${() => a.run(list.reload)}>${a.label}<//>`)}
    <//>
    <${Filters} spec=${spec} params=${params} />
    ${picked.length > 0 && html`<div class="selection" role="region" aria-label="Selected rows">
      <span>${picked.length} selected</span>
      ${(spec.bulk ?? []).map(a => html`<${Button} kind=${a.danger ? 'danger' : ''} onClick=${() => runBulk(a)}>${a.label}<//>`)}
      <${Button} kind="plain" onClick=${() => choose(new Set())}>Clear<//></div>`}
    ${list.problem && html`<${Failure} problem=${list.problem} retry=${list.reload}
      what=${`${spec.title} could not be loaded.`} />`}
    ${!list.value && list.loading && html`<${Skeleton} rows=${10} height="table" />`}
    ${list.value && !rows.length && html`<${Empty} title=${spec.empty?.title ?? `No ${spec.title.toLowerCase()} here`}
      action=${params.toString() ? html`<${Button} onClick=${() => go(to(location.hash.replace(/^#/, '').split('?')[0]))}>
        Clear the filters<//>` : null}>${spec.empty?.text ?? 'Nothing fits these filters.'}<//>`}
    ${rows.length > 0 && html`<div class="table-wrap" tabindex="0" role="region" aria-label=${spec.title}>
      <table ref=${table} aria-busy=${list.loading ? 'true' : null}>
        <thead><tr>
          ${spec.bulk && html`<th class="pick"><input type="checkbox" aria-label="Select all rows of this page"
            checked=${picked.length === rows.length} onChange=${event => choose(event.currentTarget.checked
              ? new Set(rows.map(keyOf)) : new Set())} /></th>`}
          ${columns.map(c => html`<${Head} column=${c} sort=${params.get('sort')} />`)}
        </tr></thead>
        <tbody>${rows.map(row => html`<tr key=${keyOf(row)} data-key=${keyOf(row)}>
          ${spec.bulk && html`<td class="pick"><input type="checkbox" aria-label=${`Select ${spec.nameOf?.(row) ?? keyOf(row)}`}
            checked=${chosen.has(keyOf(row))} onChange=${() => choose(old => {
              const next = new Set(old)
              if (!next.delete(keyOf(row))) next.add(keyOf(row))
              return next
            })} /></td>`}
          ${columns.map((c, i) => html`<td class=${[c.num && 'num', c.mono && 'mono'].filter(Boolean).join(' ')}
            data-label=${c.label}>${i === 0 && spec.href ? html`<a class="row-link" href=${spec.href(row)}>${c.show(row)}</a>`
              : c.show(row)}</td>`)}
        </tr>`)}</tbody>
      </table></div>
      <${Pager} list=${list.value} params=${params} />`}
    <p class="call muted"><${Copy} text=${describe('GET', spec.path, wanted)} label="Copy the API call" /></p>
    ${report && html`<${Report} report=${report} nameOf=${spec.nameOf ?? keyOf} close=${() => setReport(null)} />`}
  </section>`
}

function Head({ column, sort }) {
  const [, back, name] = /^(-?)(.*)$/.exec(sort ?? '')
  const on = column.sort && name === column.sort
  if (!column.sort) return html`<th class=${column.num ? 'num' : ''} scope="col">${column.label}</th>`
  const next = on && back ? column.sort : `-${column.sort}`
  return html`<th class=${column.num ? 'num' : ''} scope="col" aria-sort=${on ? back ? 'descending' : 'ascending' : 'none'}>
    <button type="button" class="sort" onClick=${() => change({ sort: next, cursor: undefined })}>
      ${column.label}<span aria-hidden="true">${on ? back ? ' ↓' : ' ↑' : ' ↕'}</span></button></th>`
}

function Filters({ spec, params }) {
  const filters = spec.filters ?? []
  const set = filters.filter(f => params.get(f.name))
  if (!filters.length) return null
  const put = (name, value) => change({ [name]: value, cursor: undefined })
  return html`<div class="filters">
    <div class="controls">${filters.map(f => html`<${Filter} key=${f.name} filter=${f} value=${params.get(f.name) ?? ''} put=${put} />`)}</div>
    ${set.length > 0 && html`<ul class="chips" aria-label="Filters that are set">${set.map(f => html`<li>
      <button type="button" class="chip" onClick=${() => put(f.name, undefined)}
        aria-label=${`Remove the filter ${f.label}: ${params.get(f.name)}`}>
        ${f.label}: ${optionLabel(f, params.get(f.name))} <span aria-hidden="true">×</span></button></li>`)}</ul>`}
  </div>`
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
  const submit = event => {
    event.preventDefault()
    put(f.name, text.trim())
  }
  return html`<form class="filter search" role="search" onSubmit=${submit}><label for=${id}><span>${f.label}</span>
    <input id=${id} type="search" value=${text} placeholder=${f.placeholder ?? ''} data-search=${f.type === 'search' ? '' : null}
      onInput=${event => type(event.currentTarget.value)}
      onBlur=${() => text.trim() !== value && put(f.name, text.trim())} /></label></form>`
}

function Pager({ list, params }) {
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

// ---- CSV of the filter, where the API has none ----------------------------------

const cell = value => {
  let text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (/^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = `'${text}`
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

/** All pages of the filter, at most 10,000 rows. */
async function exportRows(spec, wanted, columns) {
  const lines = [columns.map(c => cell(c.label)).join(',')]
  const plain = (c, row) => c.csv ? c.csv(row) : row[c.name]
  let query = { ...wanted, cursor: undefined, page_size: 100 }
  try {
    for (;;) {
      const page = await get(spec.path, query)
      for (const row of page.results) lines.push(columns.map(c => cell(plain(c, row))).join(','))
      if (!page.next || lines.length > 10000) break
      query = { ...query, cursor: cursorOf(page.next) }
    }
  } catch (problem) {
    toast(`The export ended early: ${problem.message}`, 'bad')
    return
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\ufeff', lines.join('\r\n'), '\r\n'], { type: 'text/csv;charset=utf-8' }))
  link.download = `${spec.title.toLowerCase().replace(/\s+/g, '-')}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  toast(`${count(lines.length - 1)} rows written.`)
}

// ---- j and k -------------------------------------------------------------------

function useKeys(table) {
  useEffect(() => {
    const press = event => {
      if (event.target.closest?.('input, textarea, select, dialog') || event.ctrlKey || event.metaKey) return
      if (event.key !== 'j' && event.key !== 'k') return
      const links = [...table.current?.querySelectorAll('a.row-link') ?? []]
      const at = links.indexOf(document.activeElement)
      const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + (event.key === 'j' ? 1 : -1)))]
      next?.focus()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
