import { html, useState } from '../lib.js'
import { download, get } from '../api.js'
import { change, useRoute } from '../router.js'
import { Button, Empty, Failure, PageHead, Skeleton, toast, useLoad, useTitle } from '../ui.js'
import { count, money, rate, words } from '../format.js'
import { RangeChoice, useRange } from './analytics.js'

const types = ['sales', 'orders', 'sellers', 'products', 'tax', 'settlements', 'refunds']
const amounts = /(amount|total|gross|net|revenue|refunds|commission|subtotal|price|cgst|sgst|igst|tax|taxable_value|shipping|discount|adjustments|refunded)$/
const plainAmount = (name, value) => typeof value === 'number' && amounts.test(name) && !/(count|orders|units|rate_bps)/.test(name)
const cell = (name, value, currency) => value === null || value === undefined ? '–' : plainAmount(name, value) ? money(value, currency)
  : /rate_bps$/.test(name) ? rate(value) : typeof value === 'number' ? count(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)

export function Reports() {
  useTitle('Reports')
  const { params } = useRoute()
  const range = useRange()
  const type = types.includes(params.get('type')) ? params.get('type') : 'sales'
  const query = { type, from: range.from, to: range.to }
  const load = useLoad(signal => get('/api/admin/reports/', { ...query, page_size: 50 }, signal), [JSON.stringify(query)])
  const [busy, work] = useState(false)
  const rows = load.value?.results ?? []
  // Names, not ids: those are in the file.
  const names = rows.length ? Object.keys(rows[0]).filter(n => n !== 'currency' && !/(^|_)id$/.test(n)) : []
  const csv = async () => {
    work(true)
    await download('/api/admin/reports/', { ...query, format: 'csv' }, `${type}.csv`).catch(e => toast(e.message, 'bad'))
    work(false)
  }
  return html`<section class="page"><${PageHead} title="Reports" lead="The first rows are shown; the file holds all of them.">
      <${Button} kind="primary" busy=${busy} onClick=${csv}>${busy ? 'Writing…' : 'Download CSV'}<//><//>
    <div class="filters"><label class="filter"><span>Report</span><select value=${type} onChange=${e => change({ type: e.currentTarget.value })}>
      ${types.map(t => html`<option value=${t}>${words(t)}</option>`)}</select></label></div>
    <${RangeChoice} range=${range} intervals=${false} />
    ${load.problem && html`<${Failure} problem=${load.problem} retry=${load.reload} />`}
    ${!load.value && load.loading && html`<${Skeleton} rows=${10} height="table" />`}
    ${load.value && !rows.length && html`<${Empty} title="Nothing in this range">Choose other days.<//>`}
    ${rows.length > 0 && html`<div class="table-wrap" tabindex="0" role="region" aria-label=${`${words(type)} report`}><table aria-busy=${load.loading ? 'true' : null}><thead><tr>
      ${names.map(n => html`<th scope="col" class=${typeof rows[0][n] === 'number' ? 'num' : ''}>${words(n)}</th>`)}</tr></thead>
      <tbody>${rows.map(row => html`<tr>${names.map(n => html`<td class=${typeof row[n] === 'number' ? 'num' : ''}>${cell(n, row[n], row.currency ?? load.value.currency)}</td>`)}</tr>`)}</tbody></table></div>`}
  </section>`
}
