import { html } from '../lib.js'
import { get } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Money, Pill, Time, confirm, toast, useLoad } from '../ui.js'
import { Card, Columns, Detail, Facts, History } from '../detail.js'
import { remember } from '../palette.js'
import { count, words } from '../format.js'
import { block, unblock } from './users.js'

const path = '/api/admin/users/detail/'
export function User({ params }) {
  const id = params.get('id')
  const load = useLoad(async signal => {
    const user = await get(path, { id }, signal)
    remember({ label: user.full_name, note: user.email, href: to('/users/detail', { id }) })
    return user
  }, [id])
  const decide = action => async () => {
    const done = await confirm({ confirm: action.label, danger: action.danger, ...action.question([load.value]), run: (v, key) => action.run(load.value, v, key) })
    if (!done) return
    toast(`${load.value.email}: ${done.is_blocked ? 'blocked' : 'not blocked'}.`)
    load.reload()
  }
  return html`<${Detail} load=${load} title=${u => u.full_name} back=${{ href: to('/users'), label: 'Users' }} call=${['GET', path, { id }]}
      lead=${u => html`${u.email} <${Pill} status=${u.is_blocked ? 'blocked' : 'active'} />`}
      actions=${u => html`<${Button} kind=${u.is_blocked ? '' : 'danger'} onClick=${decide(u.is_blocked ? unblock : block)}>${u.is_blocked ? 'Unblock' : 'Block…'}<//>`}>
    ${u => html`<${Columns} left=${html`<${Card} title="Account"><${Facts} facts=${[['E-mail', html`${u.email} ${u.is_email_verified ? '' : html`<span class="muted">not verified</span>`}`],
      ['Phone', u.phone], ['Role', words(u.role)], ['Type', words(u.account_type)], ['Blocked because', u.blocked_reason], ['Company', u.company_name], ['GSTIN', u.gstin],
      ['Joined', html`<${Time} at=${u.created_at} />`], ['Last seen', html`<${Time} at=${u.last_login_at} empty="never" />`], ['Id', html`<${Copy} text=${u.id} />`]]} /><//>`}
      right=${html`<${Card} title="Buys"><${Facts} facts=${[['Orders', html`<a href=${to('/orders', { user: u.id })}>${count(u.orders_count)}</a>`], ['Spent', html`<${Money} amount=${u.total_spent} currency=${u.currency} />`]]} /><//>
      <${History} entity="account" id=${u.id} key=${String(u.is_blocked)} events=${[{ at: u.created_at, title: 'Joined' }, { at: u.last_login_at, title: 'Last seen' }]} />
      <${Card} title="Related"><p><a href=${to('/orders', { user: u.id })}>Orders</a></p><p><a href=${to('/logs', { entity: 'account', entity_id: u.id })}>Who changed it</a></p>
        ${u.role === 'admin' && html`<p><a href=${to('/logs', { actor: u.id })}>What this administrator did</a></p>`}<//>`} />`}
  <//>`
}
