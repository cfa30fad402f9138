import { html } from '../lib.js'
import { post } from '../api.js'
import { to } from '../router.js'
import { List } from '../list.js'
import { Copy, Pill, Time } from '../ui.js'

const set = (label, status, danger) => ({ label, danger, when: r => r.status !== status,
  question: rows => ({ title: `${label} ${rows.length} ${rows.length === 1 ? 'review' : 'reviews'}`, text: 'The rating of the product follows at once.' }),
  run: r => post('/api/admin/reviews/set-status/', { review_id: r.id, status }) })
const spec = {
  title: 'Reviews', lead: 'What buyers wrote about what they received.', path: '/api/admin/reviews/',
  href: r => to('/products/detail', { id: r.product_id }), nameOf: r => r.title || r.author_name,
  filters: [{ name: 'status', label: 'Status', type: 'select', options: ['published', 'pending', 'hidden'] },
    { name: 'product_id', label: 'Product', type: 'text', placeholder: 'Id' }],
  columns: [
    { name: 'title', label: 'Review', show: r => r.title || r.body?.slice(0, 60) || 'Only stars' },
    { name: 'rating', label: 'Stars', num: true, show: r => html`<span aria-label=${`${r.rating} of 5`}>${'★'.repeat(r.rating)}</span>` },
    { name: 'body', label: 'Text', show: r => (r.body ?? '').slice(0, 120) },
    { name: 'author_name', label: 'Author', show: r => r.author_name },
    { name: 'status', label: 'Status', show: r => html`<${Pill} status=${r.status} />` },
    { name: 'created_at', label: 'Written', show: r => html`<${Time} at=${r.created_at} />` },
    { name: 'id', label: 'Id', mono: true, off: true, show: r => html`<${Copy} text=${r.id} />` },
  ],
  bulk: [set('Publish', 'published'), set('Hide', 'hidden', true)],
}
export const Reviews = () => html`<${List} spec=${spec} />`
