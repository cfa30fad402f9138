import { html, useState } from '../lib.js'
import { get, post } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Dialog, Field, Money, Pill, Time, confirm, paise, toast, useLoad } from '../ui.js'
import { Card, Columns, Detail, Facts, Sum, Table, TimeLine } from '../detail.js'
import { method, money, rate, words } from '../format.js'
import { remember } from '../palette.js'

const path = '/api/admin/orders/detail/'
const address = a => a ? html`${a.full_name}<br />${a.line1}${a.line2 ? html`<br />${a.line2}` : ''}<br />
  ${a.city}, ${a.state} ${a.postal_code}<br />${a.phone}` : null

export function Order({ params }) {
  const id = params.get('id')
  const load = useLoad(async signal => {
    const order = await get(path, { id }, signal)
    remember({ label: order.number, note: order.status, href: to('/orders/detail', { id }) })
    return order
  }, [id])
  const [refunding, refund] = useState(false)
  return html`<${Detail} load=${load} title=${o => `Order ${o.number}`} call=${['GET', path, { id }]}
      back=${{ href: to('/orders'), label: 'Orders' }}
      lead=${o => html`<${Pill} status=${o.status} /> <${Pill} status=${o.payment_status} /> placed <${Time} at=${o.placed_at} />`}
      actions=${o => refundable(o) > 0 && html`<${Button} kind="danger" onClick=${() => refund(true)}>Refund…<//>`}>
    ${o => html`
      <${Columns}
        left=${html`${o.seller_orders.map(part => html`<${Part} order=${o} part=${part} />`)}
          <${Card} title="Money"><${Sum} currency=${o.currency} lines=${[['Subtotal', o.subtotal], ['Discount', -o.discount_total],
            ['Shipping', o.shipping_total], [`Total (tax inside: ${money(o.tax_total, o.currency)})`, o.total]]} /><//>
          <${Card} title="Payments"><${Table} label="Payments" rows=${o.payments} columns=${[
            { label: 'Payment', show: p => html`<${Copy} text=${p.provider_payment_id ?? p.id} />` },
            { label: 'By', show: p => method(p.method ?? p.provider) }, { label: 'Status', show: p => html`<${Pill} status=${p.status} />` },
            { label: 'Amount', num: true, show: p => html`<${Money} amount=${p.amount} currency=${p.currency} />` },
            { label: 'Refunded', num: true, show: p => html`<${Money} amount=${p.refunded_amount} currency=${p.currency} />` },
            { label: 'When', show: p => html`<${Time} at=${p.captured_at ?? p.created_at} />` }]} /><//>
          <${Card} title="Refunds"><${Table} label="Refunds" rows=${o.refunds} empty="Nothing was refunded." columns=${[
            { label: 'Refund', show: r => html`<${Copy} text=${r.id} />` },
            { label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
            { label: 'Amount', num: true, show: r => html`<${Money} amount=${r.amount} currency=${r.currency} />` },
            { label: 'Reason', show: r => r.reason ?? '–' }, { label: 'When', show: r => html`<${Time} at=${r.processed_at ?? r.created_at} />` }]} /><//>
          <${Card} title="Ledger"><${Table} label="Ledger" rows=${o.ledger} empty="No journal yet." columns=${[
            { label: 'What', show: l => words(l.kind) }, { label: 'Account', show: l => l.account },
            { label: 'Amount', num: true, show: l => html`<${Money} amount=${l.amount} currency=${l.currency} />` },
            { label: 'When', show: l => html`<${Time} at=${l.created_at} />` }]} /><//>`}
        right=${html`<${Card} title="Buyer"><${Facts} facts=${[
            ['Name', o.buyer ? html`<a href=${to('/users/detail', { id: o.buyer.id })}>${o.buyer.full_name ?? o.buyer.email}</a>` : o.shipping_address?.full_name],
            ['E-mail', o.buyer?.email], ['Ships to', address(o.shipping_address)], ['Bills to', address(o.billing_address)],
            ['Purchase order', o.purchase_order_number], ['Notes', o.notes]]} /><//>
          <${Card} title="Order"><${Facts} facts=${[['Method', method(o.payment_method)], ['Expires', o.expires_at && html`<${Time} at=${o.expires_at} />`],
            ['Id', html`<${Copy} text=${o.id} />`]]} /><//>
          <${Card} title="What happened"><${TimeLine} events=${timeline(o)} /><//>`} />
      ${refunding && html`<${Refund} order=${o} close=${() => refund(false)} done=${() => { refund(false); load.reload() }} />`}`}
  <//>`
}

const Part = ({ order, part }) => html`<${Card} title=${html`<a href=${to('/sellers/detail', { id: part.seller.id })}>${part.seller.store_name}</a>`}
    actions=${html`<${Pill} status=${part.status} />`}>
  <p class="muted">${part.number}${part.tracking ? ` · ${[part.tracking.carrier, part.tracking.tracking_number].filter(Boolean).join(' ')}` : ''}</p>
  <${Table} label=${`Lines of ${part.number}`} rows=${part.items} columns=${[
    { label: 'Product', show: i => html`<a href=${to('/products/detail', { id: i.product_id })}>${i.name}</a> <span class="muted">${i.sku}</span>` },
    { label: 'Qty', num: true, show: i => i.refunded_quantity ? `${i.quantity} (${i.refunded_quantity} back)` : i.quantity },
    { label: 'Price', num: true, show: i => html`<${Money} amount=${i.unit_price} currency=${order.currency} />` },
    { label: 'Tax', num: true, show: i => html`<${Money} amount=${i.tax_total} currency=${order.currency} />` },
    { label: 'Commission', num: true, show: i => i.commission ? html`<span title=${`${rate(i.commission.rate_bps)} by the ${i.commission.scope} rate`}>
      <${Money} amount=${i.commission.amount} currency=${order.currency} /> <span class="muted">${words(i.commission.scope)} ${rate(i.commission.rate_bps)}</span></span>` : '–' },
    { label: 'Total', num: true, show: i => html`<${Money} amount=${i.line_total} currency=${order.currency} />` }]} />
  <${Sum} currency=${order.currency} lines=${[['Lines', part.subtotal], ['Discount', -part.discount_total], ['Shipping', part.shipping_total],
    ['Total', part.total]]} /><//>`

function timeline(o) {
  const events = (o.history ?? []).map(e => ({ at: e.at, title: words(e.status), from: e.from_status, to: e.status, note: e.note, who: e.actor_role }))
  for (const p of o.payments) {
    events.push({ at: p.created_at, title: `Payment opened: ${method(p.provider)}` })
    if (p.captured_at) events.push({ at: p.captured_at, title: `${money(p.amount, p.currency)} captured` })
  }
  for (const r of o.refunds) {
    events.push({ at: r.created_at, title: `Refund of ${money(r.amount, r.currency)} ${r.status === 'requested' ? 'asked for' : 'opened'}`, note: r.reason })
    if (r.processed_at) events.push({ at: r.processed_at, title: `${money(r.amount, r.currency)} paid back` })
  }
  return events.sort((a, b) => b.at.localeCompare(a.at))
}

const captured = o => o.payments.filter(p => ['captured', 'partially_refunded', 'refunded'].includes(p.status)).reduce((n, p) => n + p.amount, 0)
const promised = o => o.refunds.filter(r => ['approved', 'processing', 'processed'].includes(r.status)).reduce((n, r) => n + r.amount, 0)
const refundable = o => captured(o) - promised(o)

/** Says what will happen in numbers before it does. */
function Refund({ order: o, close, done }) {
  const [mode, setMode] = useState('items')
  const [quantities, setQuantities] = useState({})
  const [amount, setAmount] = useState('')
  const [reason, setReason] = useState('')
  const [restock, setRestock] = useState(false)
  const [problem, fail] = useState(null)
  const [busy, work] = useState(false)
  const [key, setKey] = useState(() => crypto.randomUUID())
  const left = refundable(o)
  const lines = o.seller_orders.flatMap(p => p.items.map(i => ({ ...i, seller: p.seller })))
  const share = i => Math.round(i.line_total * (quantities[i.id] ?? 0) / i.quantity)
  const sum = mode === 'all' ? left : mode === 'amount' ? paise(amount) : lines.reduce((n, i) => n + share(i), 0)
  const commission = i => i.commission ? Math.round(i.commission.amount * (quantities[i.id] ?? 0) / i.quantity) : 0
  const touched = set => value => { setKey(crypto.randomUUID()); set(value) }
  const submit = async event => {
    event.preventDefault()
    work(true)
    fail(null)
    const body = { order_id: o.id, reason, restock }
    if (mode === 'amount') body.amount = sum
    if (mode === 'items') body.items = lines.filter(i => quantities[i.id] > 0).map(i => ({ order_item_id: i.id, quantity: quantities[i.id] }))
    try {
      const refund = await post('/api/admin/refund/', body, key)
      toast(`${money(refund.amount, refund.currency)}: ${words(refund.status)}.`)
      done()
    } catch (error) {
      fail(error)
      work(false)
    }
  }
  const way = method(o.payments.find(p => p.captured_at)?.method ?? o.payment_method)
  return html`<${Dialog} wide title=${`Refund order ${o.number}`} onClose=${close}><form class="form" onSubmit=${submit}>
    <${Field} name="mode" type="select" label="What" value=${mode} onChange=${touched(setMode)} options=${[['items', 'Lines'], ['amount', 'An amount'],
      ['all', `All that is left (${money(left, o.currency)})`]]} />
    ${mode === 'items' && html`<${Table} label="Lines" rows=${lines} columns=${[
      { label: 'Product', show: i => i.name }, { label: 'Seller', show: i => i.seller.store_name },
      { label: 'Left', num: true, show: i => i.quantity - i.refunded_quantity },
      { label: 'Take back', num: true, show: i => html`<input type="number" min="0" max=${i.quantity - i.refunded_quantity} aria-label=${`Units of ${i.name}`}
        value=${quantities[i.id] ?? 0} onInput=${e => touched(setQuantities)({ ...quantities, [i.id]: Number(e.currentTarget.value) })} />` },
      { label: 'Back', num: true, show: i => html`<${Money} amount=${share(i)} currency=${o.currency} />` }]} />`}
    ${mode === 'amount' && html`<${Field} name="amount" label="Amount in rupees" value=${amount} onChange=${touched(setAmount)} required inputmode="decimal"
      help=${`Tax included, at most ${money(left, o.currency)}`} error=${problem?.errors?.amount} />`}
    <${Field} name="reason" label="Reason" value=${reason} onChange=${touched(setReason)} required error=${problem?.errors?.reason}
      help="The buyer and the seller see it." />
    <${Field} name="restock" type="checkbox" label="Put the units back into stock" value=${restock} onChange=${touched(setRestock)} />
    <div class="prose" role="status">${sum > 0 ? html`<p><strong>${money(sum, o.currency)}</strong> goes back to the buyer by ${way}.</p>
      ${mode === 'items' && html`<ul>${lines.filter(i => share(i) > 0).map(i => html`<li>
        ${i.seller.store_name} is debited ${money(share(i) - commission(i), o.currency)}; commission returned ${money(commission(i), o.currency)}.</li>`)}</ul>`}` : 'Choose what goes back.'}</div>
    ${problem && html`<p class="error" role="alert">${problem.message} ${problem.code === 'outcome_unknown' && 'Press again: the same refund is asked for, not a second one.'}</p>`}
    <footer><${Button} onClick=${close}>Cancel<//><button class="button danger" disabled=${busy || !(sum > 0) || !reason}>${busy ? 'Working…' :
      `Refund ${sum > 0 ? money(sum, o.currency) : ''}`}</button></footer>
  </form><//>`
}
