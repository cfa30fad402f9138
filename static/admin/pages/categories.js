import { html } from '../lib.js'
import { get, write } from '../api.js'
import { List } from '../list.js'
import { Copy, confirm, toast } from '../ui.js'
import { count } from '../format.js'

const path = '/api/categories/list/'
export const allCategories = signal => get(path, { page_size: 500 }, signal).then(page => page.results)

/** Children under their parents, each with its depth and the names above it. */
export function tree(list) {
  const below = new Map()
  for (const c of list) below.set(c.parent_id, [...below.get(c.parent_id) ?? [], c])
  const out = []
  const walk = (parent, above) => {
    for (const c of (below.get(parent) ?? []).sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))) {
      out.push({ ...c, depth: above.length, above: above.join(' › ') })
      walk(c.id, [...above, c.name])
    }
  }
  walk(null, [])
  return out
}
export const categoryOptions = list => list.map(c => [c.id, `${'– '.repeat(c.depth)}${c.name}`])

const orders = { name: (a, b) => a.name.localeCompare(b.name), product_count: (a, b) => a.product_count - b.product_count }
/** The whole tree is small: it comes at once, and is searched, sorted and cut here. */
async function load({ q, sort = '', cursor, page_size = 20 }, signal) {
  const rows = tree(await allCategories(signal)).filter(c => !q || `${c.above} ${c.name} ${c.slug}`.toLowerCase().includes(q.toLowerCase()))
  const order = orders[sort.replace('-', '')]
  if (order) rows.sort((a, b) => order(a, b) * (sort.startsWith('-') ? -1 : 1))
  const at = Number(cursor ?? 0), size = Number(page_size)
  const link = to => `?cursor=${to}`
  return { count: rows.length, results: rows.slice(at, at + size), next: at + size < rows.length ? link(at + size) : null,
    previous: at > 0 ? link(Math.max(0, at - size)) : null }
}

async function edit(category, reload) {
  const list = tree(await allCategories())
  const below = new Set([category?.id])
  for (const c of list) if (below.has(c.parent_id)) below.add(c.id)
  const done = await confirm({ title: category ? `Change ${category.name}` : 'Add a category', confirm: 'Save', fields: [
    { name: 'name', label: 'Name', value: category?.name ?? '', required: true },
    { name: 'parent_id', label: 'Under', type: 'select', options: [['', 'None: a top category'], ...categoryOptions(list.filter(c => !category || !below.has(c.id)))], value: category?.parent_id ?? '' },
    { name: 'position', label: 'Position', type: 'number', value: String(category?.position ?? 0), help: 'Smaller numbers stand first.' }],
  run: v => write(category ? 'PUT' : 'POST', `/api/admin/categories/${category ? 'update' : 'create'}/`,
    { ...(category ? { id: category.id } : {}), name: v.name, ...(v.parent_id || category ? { parent_id: v.parent_id || null } : {}), position: Number(v.position) }) })
  if (!done) return
  toast(`${done.name} is saved.`)
  reload()
}

const spec = {
  title: 'Categories', lead: 'The tree that buyers browse.', path, load, nameOf: c => c.name,
  filters: [{ name: 'q', label: 'Search', type: 'search', placeholder: 'Name' }],
  columns: [
    { name: 'name', label: 'Category', sort: 'name', up: true, show: c => html`<span aria-hidden="true">${'\u2003'.repeat(c.depth)}</span><span class="strong">${c.name}</span>` },
    { name: 'above', label: 'Under', show: c => c.above || '–' },
    { name: 'slug', label: 'Slug', mono: true, show: c => c.slug },
    { name: 'product_count', label: 'Products', num: true, sort: 'product_count', show: c => count(c.product_count) },
    { name: 'id', label: 'Id', mono: true, off: true, show: c => html`<${Copy} text=${c.id} />` },
  ],
  actions: [{ label: 'Add a category', run: reload => edit(null, reload) }],
  menu: (c, reload) => [{ label: 'Change…', run: () => edit(c, reload) }],
  bulk: [{ label: 'Remove', danger: true, question: rows => ({ title: rows.length === 1 ? `Remove ${rows[0].name}` : `Remove ${rows.length} categories`,
    text: 'Only categories without products and without children can be removed.' }),
  run: c => write('DELETE', '/api/admin/categories/delete/', { id: c.id }) }],
}
export const Categories = () => html`<${List} spec=${spec} />`
