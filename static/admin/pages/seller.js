import { html, useEffect, useState } from '../lib.js'
import { file, get } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Dialog, Failure, Pill, Time, confirm, toast, useLoad } from '../ui.js'
import { Card, Changes, Columns, Detail, Facts, History } from '../detail.js'
import { rate, words } from '../format.js'
import { remember } from '../palette.js'
import { approve, reject, suspend } from './sellers.js'

const path = '/api/admin/sellers/detail/'
export function Seller({ params }) {
  const id = params.get('id')
  const load = useLoad(async signal => {
    const seller = await get(path, { id }, signal)
    remember({ label: seller.store_name, note: seller.status, href: to('/sellers/detail', { id }) })
    return seller
  }, [id])
  const [reading, read] = useState(null)
  const decide = action => async () => {
    const done = await confirm({ confirm: action.label, danger: action.danger, ...action.question([load.value]), run: (v, key) => action.run(load.value, v, key) })
    if (!done) return
    toast(`${load.value.store_name}: ${words(done.status)}.`)
    load.reload()
  }
  return html`<${Detail} load=${load} title=${s => s.store_name} back=${{ href: to('/sellers'), label: 'Sellers' }} call=${['GET', path, { id }]}
      lead=${s => html`<${Pill} status=${s.status} /> registered <${Time} at=${s.created_at} />`}
      actions=${s => [approve, reject, suspend].filter(a => a.when(s)).map(a => html`<${Button} kind=${a.danger ? 'danger' : 'primary'} onClick=${decide(a)}>${a.label}…<//>`)}>
    ${s => html`<${Columns} left=${html`
      ${s.pending_changes && html`<${Card} title="A change that waits for review"><${Changes} before=${s} after=${s.pending_changes} /><//>`}
      ${s.rejection_reason && html`<${Card} title="Reason"><p class="note">${s.rejection_reason}</p><//>`}
      <${Card} title="Documents">${s.kyc_documents.length ? html`<ul class="report">${s.kyc_documents.map(d => html`<li>
        <${Button} onClick=${() => read(d)}>${words(d.document_type)}<//> <${Pill} status=${d.status} /> <span class="muted"><${Time} at=${d.uploaded_at} /></span></li>`)}</ul>
        <p class="muted">Each reading is written into the audit trail.</p>` : html`<p class="muted">None was sent in.</p>`}<//>
      <${Card} title="Business"><${Facts} facts=${[['Legal name', s.legal_name], ['GSTIN', s.gstin], ['PAN', s.pan], ['Phone', s.phone], ['Description', s.description],
        ['Picks up at', s.pickup_address && [s.pickup_address.line1, s.pickup_address.city, s.pickup_address.state, s.pickup_address.postal_code].filter(Boolean).join(', ')]]} /><//>
      <${Card} title="Bank account"><${Facts} facts=${s.bank_account ? [['Holder', s.bank_account.account_holder], ['Account', s.bank_account.account_number], ['IFSC', s.bank_account.ifsc]]
        : [['Account', 'None yet']]} /><//>`}
      right=${html`<${Card} title="Checklist"><ul class="report">${(s.checklist ?? []).map(c => html`<li class=${c.done ? 'good' : 'bad'}>${c.done ? '✓' : '✗'} ${words(c.item)}
        <span class="muted">${c.done ? '' : ' missing'}</span></li>`)}</ul><//>
      <${Card} title="Terms"><${Facts} facts=${[['Commission', rate(s.commission_rate_bps)], ['Approved', s.approved_at && html`<${Time} at=${s.approved_at} />`],
        ['Id', html`<${Copy} text=${s.id} />`]]} /><//>
      <${History} entity="seller" id=${s.id} key=${`${s.status} ${s.approved_at}`} events=${[{ at: s.created_at, title: 'Registered' },
        ...s.kyc_documents.map(d => ({ at: d.uploaded_at, title: `${words(d.document_type)} sent in` }))]} />
      <${Card} title="Related"><p><a href=${to('/products', { seller: s.id })}>Products</a></p><p><a href=${to('/orders', { seller: s.id })}>Orders</a></p>
        <p><a href=${to('/settlements', { seller_id: s.id })}>Settlements</a></p><p><a href=${to('/users/detail', { id: s.user_id })}>Account</a></p>
        <p><a href=${to('/logs', { entity: 'seller', entity_id: s.id })}>Who changed it</a></p><//>`} />
      ${reading && html`<${Reader} seller=${s} document=${reading} close=${() => read(null)} />`}`}
  <//>`
}

function Reader({ seller, document: d, close }) {
  const [state, set] = useState({})
  useEffect(() => {
    let url = null
    file('/api/admin/sellers/kyc/document/', { id: d.id }).then(f => { url = f.url; set(f) }, problem => set({ problem }))
    return () => url && URL.revokeObjectURL(url)
  }, [d.id])
  return html`<${Dialog} wide title=${`${words(d.document_type)} of ${seller.store_name}`} onClose=${close}>
    ${state.problem && html`<${Failure} problem=${state.problem} />`}
    ${state.url && (state.type.startsWith('image/') ? html`<img class="viewer" src=${state.url} alt=${words(d.document_type)} />`
      : html`<p>A PDF is not shown here, since it may act in the browser. <a href=${state.url} download=${`${d.document_type}.pdf`}>Save it</a> and open it with care.</p>`)}
    <footer><${Button} onClick=${close}>Close<//></footer><//>`
}
