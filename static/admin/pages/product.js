import { html } from '../lib.js'
import { get } from '../api.js'
import { to } from '../router.js'
import { Button, Copy, Money, Pill, Time, confirm, toast, useLoad } from '../ui.js'
import { Card, Changes, Columns, Detail, Facts, History, Table } from '../detail.js'
import { rate, words } from '../format.js'
import { remember } from '../palette.js'
import { approve, reject } from './products.js'

const path = '/api/admin/products/detail/'

/** What the change would make of it, by the same names: the category by its name, and the
 * pictures apart, since they are looked at. */
function sides(p) {
  const { category_id: id, images, ...after } = p.pending_changes
  if (id) after.category = p.pending_category?.name ?? id
  return { before: { ...p, category: p.category.name }, after, images: images ?? [] }
}
const Tiles = ({ images }) => html`<div class="tiles">${images.map(i => html`<a href=${i.url} target="_blank" rel="noopener">
  <img class="viewer" src=${i.thumbnail_url} alt=${i.alt ?? ''} loading="lazy" /></a>`)}</div>`
function Wanted({ product }) {
  const { before, after, images } = sides(product)
  return html`<${Card} title="What the seller wants to change"><p class="muted">Waits since <${Time} at=${product.pending_since} />.</p>
    ${Object.keys(after).length > 0 && html`<${Changes} before=${before} after=${after} />`}
    ${images.length > 0 && html`<p>Pictures that would be added:</p><${Tiles} images=${images} />`}<//>`
}

export function Product({ params }) {
  const id = params.get('id')
  const load = useLoad(async signal => {
    const product = await get(path, { id }, signal)
    remember({ label: product.name, note: product.status, href: to('/products/detail', { id }) })
    return product
  }, [id])
  const decide = action => async () => {
    const done = await confirm({ confirm: action.label, danger: action.danger, ...action.question([load.value]), run: (v, key) => action.run(load.value, v, key) })
    if (!done) return
    toast(`${load.value.name}: ${words(done.status ?? action.label)}.`)
    load.reload()
  }
  return html`<${Detail} load=${load} title=${p => p.name} back=${{ href: to('/products'), label: 'Products' }} call=${['GET', path, { id }]}
      lead=${p => html`<${Pill} status=${p.status} /> by <a href=${to('/sellers/detail', { id: p.seller.id })}>${p.seller.store_name}</a>`}
      actions=${p => html`${approve.when(p) && html`<${Button} kind="primary" onClick=${decide(approve)}>Approve…<//>`}
        ${reject.when(p) && html`<${Button} kind="danger" onClick=${decide(reject)}>Reject…<//>`}`}>
    ${p => html`<${Columns} left=${html`
      ${p.pending_changes && html`<${Wanted} product=${p} />`}
      ${p.rejection_reason && html`<${Card} title="Rejected because"><p class="note">${p.rejection_reason}</p><//>`}
      <${Card} title="Pictures">${p.images.length ? html`<${Tiles} images=${p.images} />` : html`<p class="muted">No picture.</p>`}<//>
      <${Card} title="Description"><p class="note">${p.description || 'None.'}</p><//>
      <${Card} title="Variants"><${Table} label="Variants" rows=${p.variants} columns=${[
        { label: 'SKU', show: v => html`<code>${v.sku}</code>` }, { label: 'Options', show: v => Object.entries(v.options).map(([n, o]) => `${n}: ${o}`).join(', ') || '–' },
        { label: 'Price', num: true, show: v => html`<${Money} amount=${v.price} currency=${v.currency} />` },
        { label: 'Tiers', show: v => !v.price_tiers.length ? '–' : v.price_tiers.map(t => html`<div>${t.min_quantity}+ <${Money} amount=${t.price} currency=${v.currency} /> <span class="muted">${t.audience}</span></div>`) },
        { label: 'Stock', num: true, show: v => v.stock }]} /><//>`}
      right=${html`<${Card} title="Facts"><${Facts} facts=${[['Category', p.category.name], ['Brand', p.brand], ['Tax', rate(p.tax_rate_bps)], ['HSN', p.hsn_code],
        ['Least quantity', p.min_order_quantity], ['Rating', p.rating_count ? `${p.rating_average} (${p.rating_count})` : null],
        ['Created', html`<${Time} at=${p.created_at} />`], ['Slug', p.slug], ['Id', html`<${Copy} text=${p.id} />`]]} /><//>
      <${Card} title="Attributes"><${Facts} facts=${Object.entries(p.attributes ?? {})} /><//>
      <${History} entity="product" id=${p.id} key=${`${p.status} ${p.pending_since}`} events=${[{ at: p.created_at, title: 'Created' },
        { at: p.pending_since, title: 'Sent in for review' }]} />
      <${Card} title="Related"><p><a href=${to('/reviews', { product_id: p.id })}>Its reviews</a></p>
        <p><a href=${to('/logs', { entity: 'product', entity_id: p.id })}>Who changed it</a></p>
        <p><a href=${to('/products', { seller: p.seller.id })}>All products of ${p.seller.store_name}</a></p><//>`} />`}
  <//>`
}
