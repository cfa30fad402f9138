import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Pill, Time } from '../ui.js'
import { rate } from '../format.js'

const named = rows => rows.length === 1 ? rows[0].store_name : `${rows.length} sellers`
export const approve = { label: 'Approve', when: s => s.status !== 'approved' || s.pending_changes,
  question: rows => ({ title: `Approve ${named(rows)}`, text: rows.some(s => s.checklist?.some(c => !c.done))
    ? `Not everything on the checklist is there: ${[...new Set(rows.flatMap(s => (s.checklist ?? []).filter(c => !c.done).map(c => c.item)))].join(', ')}.`
    : 'Everything on the checklist is there. Its products may be sold at once.',
    fields: [{ name: 'commission', faults: 'commission_rate_bps', label: 'Commission of its own, in %', help: 'Leave empty for the rate of the category or the market.', inputmode: 'decimal' }] }),
  run: (s, v, key) => post('/api/admin/sellers/approve/', { seller_id: s.id, ...(v.commission ? { commission_rate_bps: Math.round(Number(v.commission) * 100) } : {}) }, key) }
export const reject = { label: 'Reject', danger: true, when: s => s.status === 'pending' || s.pending_changes,
  question: rows => ({ title: `Reject ${named(rows)}`, text: 'The seller sees the reason and may send the store in again.',
    fields: [{ name: 'reason', label: 'Reason', type: 'textarea', required: true }] }),
  run: (s, v, key) => post('/api/admin/sellers/reject/', { seller_id: s.id, reason: v.reason }, key) }
export const suspend = { label: 'Suspend', danger: true, when: s => s.status === 'approved',
  question: rows => ({ title: `Suspend ${named(rows)}`, text: 'Its products leave the shop at once. Orders that run go on.',
    fields: [{ name: 'reason', label: 'Reason', type: 'textarea', required: true }] }),
  run: (s, v, key) => post('/api/admin/sellers/suspend/', { seller_id: s.id, reason: v.reason }, key) }

const done = s => `${(s.checklist ?? []).filter(c => c.done).length} of ${(s.checklist ?? []).length}`
const spec = {
  title: 'Sellers', sorted: '-created_at', lead: 'Stores, and those that wait to open.', path: '/api/admin/sellers/',
  href: s => to('/sellers/detail', { id: s.id }), nameOf: s => s.store_name,
  filters: [{ name: 'q', label: 'Search', type: 'search', placeholder: 'Store, legal name or e-mail' },
    { name: 'status', label: 'Status', type: 'select', options: ['pending', 'approved', 'rejected', 'suspended'] },
    { name: 'waits', label: 'Waits for review', type: 'select', options: [['true', 'Yes']] }],
  columns: [
    { name: 'store_name', label: 'Store', sort: 'store_name', up: true, show: s => s.store_name },
    { name: 'status', label: 'Status', show: s => html`<${Pill} status=${s.status} />${s.pending_changes ? html` <${Pill} status="pending" label="Change waits" />` : ''}` },
    { name: 'legal_name', label: 'Legal name', show: s => s.legal_name },
    { name: 'gstin', label: 'GSTIN', mono: true, show: s => s.gstin ?? '–' },
    { name: 'checklist', label: 'Checklist', num: true, show: done, csv: done },
    { name: 'commission_rate_bps', label: 'Commission', num: true, csv: s => s.commission_rate_bps / 100, show: s => rate(s.commission_rate_bps) },
    { name: 'created_at', label: 'Registered', sort: 'created_at', show: s => html`<${Time} at=${s.created_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: s => html`<${Copy} text=${s.id} />` },
  ],
  bulk: [approve, reject, suspend],
}
export const Sellers = () => html`<${List} spec=${spec} />`
