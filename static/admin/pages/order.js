import { html, useState } from '../lib.js'
import { ask, get, post } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Dialog, Field, Money, Pill, Refused, Time, confirm, paise, toast, useLoad } from '../ui.js'
import { Card, Columns, Detail, Facts, Sum, Table, TimeLine } from '../detail.js'
import { method, money, rate, words } from '../format.js'
import { remember } from '../palette.js'
import { grant, turnDown } from './refunds.js'

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
  const decide = (action, r) => async () => {
    const done = await confirm({ confirm: action.label, danger: action.danger, ...action.question([r]), run: (v, key) => action.run(r, v, key) })
    if (!done) return
    toast(`${money(done.amount, done.currency)}: ${words(done.status).toLowerCase()}.`)
    load.reload()
  }
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
            { label: 'By', show: p => method(p.method ?? p.provider) }, { label: 'Status', show: p => html`<${Pill} status=${p.status} />` },
            { label: 'Amount', num: true, show: p => html`<${Money} amount=${p.amount} currency=${p.currency} />` },
            { label: 'Refunded', num: true, show: p => html`<${Money} amount=${p.refunded_amount} currency=${p.currency} />` },
            { label: 'When', show: p => html`<${Time} at=${p.captured_at ?? p.created_at} />` },
            { label: 'At the provider', show: p => html`<${Copy} text=${p.provider_payment_id} />` }]} /><//>
          <${Card} title="Refunds"><${Table} label="Refunds" rows=${o.refunds} empty="Nothing was refunded." columns=${[
            { label: 'Reason', show: r => r.reason || 'No reason given' }, { label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
            { label: 'Amount', num: true, show: r => html`<${Money} amount=${r.amount} currency=${r.currency} />` },
            { label: 'When', show: r => html`<${Time} at=${r.processed_at ?? r.created_at} />` },
            ...(o.refunds.some(grant.when) ? [{ label: 'Decide', show: r => [grant, turnDown].filter(a => a.when(r)).map(a => html`<${Button}
              kind=${a.danger ? 'danger' : ''} onClick=${decide(a, r)}>${a.label}…<//> `) }] : [])]} /><//>
          <${Card} title="Ledger"><${Table} label="Ledger" rows=${o.ledger} empty="Nothing is booked before money comes." columns=${[
            { label: 'What', show: l => words(l.kind) }, { label: 'Account', show: l => account(l.account, o) },
            { label: 'In', num: true, show: l => l.amount > 0 ? html`<${Money} amount=${l.amount} currency=${l.currency} />` : '' },
            { label: 'Out', num: true, show: l => l.amount < 0 ? html`<${Money} amount=${-l.amount} currency=${l.currency} />` : '' },
            { label: 'When', show: l => html`<${Time} at=${l.created_at} />` }]} />
            ${o.ledger.length > 0 && html`<${Balance} order=${o} />`}<//>`}
        right=${html`<${Card} title="Buyer"><${Facts} facts=${[
            ['Name', o.buyer ? html`<a href=${to('/users/detail', { id: o.buyer.id })}>${o.buyer.full_name ?? o.buyer.email}</a>` : o.shipping_address?.full_name],
            ['E-mail', o.buyer?.email], ['Ships to', address(o.shipping_address)], ['Bills to', address(o.billing_address)],
            ['Purchase order', o.purchase_order_number], ['Notes', o.notes]]} /><//>
          <${Card} title="Order"><${Facts} facts=${[['Method', method(o.payment_method)], ['Expires', o.expires_at && html`<${Time} at=${o.expires_at} />`],
            ['Id', html`<${Copy} text=${o.id} />`]]} /><//>
          <${Card} title="What happened"><${TimeLine} events=${timeline(o)} /><//>
          <${Card} title="Related">${o.buyer && html`<p><a href=${to('/orders', { user: o.buyer.id })}>All orders of ${o.buyer.full_name ?? o.buyer.email}</a></p>`}
            <p><a href=${to('/refunds', { order_id: o.id })}>Its refunds</a></p><//>`} />
      ${refunding && html`<${Refund} order=${o} close=${() => refund(false)} done=${() => { refund(false); load.reload() }} />`}`}
  <//>`
}

const Part = ({ order, part }) => html`<${Card} title=${html`<a href=${to('/sellers/detail', { id: part.seller.id })}>${part.seller.store_name}</a>`}
    actions=${html`<${Pill} status=${part.status} />`}>
  <p class="muted">${part.number}${part.tracking ? ` · ${[part.tracking.carrier, part.tracking.tracking_number].filter(Boolean).join(' ')}` : ''}</p>
  <${Table} label=${`Lines of ${part.number}`} rows=${part.items} columns=${[
    { label: 'Product', show: i => html`<a href=${to('/products/detail', { id: i.product_id })}>${i.name}</a> <span class="num muted">${i.sku}</span>` },
    { label: 'Qty', num: true, show: i => i.refunded_quantity ? `${i.quantity} (${i.refunded_quantity} back)` : i.quantity },
    { label: 'Price', num: true, show: i => html`<${Money} amount=${i.unit_price} currency=${order.currency} />` },
    { label: 'Tax', num: true, show: i => html`<${Money} amount=${i.tax_total} currency=${order.currency} />` },
    { label: 'Commission', num: true, show: i => i.commission ? html`<span title=${`${rate(i.commission.rate_bps)} by the ${i.commission.scope} rate`}>
      <${Money} amount=${i.commission.amount} currency=${order.currency} /> <span class="muted">${words(i.commission.scope)} ${rate(i.commission.rate_bps)}</span></span>` : '–' },
    { label: 'Total', num: true, show: i => html`<${Money} amount=${i.line_total} currency=${order.currency} />` }]} />
  <${Sum} currency=${order.currency} lines=${[['Lines', part.subtotal], ['Discount', -part.discount_total], ['Shipping', part.shipping_total],
    ['Total', part.total]]} /><//>`

function timeline(o) {
  const events = (o.history ?? []).map(e => ({ at: e.at, title: e.number ? `Sub-order ${e.number.split('-').pop()}` : 'Order', from: e.from_status, to: e.status, note: e.note, who: words(e.actor_role) }))
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

/** "seller_payable:…" by the name of its store. */
function account(name, o) {
  const [kind, id] = name.split(':')
  const part = o.seller_orders.find(p => p.seller.id === id)
  return id ? `${words(kind)}, ${part?.seller.store_name ?? 'another seller'}` : words(kind)
}

const Balance = ({ order: o }) => {
  const [into, out] = [1, -1].map(sign => o.ledger.reduce((n, l) => n + Math.max(0, sign * l.amount), 0))
  return html`<p class="muted ledger-sum">${money(into, o.ledger[0].currency)} in, ${money(out, o.ledger[0].currency)} out: ${into === out ? 'it balances.' : 'it does not balance.'}</p>`
}

const captured = o => o.payments.filter(p => ['captured', 'partially_refunded', 'refunded'].includes(p.status)).reduce((n, p) => n + p.amount, 0)
const promised = o => o.refunds.filter(r => ['approved', 'processing', 'processed'].includes(r.status)).reduce((n, r) => n + r.amount, 0)
const refundable = o => captured(o) - promised(o)

/**
 * Says what will happen in numbers before it does: the server works them out as it would
 * for the refund itself, at each change.
 */
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
  const touched = set => value => {
    setKey(crypto.randomUUID())
    fail(null)
    set(value)
  }
  const items = lines.filter(i => quantities[i.id] > 0).map(i => ({ order_item_id: i.id, quantity: quantities[i.id] }))
  const what = mode === 'all' ? {} : mode === 'amount' ? paise(amount) > 0 ? { amount: paise(amount) } : null : items.length ? { items } : null
  const preview = useLoad(signal => what ? ask('/api/admin/refund/preview/', { order_id: o.id, ...what }, signal) : Promise.resolve(null),
    [JSON.stringify(what)])
  const told = what && !preview.loading && !preview.problem ? preview.value : null
  const dirty = Boolean(reason || amount || items.length || restock)
  const submit = async event => {
    event.preventDefault()
    if (!told) return
    work(true)
    fail(null)
    try {
      const refund = await post('/api/admin/refund/', { order_id: o.id, reason, restock, ...what }, key)
      toast(`${money(refund.amount, refund.currency)}: ${words(refund.status)}.`)
      done()
    } catch (error) {
      fail(error)
      work(false)
    }
  }
  const way = method(o.payments.find(p => p.captured_at)?.method ?? o.payment_method)
  return html`<${Dialog} wide dirty=${dirty} title=${`Refund order ${o.number}`} onClose=${close}>${leave => html`<form class="form" onSubmit=${submit}>
    ${problem && html`<${Refused} problem=${problem} />`}
    ${problem?.code === 'outcome_unknown' && html`<p>Press again: the same refund is asked for, not a second one.</p>`}
    <${Field} name="mode" type="select" label="What" value=${mode} onChange=${touched(setMode)} options=${[['items', 'Lines'], ['amount', 'An amount'],
      ['all', `All that is left (${money(left, o.currency)})`]]} />
    ${mode === 'items' && html`<${Table} label="Lines" rows=${lines} columns=${[
      { label: 'Product', show: i => i.name }, { label: 'Seller', show: i => i.seller.store_name },
      { label: 'Left', num: true, show: i => i.quantity - i.refunded_quantity },
      { label: 'Take back', num: true, show: i => html`<input type="number" min="0" max=${i.quantity - i.refunded_quantity} aria-label=${`Units of ${i.name}`}
        value=${quantities[i.id] ?? 0} onInput=${e => touched(setQuantities)({ ...quantities, [i.id]: Number(e.currentTarget.value) })} />` }]} />`}
    ${mode === 'amount' && html`<${Field} name="amount" label="Amount in rupees" value=${amount} onChange=${touched(setAmount)} required inputmode="decimal"
      help=${`Tax included, at most ${money(left, o.currency)}; over all lines in proportion`} error=${problem?.errors?.amount ?? (amount && !(paise(amount) > 0) ? 'This is no amount.' : null)} />`}
    <${Field} name="reason" label="Reason" value=${reason} onChange=${touched(setReason)} required error=${problem?.errors?.reason}
      help="The buyer and the seller see it." />
    <${Field} name="restock" type="checkbox" label="Put the units back into stock" value=${restock} onChange=${touched(setRestock)} />
    <div class="prose foreseen" role="status" aria-busy=${preview.loading ? 'true' : null}>${!what ? 'Choose what goes back.'
      : preview.problem ? html`<span class="error">${preview.problem.message}</span>` : preview.value && html`<${Foreseen} told=${preview.value} lines=${lines} way=${way} />`}</div>
    <footer><${Button} onClick=${leave}>Cancel<//><button class="button danger" disabled=${busy || !told || !reason}>${busy ? 'Working…' :
      `Refund ${told ? money(told.amount, told.currency) : ''}`}</button></footer>
  </form>`}<//>`
}

function Foreseen({ told, lines, way }) {
  const sellers = new Map()
  for (const line of told.lines) {
    const { seller } = lines.find(i => i.id === line.order_item_id)
    const sum = sellers.get(seller.id) ?? { name: seller.store_name, debit: 0, commission: 0 }
    sellers.set(seller.id, { ...sum, debit: sum.debit + line.seller_debit, commission: sum.commission + line.commission_returned })
  }
  const show = n => money(n, told.currency)
  return html`<p><strong>${show(told.amount)}</strong> goes back to the buyer ${told.by_hand ? 'by your own hand: it was paid in cash' : `by ${way}`}.</p>
    <ul>${[...sellers.values()].map(s => html`<li>${s.name} is debited ${show(s.debit)}; commission returned ${show(s.commission)}.</li>`)}
      ${!told.lines.length && html`<li>It came twice or too late, and paid for no line: no seller is debited.</li>`}</ul>`
}
