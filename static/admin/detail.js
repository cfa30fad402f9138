/* The shape of every detail page: what it is at the left, what to know at the right, and below
 * what happened. */
import { html, useState } from './lib.js'
import { describe, get } from './api.js'
import { Button, Copy, Dialog, Failure, Money, PageHead, Skeleton, Time, useLoad, useTitle } from './ui.js'
import { words } from './format.js'

/** load is what useLoad gave; children(value) draws the page. */
export function Detail({ load, title, lead, back, actions, call, children }) {
  useTitle(load.value ? title(load.value) : 'Loading')
  if (load.problem && !load.value) return html`<${Failure} problem=${load.problem} retry=${load.reload} />`
  if (!load.value) return html`<${Skeleton} rows=${8} />`
  return html`<section class="page detail">
    <${PageHead} title=${title(load.value)} lead=${lead?.(load.value)} back=${back}>
      ${actions?.(load.value)}<//>
    ${children(load.value)}
    ${call && html`<p class="call muted"><${Copy} text=${describe(...call)} label="Copy the API call" />
      <${RawAnswer} value=${load.value} /></p>`}
  </section>`
}

function RawAnswer({ value }) {
  const [open, toggle] = useState(false)
  return html`<${Button} kind="plain" onClick=${() => toggle(true)}>Show the answer<//>
    ${open && html`<${Dialog} wide title="What the API answered" onClose=${() => toggle(false)}>
      <pre class="raw" tabindex="0">${JSON.stringify(value, null, 2)}</pre><//>`}`
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
  <div class="table-wrap" tabindex="0" role="region" aria-label=${label}><table><thead><tr>
  ${columns.map(c => html`<th scope="col" class=${c.num ? 'num' : ''}>${c.label}</th>`)}</tr></thead>
  <tbody>${rows.map(row => html`<tr>${columns.map(c => html`<td class=${c.num ? 'num' : ''} data-label=${c.label}>${c.show(row)}</td>`)}</tr>`)}
  </tbody></table></div>` : html`<p class="muted">${empty}</p>`

/** events: [{at, title, from, to, who, note, href}], newest first. */
export const TimeLine = ({ events, empty = 'Nothing happened yet.' }) => events.length ? html`<ol class="timeline">
  ${events.map(e => html`<li><div class="what"><span class="strong">${e.title}</span>
    ${e.from && html` <span class="muted">${words(e.from)} → ${words(e.to)}</span>`}</div>
    <div class="muted"><${Time} at=${e.at} />${e.who && html` · ${e.who}`}</div>
    ${e.note && html`<p class="note">${e.note}</p>`}</li>`)}</ol>` : html`<p class="muted">${empty}</p>`

/** What administrators did to it, from the audit trail, with the events that it tells itself. */
export function History({ entity, id, events = [] }) {
  const load = useLoad(signal => get('/api/admin/logs/', { entity, entity_id: id, page_size: 50 }, signal), [entity, id])
  const done = (load.value?.results ?? []).map(entry => {
    const { status, ...others } = entry.changes
    return { at: entry.at, title: words(entry.action.replace('.', ': ')), from: status?.[0], to: status?.[1],
      who: entry.actor?.email ?? 'System', note: Object.entries(others).map(([name, [was, now]]) =>
        `${words(name)}: ${said(was)} → ${said(now)}`).join('\n') }
  })
  return html`<${Card} title="What happened">${load.problem ? html`<p class="error">${load.problem.message}</p>`
    : html`<${TimeLine} events=${[...done, ...events.filter(e => e.at)].sort((a, b) => b.at.localeCompare(a.at))} />`}<//>`
}

const said = value => value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** What an edit would change: {name: [before, after]}. */
export const Changes = ({ before, after }) => html`<table class="changes"><thead><tr><th scope="col">Field</th>
  <th scope="col">Now</th><th scope="col">Wanted</th></tr></thead><tbody>${Object.keys(after).map(name => html`<tr>
  <th scope="row">${words(name)}</th><td><del>${plain(before?.[name])}</del></td><td><ins>${plain(after[name])}</ins></td></tr>`)}
  </tbody></table>`

const plain = value => value === null || value === undefined ? '–' : typeof value === 'object'
  ? html`<code>${JSON.stringify(value)}</code>` : String(value)
