import { html } from '../lib.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Money, Pill, Time } from '../ui.js'
import { method } from '../format.js'

export const orderStatuses = ['pending_payment', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled']
export const paymentStatuses = ['unpaid', 'paid', 'failed', 'partially_refunded', 'refunded']

const spec = {
  title: 'Orders', sorted: '-placed_at',
  lead: 'Everything that was ordered.',
  path: '/api/admin/orders/',
  href: o => to('/orders/detail', { id: o.id }),
  nameOf: o => o.number,
  filters: [
    { name: 'q', label: 'Search', type: 'search', placeholder: 'Number, e-mail or name' },
    { name: 'status', label: 'Status', type: 'select', options: orderStatuses },
    { name: 'payment_status', label: 'Payment', type: 'select', options: paymentStatuses },
    { name: 'from', label: 'From', type: 'date' },
    { name: 'to', label: 'To', type: 'date' },
    { name: 'seller', label: 'Seller', type: 'pick', kind: 'seller' },
    { name: 'user', label: 'Buyer', type: 'pick', kind: 'user' },
  ],
  columns: [
    { name: 'number', label: 'Order', show: o => html`<span class="num">${o.number}</span>` },
    { name: 'status', label: 'Status', show: o => html`<${Pill} status=${o.status} />` },
    { name: 'payment_status', label: 'Payment', show: o => html`<${Pill} status=${o.payment_status} />` },
    { name: 'buyer', label: 'Buyer', show: o => o.shipping_address?.full_name ?? '–', csv: o => o.shipping_address?.full_name },
    { name: 'city', label: 'City', show: o => o.shipping_address?.city ?? '–', csv: o => o.shipping_address?.city },
    { name: 'payment_method', label: 'Method', show: o => method(o.payment_method), off: true },
    { name: 'total', label: 'Total', num: true, money: true, sort: 'total', show: o => html`<${Money} amount=${o.total} currency=${o.currency} />` },
    { name: 'placed_at', label: 'Placed', sort: 'placed_at', show: o => html`<${Time} at=${o.placed_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: o => html`<${Copy} text=${o.id} />` },
  ],
}
export const Orders = () => html`<${List} spec=${spec} />`
