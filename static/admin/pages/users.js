import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Pill, Time } from '../ui.js'
import { words } from '../format.js'

const named = rows => rows.length === 1 ? rows[0].email : `${rows.length} accounts`
export const block = { label: 'Block', danger: true, when: u => !u.is_blocked,
  question: rows => ({ title: `Block ${named(rows)}`, text: 'Its sessions end at once, and it cannot sign in.', fields: [{ name: 'reason', label: 'Reason', required: true }] }),
  run: (u, v, key) => post('/api/admin/users/block/', { user_id: u.id, reason: v.reason }, key) }
export const unblock = { label: 'Unblock', when: u => u.is_blocked, question: rows => ({ title: `Unblock ${named(rows)}`, text: 'It may sign in again.' }),
  run: (u, v, key) => post('/api/admin/users/unblock/', { user_id: u.id }, key) }
const spec = {
  title: 'Users', sorted: '-created_at', lead: 'Accounts of buyers, sellers and administrators.', path: '/api/admin/users/',
  href: u => to('/users/detail', { id: u.id }), nameOf: u => u.email,
  filters: [{ name: 'q', label: 'Search', type: 'search', placeholder: 'E-mail or name' },
    { name: 'role', label: 'Role', type: 'select', options: ['customer', 'seller', 'admin'] },
    { name: 'is_blocked', label: 'Blocked', type: 'select', options: [['true', 'Yes'], ['false', 'No']] }],
  columns: [
    { name: 'full_name', label: 'Name', show: u => u.full_name }, { name: 'email', label: 'E-mail', show: u => u.email },
    { name: 'role', label: 'Role', show: u => words(u.role) },
    { name: 'account_type', label: 'Type', show: u => words(u.account_type) },
    { name: 'is_blocked', label: 'State', show: u => u.is_blocked ? html`<${Pill} status="blocked" />` : html`<${Pill} status="active" />` },
    { name: 'created_at', label: 'Joined', sort: 'created_at', show: u => html`<${Time} at=${u.created_at} />` },
    { name: 'last_login_at', label: 'Last seen', show: u => html`<${Time} at=${u.last_login_at} empty="never" />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: u => html`<${Copy} text=${u.id} />` },
  ],
  bulk: [block, unblock],
}
export const Users = () => html`<${List} spec=${spec} />`
