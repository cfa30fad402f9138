import { html, useState } from '../lib.js'
import { get, post } from '../api.js'
import { Button, Failure, Field, PageHead, Skeleton, Time, confirm, paise, toast, useLoad, useTitle } from '../ui.js'
import { Card, Columns, Facts, Sum, Table } from '../detail.js'
import { money, rate, words } from '../format.js'
import { Name, pageOf } from '../things.js'
import { allCategories, categoryOptions, tree } from './categories.js'

/** As the server does it: the share of what the buyer pays, half up to a paisa. */
export const share = (amount, bps) => Number((BigInt(amount) * BigInt(bps) * 2n + 10000n) / 20000n)
const bps = text => /^\d{1,3}(\.\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text) * 100) : NaN

export function Commission() {
  useTitle('Commission')
  const rates = useLoad(signal => get('/api/admin/commission/get/', {}, signal), [])
  const categories = useLoad(allCategories, [])
  const list = categories.value ? tree(categories.value) : []
  const nameOf = id => list.find(c => c.id === id)?.name ?? '…'
  const set = async () => {
    const done = await confirm({ title: 'Set a rate', confirm: 'Set', text: 'It holds for orders placed from now on; earlier orders keep theirs.', fields: [
      { name: 'scope', label: 'For', type: 'select', options: [['global', 'The whole market'], ['category', 'A category'], ['seller', 'A seller']], value: 'global' },
      { name: 'category_id', label: 'Category', type: 'select', when: v => v.scope === 'category', value: list[0]?.id ?? '', options: categoryOptions(list) },
      { name: 'seller_id', label: 'Seller', type: 'pick', kind: 'seller', when: v => v.scope === 'seller', required: true },
      { name: 'rate', faults: 'rate_bps', label: 'Rate in %', required: true, inputmode: 'decimal' }],
    run: v => post('/api/admin/commission/set/', { scope: v.scope, rate_bps: bps(v.rate), ...(v.scope === 'category' ? { category_id: v.category_id } : {}),
      ...(v.scope === 'seller' ? { seller_id: v.seller_id } : {}) }) })
    if (!done) return
    toast('The rate holds from now on.')
    rates.reload()
  }
  const r = rates.value
  return html`<section class="page"><${PageHead} title="Commission" lead="A seller’s own rate beats the category’s, which beats the market’s.">
      <${Button} kind="primary" onClick=${set}>Set a rate…<//><//>
    ${rates.problem && html`<${Failure} problem=${rates.problem} retry=${rates.reload} />`}
    ${!r && rates.loading && html`<${Skeleton} />`}
    ${r && html`<${Columns} left=${html`<${Card} title="The whole market"><${Facts} facts=${[['Rate', rate(r.global.rate_bps)], ['Since', r.global.effective_from < '2001' ? 'The start' : html`<${Time} at=${r.global.effective_from} />`]]} /><//>
      <${Card} title="Categories"><${Table} label="Categories" rows=${r.categories} empty="No category has a rate of its own." columns=${[{ label: 'Category', show: c => nameOf(c.category_id) },
        { label: 'Rate', num: true, show: c => rate(c.rate_bps) }, { label: 'Since', show: c => html`<${Time} at=${c.effective_from} />` }]} /><//>
      <${Card} title="Sellers"><${Table} label="Sellers" rows=${r.sellers} empty="No seller has a rate of its own." columns=${[{ label: 'Seller', show: s => html`<a href=${pageOf('seller', s.seller_id)}><${Name} kind="seller" id=${s.seller_id} /></a>` },
        { label: 'Rate', num: true, show: s => rate(s.rate_bps) }, { label: 'Since', show: s => html`<${Time} at=${s.effective_from} />` }]} /><//>`} right=${html`<${Simulator} categories=${list} />`} />`}
  </section>`
}

function Simulator({ categories }) {
  const [amount, setAmount] = useState('1000.00')
  const [shipping, setShipping] = useState('0')
  const [category, setCategory] = useState('')
  const [seller, setSeller] = useState('')
  const rule = useLoad(signal => get('/api/admin/commission/get/', { category_id: category, seller_id: seller }, signal), [category, seller])
  const won = rule.value?.effective ?? (rule.value && { rate_bps: rule.value.global.rate_bps, scope: 'global' })
  const total = paise(amount)
  const sent = paise(shipping)
  const fee = won && total > 0 ? share(total, won.rate_bps) : 0
  return html`<${Card} title="What would it cost the seller?"><div class="form">
    <${Field} name="amount" label="The buyer pays for the goods, in rupees" value=${amount} onChange=${setAmount} inputmode="decimal" error=${Number.isNaN(total) ? 'This is no amount.' : null} />
    <${Field} name="shipping" label="And for shipping" value=${shipping} onChange=${setShipping} inputmode="decimal" error=${Number.isNaN(sent) ? 'This is no amount.' : null} />
    <${Field} name="category" label="Category" type="select" value=${category} onChange=${setCategory} options=${[['', 'Any'], ...categoryOptions(categories)]} />
    <${Field} name="seller" label="Seller" type="pick" kind="seller" value=${seller} onChange=${id => setSeller(id ?? '')} help="Leave empty for any." /></div>
    ${rule.problem && html`<p class="error">${rule.problem.message}</p>`}
    ${won && total > 0 && sent >= 0 && html`<p role="status">${{ global: 'The market’s', category: 'The category’s', seller: 'The seller’s own' }[won.scope] ?? words(won.scope)} rate wins: ${rate(won.rate_bps)} of ${money(total)}.</p>
      <${Sum} currency="INR" lines=${[['The buyer pays', total + sent], ['Commission', -fee], ['The seller earns', total + sent - fee]]} />`}<//>`
}
