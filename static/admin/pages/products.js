import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Money, Pill, Time } from '../ui.js'

const name = p => html`<span class="with-thumb">${p.image ? html`<img class="thumb" src=${p.image} alt="" loading="lazy" />` : html`<span class="thumb"></span>`}<span>${p.name}</span></span>`
const columns = [
  { name: 'name', label: 'Product', show: name },
  { name: 'status', label: 'Status', show: p => html`<span><${Pill} status=${p.status} />${p.pending_changes ? html` <${Pill} status="pending" label="Edit waits" />` : ''}</span>` },
  { name: 'seller', label: 'Seller', show: p => p.seller.store_name, csv: p => p.seller.store_name },
  { name: 'category', label: 'Category', show: p => p.category.name, csv: p => p.category.name },
  { name: 'price', label: 'Price', num: true, money: true, show: p => html`<${Money} amount=${p.price} currency=${p.currency} />` },
  { name: 'stock', label: 'Stock', num: true, show: p => (p.variants ?? []).reduce((n, v) => n + v.stock, 0), csv: p => (p.variants ?? []).reduce((n, v) => n + v.stock, 0) },
  { name: 'pending_since', label: 'Waits since', off: true, show: p => p.pending_since ? html`<${Time} at=${p.pending_since} />` : '–' },
  { name: 'created_at', label: 'Created', show: p => html`<${Time} at=${p.created_at} />` },
  { name: 'id', label: 'Id', mono: true, off: true, show: p => html`<${Copy} text=${p.id} />` },
]
const waits = p => p.status === 'pending' || p.pending_changes
export const approve = { label: 'Approve', when: p => waits(p) || p.status === 'rejected',
  question: rows => ({ title: `Approve ${rows.length === 1 ? rows[0].name : `${rows.length} products`}`, text: 'Buyers see it at once.' }),
  run: (p, v, key) => post('/api/admin/products/approve/', { product_id: p.id }, key) }
const dropped = p => p.pending_changes ? 'The changes are dropped, the product stays on sale.'
  : p.status === 'approved' ? 'It is taken off sale.' : 'It is not put on sale.'
export const reject = { label: 'Reject', danger: true, when: p => waits(p) || p.status === 'approved',
  question: rows => ({ title: `Reject ${rows.length === 1 ? rows[0].name : `${rows.length} products`}`,
    text: `${[...new Set(rows.map(dropped))].join(' ')} The seller sees the reason and may send it in again.`,
    fields: [{ name: 'reason', label: 'Reason', type: 'textarea', required: true }] }),
  run: (p, v, key) => post('/api/admin/products/reject/', { product_id: p.id, reason: v.reason }, key) }
const base = { href: p => to('/products/detail', { id: p.id }), nameOf: p => p.name, bulk: [approve, reject] }
const sorted = columns.map(c => c.name === 'created_at' ? { ...c, sort: 'created_at' } : c)
const all = { ...base, columns: sorted, title: 'Products', sorted: '-created_at', lead: 'All products, in every state.', path: '/api/admin/products/', filters: [
  { name: 'q', label: 'Search', type: 'search', placeholder: 'Name, SKU or store' },
  { name: 'status', label: 'Status', type: 'select', options: ['draft', 'pending', 'approved', 'rejected', 'archived'] },
  { name: 'seller', label: 'Seller', type: 'pick', kind: 'seller' }] }
const shown = { pending_since: false, created_at: true, price: true }
const waiting = columns.map(c => c.name in shown ? { ...c, off: shown[c.name] } : c)
const queue = { ...base, columns: waiting, title: 'Moderation', lead: 'What waits for a decision, oldest first.', path: '/api/admin/catalog/products/pending/', filters: [],
  empty: { title: 'Nothing waits', text: 'Every product has been looked at.' } }
export const Products = () => html`<${List} spec=${all} />`
export const Queue = () => html`<${List} spec=${queue} />`
