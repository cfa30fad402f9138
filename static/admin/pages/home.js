import { html } from '../lib.js'
import { get } from '../api.js'
import { to } from '../router.js'
import { Failure, PageHead, Pill, Skeleton, useLoad, useTitle } from '../ui.js'
import { Card } from '../detail.js'
import { Chart } from '../chart.js'
import { count, money, moneyShort, moneyWhole, percent, words, zone } from '../format.js'

export const Tile = ({ label, value, was, href }) => {
  const inner = html`<div class="label">${label}</div><div class=${`value ${String(value).length > 9 ? 'long' : ''}`}>${value}</div>${was && html`<div class="was">${was}</div>`}`
  return href ? html`<a class="tile" href=${href}>${inner}</a>` : html`<div class="tile">${inner}</div>`
}
export const Figure = ({ label, now, before, show, href }) => html`<${Tile} label=${label} value=${show(now)} href=${href}
  was=${before === undefined ? null : `${percent(now, before) ? `${percent(now, before)} from` : 'Before:'} ${show(before)}`} />`
/** This period and the one before, cut or filled to the same number of points. */
export const compare = ({ series, previous }, name) => [{ label: 'Now', values: series.map(p => p[name]) },
  { label: 'Before', muted: true, values: series.map((_, i) => previous.series[i]?.[name] ?? 0) }]

const queues = [
  ['sellers_pending', 'Sellers to review', to('/sellers', { waits: 'true' })],
  ['products_pending', 'Products to review', to('/products/queue')],
  ['refunds_requested', 'Refund requests', to('/refunds', { status: 'requested' })],
  ['settlements_requested', 'Settlements to pay', to('/settlements', { status: 'requested' })],
  ['deliveries_failed', 'Failed deliveries', to('/deliveries')],
  ['payment_mismatches', 'Payment mismatches', to('/mismatches', { resolved: 'false' })],
  ['jobs_late', 'Late jobs', to('/jobs')],
]

export function Home() {
  useTitle('Home')
  const work = useLoad(signal => get('/api/admin/queues/', {}, signal), [])
  const figures = useLoad(signal => get('/api/admin/analytics/overview/', {}, signal), [])
  const revenue = useLoad(signal => get('/api/admin/analytics/revenue/', {}, signal), [])
  const orders = useLoad(signal => get('/api/admin/analytics/orders/', {}, signal), [])
  const health = useLoad(signal => get('/api/health/ready/', {}, signal), [])
  const f = figures.value
  return html`<section class="page"><${PageHead} title="Home" lead=${`What waits for you, and the last 30 days. Days are days in ${zone.name}.`} />
    ${work.problem && html`<${Failure} problem=${work.problem} retry=${work.reload} what="The work queues could not be loaded." />`}
    <div class="tiles" aria-label="Work queues">${queues.map(([name, label, href]) => html`<${Tile} label=${label} href=${href}
      value=${work.value ? count(work.value[name]) : '…'} was=${work.value ? work.value[name] ? 'Open the list' : 'Nothing waits' : null} />`)}</div>
    ${figures.problem && html`<${Failure} problem=${figures.problem} retry=${figures.reload} what="The figures could not be loaded." />`}
    ${f && html`<div class="tiles" aria-label="Key figures">
      <${Figure} label="Gross revenue" now=${f.gross_revenue} before=${f.previous.gross_revenue} show=${n => moneyWhole(n, f.currency)} href=${to('/analytics')} />
      <${Figure} label="Net revenue" now=${f.net_revenue} before=${f.previous.net_revenue} show=${n => moneyWhole(n, f.currency)} href=${to('/analytics')} />
      <${Figure} label="Orders" now=${f.orders} before=${f.previous.orders} show=${count} href=${to('/orders')} />
      <${Figure} label="Units sold" now=${f.units_sold} before=${f.previous.units_sold} show=${count} />
      <${Figure} label="Average order" now=${f.average_order_value} before=${f.previous.average_order_value} show=${n => moneyWhole(n, f.currency)} />
      <${Figure} label="Refunds" now=${f.refunds} before=${f.previous.refunds} show=${n => moneyWhole(n, f.currency)} href=${to('/refunds')} /></div>`}
    <div class="two">
      <${Card}>${revenue.value ? html`<${Chart} title="Gross revenue" dates=${revenue.value.series.map(p => p.date)} format=${n => money(n, revenue.value.currency)}
        short=${n => moneyShort(n, revenue.value.currency)} series=${compare(revenue.value, 'gross')} />` : revenue.problem ? html`<${Failure} problem=${revenue.problem} retry=${revenue.reload} />` : html`<${Skeleton} />`}<//>
      <${Card}>${orders.value ? html`<${Chart} title="Orders" bars dates=${orders.value.series.map(p => p.date)} format=${count}
        series=${compare(orders.value, 'orders')} />` : orders.problem ? html`<${Failure} problem=${orders.problem} retry=${orders.reload} />` : html`<${Skeleton} />`}<//>
    </div>
    <${Card} title="Health">${health.value ? html`<dl class="checks">${Object.entries({ overall: health.value.status, ...health.value.checks }).map(([name, c]) =>
      html`<div><dt>${words(name)}</dt><dd><${Pill} status=${c.status ?? c} /></dd></div>`)}</dl>` : health.problem ? html`<p class="error">${health.problem.message}</p>` : ''}<//>
  </section>`
}
