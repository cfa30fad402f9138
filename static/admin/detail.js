/* The shape of every detail page: what it is at the left, what to know at the right, and below
 * what happened. */
import { html } from './lib.js'
import { get } from './api.js'
import { ApiCall, Failure, Money, PageHead, Skeleton, Time, useLoad, useTitle } from './ui.js'
import { said, words } from './format.js'

/** load is what useLoad gave; children(value) draws the page. */
export function Detail({ load, title, lead, back, actions, call, children }) {
  useTitle(load.value ? title(load.value) : 'Loading')
  if (load.problem && !load.value) return html`<${Failure} problem=${load.problem} retry=${load.reload} />`
  if (!load.value) return html`<${Skeleton} rows=${8} />`
  return html`<section class="page detail">
    <${PageHead} title=${title(load.value)} lead=${lead?.(load.value)} back=${back}>
      ${actions?.(load.value)}<//>
    ${children(load.value)}
    ${call && html`<${ApiCall} call=${call} value=${load.value} />`}
  </section>`
}

export const Columns = ({ left, right }) => html`<div class="columns"><div class="left">${left}</div>
  <aside class="right">${right}</aside></div>`

export const Card = ({ title, children, actions }) => html`<section class="card">
  ${title && html`<header><h2>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</header>`}
  ${children}</section>`

/** [[label, value], …]; rows without a value are left out. */
export const Facts = ({ facts }) => html`<dl class="facts">${facts.filter(([, value]) =>
  value !== undefined && value !== null && value !== '').map(([label, value]) =>
  html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`

/** Lines that visibly add up: [[label, amount]], the last one is the sum. */
export const Sum = ({ lines, currency }) => html`<table class="sum"><tbody>${lines.map(([label, amount], i) => html`
  <tr class=${i === lines.length - 1 ? 'total' : ''}><th scope="row">${label}</th>
  <td class="num"><${Money} amount=${amount} currency=${currency} /></td></tr>`)}</tbody></table>`

/** A small table inside a card. columns: [{label, show, num}] */
export const Table = ({ columns, rows, empty = 'Nothing yet.', label }) => rows.length ? html`
  <div class=${`table-wrap rows ${rows.length > 20 ? 'long' : ''}`} tabindex="0" role="region" aria-label=${label}><table><thead><tr>
  ${columns.map(c => html`<th scope="col" class=${c.num ? 'num' : ''}>${c.label}</th>`)}</tr></thead>
  <tbody>${rows.map(row => html`<tr>${columns.map((c, i) => html`<td class=${c.num ? 'num' : ''} data-label=${i === 0 ? null : c.label}>${c.show(row)}</td>`)}</tr>`)}
  </tbody></table></div>` : html`<p class="muted">${empty}</p>`

/** events: [{at, title, from, to, who, note, href}], newest first. */
export const TimeLine = ({ events, empty = 'Nothing happened yet.' }) => events.length ? html`<ol class="timeline">
  ${events.map(e => html`<li><div class="what"><span class="strong">${e.title}</span>
    ${e.to && html` <span class="muted">${e.from && `${words(e.from)} → `}${words(e.to)}</span>`}</div>
    <div class="muted"><${Time} at=${e.at} />${e.who && html` · ${e.who}`}</div>
    ${e.note && html`<p class="note">${e.note}</p>`}</li>`)}</ol>` : html`<p class="muted">${empty}</p>`

/** What administrators did to it, from the audit trail, with the events that it tells itself. */
export function History({ entity, id, events = [] }) {
  const load = useLoad(signal => get('/api/admin/logs/', { entity, entity_id: id, page_size: 50 }, signal), [entity, id])
  const done = (load.value?.results ?? []).map(entry => {
    const { status, ...others } = entry.changes
    return { at: entry.at, title: words(entry.action.replace('.', ': ')), from: status?.[0], to: status?.[1],
      who: entry.actor?.email ?? 'System', note: Object.entries(others).map(([name, [was, now]]) =>
        was === null ? `${words(name)}: ${said(name, now)}` : `${words(name)}: ${said(name, was)} → ${said(name, now)}`).join('\n') }
  })
  return html`<${Card} title="What happened">${load.problem ? html`<p class="error">${load.problem.message}</p>`
    : html`<${TimeLine} events=${[...done, ...events.filter(e => e.at)].sort((a, b) => b.at.localeCompare(a.at))} />`}<//>`
}

/** What an edit would change, line by line: {name: value}, before and after; of what holds
 * values by names, those that differ. */
export const Changes = ({ before, after }) => html`<div class="table-wrap rows" tabindex="0" role="region" aria-label="Changes"><table class="changes">
  <thead><tr><th scope="col">Field</th><th scope="col">Now</th><th scope="col">Wanted</th></tr></thead><tbody>${differences(before ?? {}, after).map(([name, was, now]) => html`<tr>
  <th scope="row">${name}</th><td data-label="Now">${plain(was) === '–' ? '–' : html`<del>${plain(was)}</del>`}</td>
  <td data-label="Wanted">${plain(now) === '–' ? '–' : html`<ins>${plain(now)}</ins>`}</td></tr>`)}</tbody></table></div>`

const holds = value => value !== null && typeof value === 'object' && !Array.isArray(value)
function differences(before, after) {
  return Object.keys(after).flatMap(name => {
    const [was, now] = [before[name], after[name]]
    if (!holds(now)) return [[words(name), was, now]]
    return [...new Set([...Object.keys(was ?? {}), ...Object.keys(now)])].filter(key => JSON.stringify(was?.[key]) !== JSON.stringify(now[key]))
      .map(key => [`${words(name)}: ${words(key)}`, was?.[key], now[key]])
  })
}

const plain = value => value === null || value === undefined || value === '' ? '–' : Array.isArray(value) ? value.map(plain).join('\n')
  : typeof value === 'object' ? Object.entries(value).filter(([, v]) => v !== null).map(([name, v]) => `${words(name)}: ${plain(v)}`).join(', ') : String(value)
