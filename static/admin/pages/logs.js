import { html } from '../lib.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Time } from '../ui.js'
import { words } from '../format.js'

const places = { order: '/orders/detail', product: '/products/detail', seller: '/sellers/detail', account: '/users/detail', settlement: '/settlements/detail' }
const target = l => places[l.entity] && l.entity_id ? html`<a href=${to(places[l.entity], { id: l.entity_id })}>${words(l.entity)}</a>` : words(l.entity)
const changes = l => Object.entries(l.changes ?? {}).map(([name, v]) => Array.isArray(v) && v.length === 2 ? `${name}: ${JSON.stringify(v[0])} → ${JSON.stringify(v[1])}`
  : `${name}: ${JSON.stringify(v)}`).join('; ')
const spec = {
  title: 'Audit trail', lead: 'What administrators did. Nothing here can be changed or removed.', path: '/api/admin/logs/', nameOf: l => l.action,
  filters: [{ name: 'actor', label: 'Administrator', type: 'text', placeholder: 'E-mail or id' }, { name: 'action', label: 'Action', type: 'text', placeholder: 'seller.approve' },
    { name: 'entity', label: 'Kind', type: 'text', placeholder: 'seller' }, { name: 'entity_id', label: 'Id', type: 'text' },
    { name: 'from', label: 'From', type: 'date' }, { name: 'to', label: 'To', type: 'date' }],
  columns: [
    { name: 'action', label: 'What', show: l => html`<code>${l.action}</code>` },
    { name: 'entity', label: 'Of', show: target },
    { name: 'actor', label: 'Who', show: l => l.actor?.email ?? 'System', csv: l => l.actor?.email },
    { name: 'changes', label: 'Changes', show: l => html`<span title=${changes(l)}>${changes(l).slice(0, 90) || '–'}</span>`, csv: changes },
    { name: 'at', label: 'When', show: l => html`<${Time} at=${l.at} />` },
    { name: 'ip', label: 'Address', mono: true, off: true, show: l => l.ip },
    { name: 'request_id', label: 'Request', mono: true, off: true, show: l => html`<${Copy} text=${l.request_id} />` },
    { name: 'entity_id', label: 'Id', mono: true, off: true, show: l => html`<${Copy} text=${l.entity_id} />` },
  ],
}
export const Logs = () => html`<${List} spec=${spec} />`
