import { html, useState } from '../lib.js'
import { download, get } from '../api.js'
import { change, useRoute } from '../router.js'
import { Pager } from '../list.js'
import { ApiCall, Button, Empty, Failure, PageHead, Skeleton, toast, useLoad, useTitle } from '../ui.js'
import { count, day, method, money, rate, words } from '../format.js'
import { RangeChoice, useRange } from './analytics.js'

const types = ['sales', 'orders', 'sellers', 'products', 'tax', 'settlements', 'refunds']
const amounts = /(amount|total|gross|net|revenue|refunds|commission|subtotal|price|cgst|sgst|igst|tax|taxable_value|shipping|discount|adjustments|refunded)$/
const plainAmount = (name, value) => typeof value === 'number' && amounts.test(name) && !/(^|_)(count|orders|units|bps)$/.test(name)
const cell = (name, value, currency) => value === null || value === undefined ? '–' : plainAmount(name, value) ? money(value, currency)
  : /rate_bps$/.test(name) ? rate(value) : name === 'payment_method' ? method(value) : typeof value === 'number' ? count(value) : typeof value === 'object' ? JSON.stringify(value) : /^\d{4}-\d\d-\d\d/.test(value) ? day(value) : /^[a-z]+(_[a-z]+)*$/.test(value) ? words(value) : String(value)

/** What the columns are called, where their names do not say it. */
const heads = { order_number: 'Order', store_name: 'Seller', legal_name: 'Company', company_name: 'Company', email: 'E-mail',
  tax_rate_bps: 'Tax rate', unit_price: 'Unit price', tax_total: 'Tax', cgst: 'CGST', sgst: 'SGST', igst: 'IGST', discount_total: 'Discount', shipping_total: 'Shipping',
  captured_total: 'Received', refunded_total: 'Refunded', cgst_refunded: 'CGST refunded', sgst_refunded: 'SGST refunded', igst_refunded: 'IGST refunded',
  payment_status: 'Payment', payment_method: 'Paid by', source: 'Begun by', requested_at: 'Requested', processed_at: 'Processed' }
const head = name => heads[name] ?? words(name)
/** What stands behind the amounts, which are what one looks for: it may need scrolling. */
const behind = ['email', 'company_name', 'gstin', 'legal_name', 'place_of_supply', 'sku', 'hsn_code', 'tax_rate_bps', 'unit_price', 'payment_method',
  'reason', 'reference', 'requested_at', 'processed_at']
// Names, not ids: those are in the file, as is the minute behind a day.
const columnsOf = (type, row) => {
  const names = Object.keys(row).filter(n => n !== 'currency' && n !== 'placed_at' && !/(^|_)id$/.test(n))
  return type === 'tax' ? names : [...names.filter(n => !behind.includes(n)), ...names.filter(n => behind.includes(n))]
}
const wraps = { product: 'text long', reason: 'text long', store_name: 'text', legal_name: 'text', buyer: 'text', company_name: 'text', place_of_supply: 'text' }

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
  const names = rows.length ? columnsOf(type, rows[0]) : []
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
      ${names.map(n => html`<th scope="col" class=${typeof rows[0][n] === 'number' ? 'num' : ''}>${head(n)}</th>`)}</tr></thead>
      <tbody>${rows.map(row => html`<tr>${names.map((n, i) => html`<td class=${typeof row[n] === 'number' ? 'num' : wraps[n] ?? ''} data-label=${i === 0 ? null : head(n)}>${cell(n, row[n], row.currency ?? load.value.currency)}</td>`)}</tr>`)}</tbody></table></div>
      <${Pager} list=${load.value} params=${params} />`}
    <${ApiCall} call=${['GET', '/api/admin/reports/', page]} value=${load.value} />
  </section>`
}
