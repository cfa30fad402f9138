import { html } from '../lib.js'
import { get, write } from '../api.js'
import { Button, Failure, PageHead, Skeleton, confirm, toast, useLoad, useTitle } from '../ui.js'
import { count } from '../format.js'

/** Children under their parents, each with its depth. */
export function tree(list) {
  const below = new Map()
  for (const c of list) below.set(c.parent_id, [...below.get(c.parent_id) ?? [], c])
  const out = []
  const walk = (parent, depth) => {
    for (const c of (below.get(parent) ?? []).sort((a, b) => a.position - b.position || a.name.localeCompare(b.name))) {
      out.push({ ...c, depth })
      walk(c.id, depth + 1)
    }
  }
  walk(null, 0)
  return out
}

export function Categories() {
  useTitle('Categories')
  const load = useLoad(signal => get('/api/categories/list/', { page_size: 500 }, signal), [])
  const rows = load.value ? tree(load.value.results) : []
  const parents = [['', 'None: a top category'], ...rows.map(c => [c.id, `${'– '.repeat(c.depth)}${c.name}`])]
  const edit = async category => {
    const done = await confirm({ title: category ? `Change ${category.name}` : 'Add a category', confirm: 'Save', fields: [
      { name: 'name', label: 'Name', value: category?.name ?? '', required: true },
      { name: 'parent_id', label: 'Under', type: 'select', options: parents.filter(([id]) => id !== category?.id), value: category?.parent_id ?? '' },
      { name: 'position', label: 'Position', type: 'number', value: String(category?.position ?? 0), help: 'Smaller numbers stand first.' }],
    run: v => write(category ? 'PUT' : 'POST', `/api/admin/categories/${category ? 'update' : 'create'}/`,
      { ...(category ? { id: category.id } : {}), name: v.name, ...(v.parent_id || category ? { parent_id: v.parent_id || null } : {}), position: Number(v.position) }) })
    if (!done) return
    toast(`${done.name} is saved.`)
    load.reload()
  }
  const remove = async c => {
    const done = await confirm({ title: `Remove ${c.name}`, danger: true, confirm: 'Remove', text: 'Only a category without products and without children can be removed.',
      run: () => write('DELETE', '/api/admin/categories/delete/', { id: c.id }) })
    if (!done) return
    toast(`${c.name} is gone.`)
    load.reload()
  }
  return html`<section class="page"><${PageHead} title="Categories" lead="The tree that buyers browse.">
      <${Button} kind="primary" onClick=${() => edit(null)}>Add a category<//><//>
    ${load.problem && html`<${Failure} problem=${load.problem} retry=${load.reload} />`}
    ${!load.value && load.loading && html`<${Skeleton} height="table" rows=${10} />`}
    ${rows.length > 0 && html`<div class="table-wrap" tabindex="0" role="region" aria-label="Categories"><table><thead><tr><th scope="col">Category</th><th scope="col">Slug</th>
      <th scope="col" class="num">Products</th><th scope="col"><span class="muted">Actions</span></th></tr></thead><tbody>${rows.map(c => html`<tr key=${c.id}>
      <td><span aria-hidden="true">${'\u2003'.repeat(c.depth)}</span>${c.name}</td><td class="mono">${c.slug}</td><td class="num">${count(c.product_count)}</td>
      <td class="num"><${Button} kind="plain" onClick=${() => edit(c)}>Change<//> <${Button} kind="plain" onClick=${() => remove(c)}>Remove<//></td></tr>`)}</tbody></table></div>`}
  </section>`
}
