import { html } from '../lib.js'
import { get } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Money, Pill, Time, confirm, toast, useLoad } from '../ui.js'
import { Card, Columns, Detail, Facts, History, Sum, Table } from '../detail.js'
import { money, words } from '../format.js'
import { pay, reject } from './settlements.js'

const path = '/api/admin/commerce/settlements/detail/'
export function Settlement({ params }) {
  const id = params.get('id')
  const load = useLoad(signal => get(path, { id }, signal), [id])
  const decide = action => async () => {
    const done = await confirm({ confirm: action.label, danger: action.danger, ...action.question([load.value]), run: (v, key) => action.run(load.value, v, key) })
    if (!done) return
    toast(`Settlement ${words(done.status).toLowerCase()}.`)
    load.reload()
  }
  return html`<${Detail} load=${load} title=${s => `Settlement of ${money(s.net, s.currency)}`} back=${{ href: to('/settlements'), label: 'Settlements' }} call=${['GET', path, { id }]}
      lead=${s => html`<${Pill} status=${s.status} /> asked <${Time} at=${s.requested_at} />`}
      actions=${s => [pay, reject].filter(a => a.when(s)).map(a => html`<${Button} kind=${a.danger ? 'danger' : 'primary'} onClick=${decide(a)}>${a.label}…<//>`)}>
    ${s => html`<${Columns} left=${html`<${Card} title="Adds up"><${Sum} currency=${s.currency} lines=${[['Gross', s.gross], ['Commission', -s.commission], ['Refunds', -s.refunds],
      ['Adjustments', s.adjustments], ['Net', s.net]]} /><//>
      <${Card} title="Its lines"><${Table} label="Lines" rows=${s.lines} columns=${[
        { label: 'What', show: l => html`<a href=${to('/orders', { q: l.number.replace(/-\d+$/, '') })}>${l.number}</a>${l.refund_id ? ', refund' : ''}` }, { label: 'Gross', num: true, show: l => html`<${Money} amount=${l.gross} currency=${s.currency} />` },
        { label: 'Commission', num: true, show: l => html`<${Money} amount=${l.commission} currency=${s.currency} />` },
        { label: 'Amount', num: true, show: l => html`<${Money} amount=${l.amount} currency=${s.currency} />` },
        { label: 'Available since', show: l => html`<${Time} at=${l.available_at} />` }]} />
        ${s.line_count > s.lines.length && html`<p class="muted">The newest ${s.lines.length} of ${s.line_count}.</p>`}<//>
      <${Card} title="Ledger"><${Table} label="Ledger" rows=${s.ledger} empty="Nothing is booked before it is paid." columns=${[
        { label: 'Account', show: l => words(l.account) }, { label: 'Amount', num: true, show: l => html`<${Money} amount=${l.amount} currency=${l.currency} />` },
        { label: 'When', show: l => html`<${Time} at=${l.created_at} />` }]} /><//>`}
      right=${html`<${Card} title="Facts"><${Facts} facts=${[['Seller', html`<a href=${to('/sellers/detail', { id: s.seller_id })}>${s.store_name}</a>`],
        ['Period', s.period_start && html`<${Time} at=${s.period_start} /> to <${Time} at=${s.period_end} />`], ['Reference', s.reference], ['Reason', s.reason],
        ['Decided', s.processed_at && html`<${Time} at=${s.processed_at} />`], ['Id', html`<${Copy} text=${s.id} />`]]} /><//>
        <${History} entity="settlement" id=${s.id} key=${s.status} events=${[{ at: s.requested_at, title: 'Asked for' }]} />`} />`}
  <//>`
}
