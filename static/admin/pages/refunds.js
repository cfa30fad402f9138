import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Money, Pill, Time } from '../ui.js'
import { money } from '../format.js'

const sum = rows => money(rows.reduce((n, r) => n + r.amount, 0), rows[0]?.currency)
const spec = {
  title: 'Refunds',
  lead: 'What buyers ask for, and what was paid back.',
  path: '/api/admin/refunds/',
  href: r => to('/orders/detail', { id: r.order_id }),
  nameOf: r => `${money(r.amount, r.currency)} (${r.reason ?? r.id})`,
  filters: [
    { name: 'status', label: 'Status', type: 'select', options: ['requested', 'approved', 'processing', 'processed', 'rejected', 'failed'] },
    { name: 'order_id', label: 'Order', type: 'text', placeholder: 'Id' },
    { name: 'seller', label: 'Seller', type: 'text', placeholder: 'Store or id' },
  ],
  columns: [
    { name: 'reason', label: 'Reason', show: r => r.reason || 'No reason given' },
    { name: 'status', label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
    { name: 'amount', label: 'Amount', num: true, show: r => html`<${Money} amount=${r.amount} currency=${r.currency} />` },
    { name: 'items', label: 'Units', num: true, show: r => r.items.reduce((n, i) => n + i.quantity, 0) || '–', csv: r => r.items.reduce((n, i) => n + i.quantity, 0) },
    { name: 'created_at', label: 'Opened', show: r => html`<${Time} at=${r.created_at} />` },
    { name: 'processed_at', label: 'Paid back', show: r => html`<${Time} at=${r.processed_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: r => html`<${Copy} text=${r.id} />` },
  ],
  bulk: [
    { label: 'Grant', when: r => r.status === 'requested',
      question: rows => ({ title: `Grant ${rows.length} refund requests`, text: `${sum(rows)} goes back to the buyers; their sellers are debited.`,
        fields: [{ name: 'reason', label: 'Reason', value: 'Return accepted', required: true },
          { name: 'restock', label: 'Put the units back into stock', type: 'checkbox' }] }),
      run: (r, v) => post('/api/admin/refund/', { order_id: r.order_id, refund_id: r.id, reason: v.reason, restock: v.restock }) },
    { label: 'Turn down', danger: true, when: r => r.status === 'requested',
      question: rows => ({ title: `Turn ${rows.length} refund requests down`, text: 'The buyers are told the reason.',
        fields: [{ name: 'reason', label: 'Reason', required: true }] }),
      run: (r, v) => post('/api/admin/refunds/reject/', { refund_id: r.id, reason: v.reason }) },
  ],
}
export const Refunds = () => html`<${List} spec=${spec} />`
