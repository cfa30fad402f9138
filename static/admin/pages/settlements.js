import { html } from '../lib.js'
import { download, post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Money, Pill, Time, toast } from '../ui.js'
import { money } from '../format.js'

const open = s => s.status === 'requested'
export const pay = { label: 'Pay', when: open,
  question: rows => ({ title: rows.length === 1 ? `Pay ${money(rows[0].net, rows[0].currency)} to ${rows[0].store_name}` : `Pay ${rows.length} settlements`,
    text: `${money(rows.reduce((n, s) => n + s.net, 0), rows[0]?.currency)} is booked as transferred. Make the transfer at the bank first.`,
    fields: [{ name: 'reference', label: 'Reference of the bank', required: true, help: rows.length > 1 ? 'With a number behind it for each settlement.' : 'Each may be used once.' }], many: rows.length > 1 }),
  run: (s, v, key) => post('/api/admin/commerce/settlements/process/', { settlement_id: s.id, action: 'pay', reference: v.many ? `${v.reference}-${s.id.slice(-6)}` : v.reference }, key) }
export const reject = { label: 'Reject', danger: true, when: open,
  question: rows => ({ title: `Reject ${rows.length === 1 ? `the settlement of ${rows[0].store_name}` : `${rows.length} settlements`}`, text: `${money(rows.reduce((n, s) => n + s.net, 0), rows[0]?.currency)} is available to ${rows.length === 1 ? rows[0].store_name : 'the sellers'} again.`,
    fields: [{ name: 'reason', label: 'Reason', required: true }] }),
  run: (s, v, key) => post('/api/admin/commerce/settlements/process/', { settlement_id: s.id, action: 'reject', reason: v.reason }, key) }
const spec = {
  title: 'Settlements', sorted: '-requested_at', lead: 'What sellers asked to be paid.', path: '/api/admin/commerce/settlements/list/',
  href: s => to('/settlements/detail', { id: s.id }), nameOf: s => `${s.store_name}, ${money(s.net, s.currency)}`,
  filters: [{ name: 'status', label: 'Status', type: 'select', options: ['requested', 'processing', 'paid', 'rejected', 'failed'] },
    { name: 'seller_id', label: 'Seller', type: 'pick', kind: 'seller' }],
  actions: [{ label: 'Payout file', run: () => download('/api/admin/commerce/settlements/payout-file/', {}, 'payouts.csv')
    .then(() => toast('It shows bank accounts in full: this reading is in the audit trail.'), e => toast(e.message, 'bad')) }],
  columns: [
    { name: 'store_name', label: 'Seller', show: s => s.store_name },
    { name: 'status', label: 'Status', show: s => html`<${Pill} status=${s.status} />` },
    { name: 'gross', label: 'Gross', num: true, money: true, show: s => html`<${Money} amount=${s.gross} currency=${s.currency} />` },
    { name: 'commission', label: 'Commission', num: true, money: true, off: true, show: s => html`<${Money} amount=${s.commission} currency=${s.currency} />` },
    { name: 'refunds', label: 'Refunds', num: true, money: true, off: true, show: s => html`<${Money} amount=${s.refunds} currency=${s.currency} />` },
    { name: 'net', label: 'Net', num: true, sort: 'net', money: true, show: s => html`<${Money} amount=${s.net} currency=${s.currency} strong />` },
    { name: 'reference', label: 'Reference', show: s => s.reference ?? '–' },
    { name: 'requested_at', label: 'Asked', sort: 'requested_at', show: s => html`<${Time} at=${s.requested_at} />` },
    { name: 'processed_at', label: 'Decided', show: s => html`<${Time} at=${s.processed_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: s => html`<${Copy} text=${s.id} />` },
  ],
  bulk: [pay, reject],
}
export const Settlements = () => html`<${List} spec=${spec} />`
