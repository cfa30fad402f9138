import { html } from '../lib.js'
import { List } from '../list.js'
import { Copy, Time, confirm } from '../ui.js'
import { Facts } from '../detail.js'
import { pageOf } from '../things.js'
import { exact, said, words } from '../format.js'

const kinds = { account: 'user', order: 'order', product: 'product', seller: 'seller' }
const href = l => l.entity === 'settlement' && l.entity_id ? `#/settlements/detail?id=${l.entity_id}`
  : kinds[l.entity] && l.entity_id ? pageOf(kinds[l.entity], l.entity_id) : null
const target = l => href(l) ? html`<a href=${href(l)}>${words(l.entity)}</a>` : words(l.entity)
const pairs = l => Object.entries(l.changes ?? {}).map(([name, v]) => [words(name), Array.isArray(v) && v.length === 2
  ? v[0] === null ? said(name, v[1]) : `${said(name, v[0])} → ${said(name, v[1])}` : said(name, v)])
const changes = l => pairs(l).map(pair => pair.join(': ')).join('; ')
const action = l => words(l.action.replace('.', ': '))
const show = l => confirm({ title: action(l), confirm: 'Close', text: html`<${Facts} facts=${[['Of', target(l)], ['Its id', html`<${Copy} text=${l.entity_id} />`],
  ['Who', l.actor?.email ?? 'System'], ['When', exact(l.at)], ['From', l.ip], ['Request', html`<${Copy} text=${l.request_id} />`], ...pairs(l)]} />` })
const spec = {
  title: 'Audit trail', sorted: '-at', lead: 'What administrators did. Nothing here can be changed or removed.', path: '/api/admin/logs/', nameOf: action,
  filters: [{ name: 'actor', label: 'Administrator', type: 'pick', kind: 'admin' }, { name: 'action', label: 'Action', type: 'text', placeholder: 'seller.approve' },
    { name: 'entity', label: 'Of a', type: 'select', options: ['account', 'category', 'commission_rate', 'message', 'product', 'refund', 'review', 'seller', 'settlement'] },
    { name: 'entity_id', label: 'Its id', type: 'text' }, { name: 'from', label: 'From', type: 'date' }, { name: 'to', label: 'To', type: 'date' }],
  columns: [
    { name: 'action', label: 'What', show: l => html`<span class="strong">${action(l)}</span>` },
    { name: 'entity', label: 'Of', show: target },
    { name: 'actor', label: 'Who', show: l => l.actor?.email ?? 'System', csv: l => l.actor?.email },
    { name: 'changes', label: 'Changes', show: l => html`<span class="clip">${changes(l) || '–'}</span>`, csv: changes },
    { name: 'at', label: 'When', sort: 'at', show: l => html`<${Time} at=${l.at} />` },
    { name: 'ip', label: 'Address', mono: true, off: true, show: l => l.ip },
    { name: 'request_id', label: 'Request', mono: true, off: true, show: l => html`<${Copy} text=${l.request_id} />` },
    { name: 'entity_id', label: 'Id', mono: true, off: true, show: l => html`<${Copy} text=${l.entity_id} />` },
  ],
  menu: l => [{ label: 'Show the entry', run: () => show(l) }],
}
export const Logs = () => html`<${List} spec=${spec} />`
