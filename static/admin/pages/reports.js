import { html, useState } from '../lib.js'
import { download, get } from '../api.js'
import { change, useRoute } from '../router.js'
import { Pager } from '../list.js'
import { ApiCall, Button, Empty, Failure, PageHead, Skeleton, toast, useLoad, useTitle } from '../ui.js'
import { count, day, money, rate, words } from '../format.js'
import { RangeChoice, useRange } from './analytics.js'

const types = ['sales', 'orders', 'sellers', 'products', 'tax', 'settlements', 'refunds']
const amounts = /(amount|total|gross|net|revenue|refunds|commission|subtotal|price|cgst|sgst|igst|tax|taxable_value|shipping|discount|adjustments|refunded)$/
const plainAmount = (name, value) => typeof value === 'number' && amounts.test(name) && !/(count|orders|units|rate_bps)/.test(name)
const cell = (name, value, currency) => value === null || value === undefined ? '–' : plainAmount(name, value) ? money(value, currency)
  : /rate_bps$/.test(name) ? rate(value) : typeof value === 'number' ? count(value) : typeof value === 'object' ? JSON.stringify(value) : /^\d{4}-\d\d-\d\d/.test(value) ? day(value) : /^[a-z]+(_[a-z]+)*$/.test(value) ? words(value) : String(value)

export function Reports() {
  useTitle('Reports')
  const { params } = useRoute()
  const range = useRange()
  const type = types.includes(params.get('type')) ? params.get('type') : 'sales'
  const query = { type, from: range.from, to: range.to }
  const page = { ...query, page_size: params.get('page_size') ?? 20, cursor: params.get('cursor') }
  const load = useLoad(signal => get('/api/admin/reports/', page, signal), [JSON.stringify(page)])
  const [busy, work] = useState(false)
  const rows = load.value?.results ?? []
  // Names, not ids: those are in the file.
  const names = rows.length ? Object.keys(rows[0]).filter(n => n !== 'currency' && !/(^|_)id$/.test(n)) : []
  const csv = async () => {
    work(true)
    await download('/api/admin/reports/', { ...query, format: 'csv' }, `${type}.csv`).catch(e => toast(e.message, 'bad'))
    work(false)
  }
  return html`<section class="page"><${PageHead} title="Reports" lead="Page by page here; the file holds all of them, with ids.">
      <${Button} kind="primary" busy=${busy} onClick=${csv}>${busy ? 'Writing…' : 'Download CSV'}<//><//>
    <div class="filters report-kind"><label class="filter"><span>Report</span><select value=${type} onChange=${e => change({ type: e.currentTarget.value, cursor: undefined })}>
      ${types.map(t => html`<option value=${t}>${words(t)}</option>`)}</select></label></div>
    <${RangeChoice} range=${range} intervals=${false} />
    ${load.problem && html`<${Failure} problem=${load.problem} retry=${load.reload} />`}
    ${!load.value && load.loading && html`<${Skeleton} rows=${10} height="table" />`}
    ${load.value && !rows.length && html`<${Empty} title="Nothing in this range">Choose other days.<//>`}
    ${rows.length > 0 && html`<div class="table-wrap rows wide" tabindex="0" role="region" aria-label=${`${words(type)} report`}><table aria-busy=${load.loading ? 'true' : null}><thead><tr>
      ${names.map(n => html`<th scope="col" class=${typeof rows[0][n] === 'number' ? 'num' : ''}>${words(n)}</th>`)}</tr></thead>
      <tbody>${rows.map(row => html`<tr>${names.map((n, i) => html`<td class=${typeof row[n] === 'number' ? 'num' : ''} data-label=${i === 0 ? null : words(n)}>${cell(n, row[n], row.currency ?? load.value.currency)}</td>`)}</tr>`)}</tbody></table></div>
      <${Pager} list=${load.value} params=${params} />`}
    <${ApiCall} call=${['GET', '/api/admin/reports/', page]} value=${load.value} />
  </section>`
}
