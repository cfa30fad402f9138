/* What the one who is called at night looks at: mismatches, deliveries, jobs. */
import { html, useMemo } from '../lib.js'
import { get, post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Failure, Money, PageHead, Pill, Skeleton, Time, useLoad, useTitle } from '../ui.js'
import { Card, Table } from '../detail.js'
import { words } from '../format.js'

const mismatches = {
  title: 'Payment mismatches', sorted: '-first_seen_at', lead: 'Where the provider’s books and ours differ. The daily comparison finds them, and marks what was put right.',
  path: '/api/admin/payments/mismatches/', nameOf: m => words(m.kind),
  empty: { title: 'Both sides agree', text: 'The last comparison found no difference.' },
  filters: [{ name: 'resolved', label: 'Put right', type: 'select', options: [['false', 'No'], ['true', 'Yes']] }],
  columns: [
    { name: 'kind', label: 'What differs', show: m => words(m.kind) },
    { name: 'entity', label: 'Of a', show: m => words(m.entity) },
    { name: 'state', label: 'State', show: m => html`<${Pill} status=${m.resolved_at ? 'resolved' : 'open'} />`, csv: m => m.resolved_at ? 'resolved' : 'open' },
    { name: 'ref', label: 'At the provider', mono: true, show: m => html`<${Copy} text=${m.ref} />` },
    { name: 'order', label: 'Order', show: m => m.order_id ? html`<a href=${to('/orders/detail', { id: m.order_id })}>${m.order_number ?? 'Open'}</a>` : '–', csv: m => m.order_number },
    { name: 'theirs', label: 'Theirs', num: true, show: m => m.provider_amount === null ? '–' : html`<${Money} amount=${m.provider_amount} currency=${m.currency} />`, csv: m => m.provider_amount },
    { name: 'ours', label: 'Ours', num: true, show: m => m.ledger_amount === null ? '–' : html`<${Money} amount=${m.ledger_amount} currency=${m.currency} />`, csv: m => m.ledger_amount },
    { name: 'provider_status', label: 'Stands there as', show: m => m.provider_status ? words(m.provider_status) : '–' },
    { name: 'our_status', label: 'Stands here as', show: m => m.our_status ? words(m.our_status) : '–' },
    { name: 'first_seen_at', label: 'First seen', sort: 'first_seen_at', show: m => html`<${Time} at=${m.first_seen_at} />` },
    { name: 'last_seen_at', label: 'Last seen', off: true, show: m => html`<${Time} at=${m.last_seen_at} />` },
  ],
}
export const Mismatches = () => html`<${List} spec=${mismatches} />`

// A message's kind is "mail.order_paid": by what, and what it tells.
const channelOf = d => d.kind.split('.')[0]
const typeOf = d => d.kind.slice(d.kind.indexOf('.') + 1)
const deliveries = {
  title: 'Failed deliveries', sorted: '-created_at', lead: 'Mail and messages that were given up after all tries. Each can be sent again.',
  path: '/api/admin/outbox/', fixed: { state: 'dead' }, nameOf: d => d.recipient ?? d.kind,
  empty: { title: 'Everything was delivered', text: 'Nothing was given up.' },
  filters: [],
  columns: [
    { name: 'kind', label: 'Message', show: d => words(typeOf(d)) },
    { name: 'channel', label: 'By', show: d => words(channelOf(d)), csv: channelOf },
    { name: 'recipient', label: 'To', show: d => d.recipient ?? '–' },
    { name: 'attempts', label: 'Tries', num: true, show: d => d.attempts }, { name: 'last_error', label: 'Why', show: d => d.last_error ?? '–' },
    { name: 'created_at', label: 'Written', sort: 'created_at', show: d => html`<${Time} at=${d.created_at} />` },
    { name: 'dead_at', label: 'Given up', show: d => html`<${Time} at=${d.dead_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: d => html`<${Copy} text=${d.id} />` },
  ],
  bulk: [{ label: 'Send again', question: rows => ({ title: rows.length === 1 ? `Send it to ${rows[0].recipient ?? 'its recipient'} again` : `Send ${rows.length} messages again`, text: 'They are tried within seconds.' }), run: d => post('/api/admin/outbox/retry/', { id: d.id }) }],
}
export const Deliveries = () => html`<${List} spec=${deliveries} />`

const runs = jobs => ({
  title: 'Runs', part: 'Jobs', sorted: '-started_at', lead: 'Each run leaves a row.', path: '/api/admin/jobs/runs/', nameOf: r => r.job,
  filters: [{ name: 'job', label: 'Job', type: 'select', options: jobs }, { name: 'ok', label: 'Outcome', type: 'select', options: [['true', 'Good'], ['false', 'Failed']] }],
  columns: [
    { name: 'job', label: 'Job', show: r => words(r.job) }, { name: 'ok', label: 'Outcome', show: r => html`<${Pill} status=${r.finished_at ? r.ok ? 'ok' : 'failed' : 'running'} label=${r.finished_at ? r.ok ? 'Good' : 'Failed' : 'Running'} />` },
    { name: 'counts', label: 'What it did', show: r => Object.entries(r.counts ?? {}).filter(([, n]) => n).map(([name, n]) => `${words(name).toLowerCase()} ${n}`).join(', ') || (r.finished_at ? 'Nothing to do' : '–') },
    { name: 'note', label: 'Note', show: r => r.note ?? '–' }, { name: 'started_at', label: 'Began', sort: 'started_at', show: r => html`<${Time} at=${r.started_at} />` },
    { name: 'finished_at', label: 'Ended', show: r => html`<${Time} at=${r.finished_at} empty="not yet" />` },
  ],
})
export function Jobs() {
  useTitle('Jobs')
  const load = useLoad(signal => get('/api/admin/jobs/', {}, signal), [])
  const spec = useMemo(() => runs((load.value?.results ?? []).map(j => [j.name, words(j.name)])), [load.value])
  return html`<section class="page"><${PageHead} title="Jobs" lead="What works beside the requests, and whether it is on time." />
    ${load.problem && html`<${Failure} problem=${load.problem} retry=${load.reload} />`}
    ${!load.value && load.loading && html`<${Skeleton} rows=${8} height="table" />`}
    ${load.value && html`<${Card} title="On time"><${Table} label="Jobs" rows=${load.value.results} columns=${[
      { label: 'Job', show: j => words(j.name) }, { label: 'State', show: j => html`<span><${Pill} status=${j.is_late ? 'late' : 'ok'} label=${j.is_late ? 'Late' : 'On time'} />${j.is_running
        ? html` <${Pill} status="running" label="At work" />` : ''}</span>` },
      { label: 'Every', num: true, show: j => j.period_secs % 3600 === 0 ? `${j.period_secs / 3600} h` : j.period_secs % 60 === 0 ? `${j.period_secs / 60} min` : `${j.period_secs} s` },
      { label: 'Last good run', show: j => html`<${Time} at=${j.ok_at} empty="never" />` }]} /><//>`}
  </section><${List} spec=${spec} />`
}
