import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Money, Pill, Time } from '../ui.js'
import { money } from '../format.js'

const sum = rows => money(rows.reduce((n, r) => n + r.amount, 0), rows[0]?.currency)
const named = (rows, many) => rows.length === 1 ? `the refund request of order ${rows[0].order_number}` : `${rows.length} ${many}`
export const grant = { label: 'Grant', when: r => r.status === 'requested',
  question: rows => ({ title: `Grant ${named(rows, 'refund requests')}`,
    text: `${sum(rows)} goes back to the ${rows.length === 1 ? 'buyer; its seller is' : 'buyers; their sellers are'} debited that less the commission, which returns.`,
    fields: [{ name: 'reason', label: 'Reason', value: 'Return accepted', required: true },
      { name: 'restock', label: 'Put the units back into stock', type: 'checkbox' }] }),
  run: (r, v, key) => post('/api/admin/refund/', { order_id: r.order_id, refund_id: r.id, reason: v.reason, restock: v.restock }, key) }
export const turnDown = { label: 'Turn down', danger: true, when: r => r.status === 'requested',
  question: rows => ({ title: `Turn down ${named(rows, 'refund requests')}`,
    text: `Nothing is paid back of ${sum(rows)}. The ${rows.length === 1 ? 'buyer is' : 'buyers are'} told the reason.`,
    fields: [{ name: 'reason', label: 'Reason', type: 'textarea', required: true }] }),
  run: (r, v, key) => post('/api/admin/refunds/reject/', { refund_id: r.id, reason: v.reason }, key) }
const units = r => r.items.reduce((n, i) => n + i.quantity, 0)
const spec = {
  title: 'Refunds', sorted: '-created_at',
  lead: 'What buyers ask for, and what was paid back.',
  path: '/api/admin/refunds/',
  href: r => to('/orders/detail', { id: r.order_id }),
  nameOf: r => `order ${r.order_number}, ${money(r.amount, r.currency)}`,
  filters: [
    { name: 'status', label: 'Status', type: 'select', options: ['requested', 'approved', 'processing', 'processed', 'rejected', 'failed'] },
    { name: 'order_id', label: 'Order', type: 'pick', kind: 'order' },
    { name: 'seller', label: 'Seller', type: 'pick', kind: 'seller' },
  ],
  columns: [
    { name: 'order_number', label: 'Order', show: r => html`<span class="num">${r.order_number}</span>` },
    { name: 'status', label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
    { name: 'reason', label: 'Reason', show: r => r.reason || 'No reason given' },
    { name: 'items', label: 'Units', num: true, show: r => units(r) || '–', csv: units },
    { name: 'amount', label: 'Amount', num: true, money: true, sort: 'amount', show: r => html`<${Money} amount=${r.amount} currency=${r.currency} />` },
    { name: 'created_at', label: 'Opened', sort: 'created_at', show: r => html`<${Time} at=${r.created_at} />` },
    { name: 'processed_at', label: 'Paid back', show: r => html`<${Time} at=${r.processed_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: r => html`<${Copy} text=${r.id} />` },
  ],
  bulk: [grant, turnDown],
}
export const Refunds = () => html`<${List} spec=${spec} />`
