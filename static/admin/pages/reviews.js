import { html } from '../lib.js'
import { post } from '../api.js'
import { List } from '../list.js'
import { Copy, Pill, Time, confirm } from '../ui.js'
import { Name, pageOf } from '../things.js'

const set = (label, status, danger) => ({ label, danger, when: r => r.status !== status,
  question: rows => ({ title: rows.length === 1 ? `${label} the review of ${rows[0].author_name}` : `${label} ${rows.length} reviews`, text: 'The rating of the product follows at once.' }),
  run: r => post('/api/admin/reviews/set-status/', { review_id: r.id, status }) })
const stars = r => html`<span role="img" aria-label=${`${r.rating} of 5`}>${'★'.repeat(r.rating)}</span>`
/** All of it, where the list has the beginning. */
const read = r => confirm({ title: r.title || 'A review', confirm: 'Close', text: html`<p class="strong"><${Name} kind="product" id=${r.product_id} /></p><p>${stars(r)} <span class="muted">${r.author_name}, <${Time} at=${r.created_at} /></span></p>
  <p class="note">${r.body || 'Only stars.'}</p>${(r.media ?? []).map(m => html`<img class="viewer" src=${m.thumbnail_url ?? m.url} alt="" loading="lazy" />`)}
  ${r.reply && html`<p class="strong">The seller answered</p><p class="note">${r.reply.body}</p>`}` })
const spec = {
  title: 'Reviews', sorted: '-created_at', lead: 'What buyers wrote about what they received.', path: '/api/admin/reviews/',
  href: r => pageOf('product', r.product_id), nameOf: r => `the review of ${r.author_name}`,
  filters: [{ name: 'status', label: 'Status', type: 'select', options: ['published', 'pending', 'hidden'] },
    { name: 'product_id', label: 'Product', type: 'pick', kind: 'product' }],
  columns: [
    { name: 'title', label: 'Review', show: r => r.title || 'Without a title' },
    { name: 'rating', label: 'Stars', sort: 'rating', show: stars },
    { name: 'body', label: 'Text', show: r => html`<span class="clip">${r.body || '–'}</span>` },
    { name: 'author_name', label: 'Author', show: r => r.author_name },
    { name: 'status', label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
    { name: 'created_at', label: 'Written', sort: 'created_at', show: r => html`<${Time} at=${r.created_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: r => html`<${Copy} text=${r.id} />` },
  ],
  menu: r => [{ label: 'Read it', run: () => read(r) }],
  bulk: [set('Publish', 'published'), set('Hide', 'hidden', true)],
}
export const Reviews = () => html`<${List} spec=${spec} />`
