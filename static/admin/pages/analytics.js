import { html } from '../lib.js'
import { get } from '../api.js'
import { change, to, useRoute } from '../router.js'
import { Failure, Money, PageHead, Skeleton, useLoad, useTitle } from '../ui.js'
import { Card, Table } from '../detail.js'
import { Chart } from '../chart.js'
import { count, day, money, moneyShort, moneyWhole, today, words } from '../format.js'
import { Figure, compare } from './home.js'

const ranges = [['7', 'Last 7 days'], ['30', 'Last 30 days'], ['90', 'Last 90 days'], ['365', 'Last year']]

/** From and to in the URL; both ends count. */
export function useRange() {
  const { params } = useRoute()
  const from = params.get('from') || today(29)
  const until = params.get('to') || today(0)
  return { from, to: until, interval: params.get('interval') || 'day' }
}
/** The same number of days, just before: what previous holds. */
function before({ from, to: until }) {
  const length = Date.parse(until) - Date.parse(from) + 86400000
  const date = ms => new Date(ms).toISOString().slice(0, 10)
  return { from: date(Date.parse(from) - length), to: date(Date.parse(from) - 86400000) }
}
/** How many days until today, where a range is one of those with a name. */
const named = ({ from, to: until }) => ranges.find(([days]) => until === today(0) && from === today(days - 1))?.[0]
export const RangeChoice = ({ range, intervals = true }) => html`<div class="filters"><div class="controls">
  <label class="filter"><span>Range</span><select value=${named(range) ?? ''} onChange=${e => change({ from: today(e.currentTarget.value - 1), to: today(0), cursor: undefined })}>
    ${!named(range) && html`<option value="">Custom</option>`}${ranges.map(([v, l]) => html`<option value=${v}>${l}</option>`)}</select></label>
  <label class="filter"><span>From</span><input type="date" value=${range.from} onChange=${e => change({ from: e.currentTarget.value, cursor: undefined })} /></label>
  <label class="filter"><span>To</span><input type="date" value=${range.to} onChange=${e => change({ to: e.currentTarget.value, cursor: undefined })} /></label>
  ${intervals && html`<label class="filter"><span>Each</span><select value=${range.interval} onChange=${e => change({ interval: e.currentTarget.value })}>
    ${['day', 'week', 'month'].map(i => html`<option value=${i}>${words(i)}</option>`)}</select></label>`}</div></div>`

const use = (path, query) => useLoad(signal => get(path, query, signal), [path, JSON.stringify(query)])
const Loaded = ({ load, children }) => load.problem ? html`<${Failure} problem=${load.problem} retry=${load.reload} />` :
  load.value ? html`<div aria-busy=${load.loading ? 'true' : null}>${children(load.value)}</div>` : html`<${Skeleton} />`

export function Analytics() {
  useTitle('Analytics')
  const range = useRange()
  const past = before(range)
  const overview = use('/api/admin/analytics/overview/', { from: range.from, to: range.to })
  const revenue = use('/api/admin/analytics/revenue/', range)
  const orders = use('/api/admin/analytics/orders/', range)
  const gmv = use('/api/admin/analytics/gmv/', range)
  const users = use('/api/admin/analytics/users/', range)
  const top = use('/api/admin/analytics/top-products/', { from: range.from, to: range.to, limit: 20 })
  return html`<section class="page"><${PageHead} title="Analytics" lead=${`${day(range.from)} to ${day(range.to)}, with ${day(past.from)} to ${day(past.to)} beside it.`} />
    <${RangeChoice} range=${range} />
    <${Loaded} load=${overview}>${f => html`<div class="tiles">
      <${Figure} label="Gross revenue" now=${f.gross_revenue} before=${f.previous.gross_revenue} show=${n => moneyWhole(n, f.currency)} />
      <${Figure} label="Net revenue" now=${f.net_revenue} before=${f.previous.net_revenue} show=${n => moneyWhole(n, f.currency)} />
      <${Figure} label="Orders" now=${f.orders} before=${f.previous.orders} show=${count} />
      <${Figure} label="Units sold" now=${f.units_sold} before=${f.previous.units_sold} show=${count} />
      <${Figure} label="Average order" now=${f.average_order_value} before=${f.previous.average_order_value} show=${n => moneyWhole(n, f.currency)} />
      <${Figure} label="Refunds" now=${f.refunds} before=${f.previous.refunds} show=${n => moneyWhole(n, f.currency)} /></div>`}<//>
    <div class="two">
      <${Card}><${Loaded} load=${revenue}>${v => html`<${Chart} title="Gross revenue" dates=${v.series.map(p => p.date)} format=${n => money(n, v.currency)} short=${n => moneyShort(n, v.currency)}
        series=${compare(v, 'gross')} />`}<//><//>
      <${Card}><${Loaded} load=${revenue}>${v => html`<${Chart} title="Commission" dates=${v.series.map(p => p.date)} format=${n => money(n, v.currency)} short=${n => moneyShort(n, v.currency)}
        series=${compare(v, 'commission')} />`}<//><//>
      <${Card}><${Loaded} load=${orders}>${v => html`<${Chart} title="Orders" bars dates=${v.series.map(p => p.date)} format=${count}
        series=${compare(v, 'orders')} />`}<//><//>
      <${Card}><${Loaded} load=${gmv}>${v => html`<${Chart} title=${`GMV, ${money(v.total, v.currency)} in all`} dates=${v.series.map(p => p.date)} format=${n => money(n, v.currency)} short=${n => moneyShort(n, v.currency)}
        series=${compare(v, 'gmv')} />`}<//><//>
      <${Card}><${Loaded} load=${users}>${v => html`<${Chart} title=${`New accounts, ${count(v.new)} of ${count(v.total)}; ${count(v.active)} ordered`} bars dates=${v.series.map(p => p.date)} format=${count}
        series=${compare(v, 'new')} />`}<//><//>
      <${Card} title="Orders by status"><${Loaded} load=${orders}>${v => html`<${Table} label="Orders by status" rows=${Object.entries(v.by_status)} columns=${[
        { label: 'Status', show: ([s]) => html`<a href=${to('/orders', { status: s })}>${words(s)}</a>` }, { label: 'Orders', num: true, show: ([, n]) => count(n) }]} />`}<//><//>
    </div>
    <${Card} title="Best sellers"><${Loaded} load=${top}>${v => html`<${Table} label="Best sellers" rows=${v.results} columns=${[
      { label: 'Product', show: p => html`<a href=${to('/products/detail', { id: p.product_id })}>${p.name}</a>` },
      { label: 'Units', num: true, show: p => count(p.units_sold) }, { label: 'Revenue', num: true, show: p => html`<${Money} amount=${p.revenue} currency=${v.currency} />` },
      { label: 'Units before', num: true, show: p => count(p.previous_units_sold) },
      { label: 'Revenue before', num: true, show: p => html`<${Money} amount=${p.previous_revenue} currency=${v.currency} />` }]} />`}<//><//>
  </section>`
}
