/* The frame around the pages: sign-in, side bar, theme, keys. */
import { html, render, useEffect, useState } from './lib.js'
import { Problem, instance, resume, session, signIn, signOut } from './api.js'
import { zone } from './format.js'
import { to, useRoute } from './router.js'
import { Asker, Button, Dialog, Failure, Field, Skeleton, Toasts } from './ui.js'
import { Palette } from './palette.js'

/** Some devices draw such signs as coloured pictures unless told that they are text. */
const TEXT = '\uFE0E'

/** Path, word in the side bar, module, export. A page comes when it is opened. */
const pages = [
  { path: '/', label: 'Home', file: 'home', show: 'Home', icon: '⌂' },
  { path: '/orders', label: 'Orders', file: 'orders', show: 'Orders', icon: '▤' },
  { path: '/refunds', label: 'Refunds', file: 'refunds', show: 'Refunds', icon: '↺' },
  { path: '/products', label: 'Products', file: 'products', show: 'Products', icon: '◫' },
  { path: '/products/queue', label: 'Moderation', file: 'products', show: 'Queue', icon: '✓' },
  { path: '/categories', label: 'Categories', file: 'categories', show: 'Categories', icon: '≡' },
  { path: '/reviews', label: 'Reviews', file: 'reviews', show: 'Reviews', icon: '★' },
  { path: '/sellers', label: 'Sellers', file: 'sellers', show: 'Sellers', icon: '⌘' },
  { path: '/settlements', label: 'Settlements', file: 'settlements', show: 'Settlements', icon: '₹' },
  { path: '/commission', label: 'Commission', file: 'commission', show: 'Commission', icon: '%' },
  { path: '/users', label: 'Users', file: 'users', show: 'Users', icon: '☺' },
  { path: '/analytics', label: 'Analytics', file: 'analytics', show: 'Analytics', icon: '∿' },
  { path: '/reports', label: 'Reports', file: 'reports', show: 'Reports', icon: '⇩' },
  { path: '/mismatches', label: 'Mismatches', file: 'operations', show: 'Mismatches', icon: '≠' },
  { path: '/deliveries', label: 'Failed deliveries', file: 'operations', show: 'Deliveries', icon: '✉' },
  { path: '/jobs', label: 'Jobs', file: 'operations', show: 'Jobs', icon: '⟳' },
  { path: '/logs', label: 'Audit trail', file: 'logs', show: 'Logs', icon: '☰' },
]
const details = [
  { path: '/orders/detail', file: 'order', show: 'Order' },
  { path: '/products/detail', file: 'product', show: 'Product' },
  { path: '/sellers/detail', file: 'seller', show: 'Seller' },
  { path: '/settlements/detail', file: 'settlement', show: 'Settlement' },
  { path: '/users/detail', file: 'user', show: 'User' },
]

function SignIn({ again, email: known }) {
  const [email, setEmail] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [problem, fail] = useState(null)
  const [busy, work] = useState(false)
  const submit = async event => {
    event.preventDefault()
    work(true)
    fail(null)
    try {
      await signIn(email, password)
    } catch (error) {
      fail(error)
      work(false)
    }
  }
  const form = html`<form class="form sign-in" onSubmit=${submit}>
    ${again && html`<p>Your session ended. Sign in to go on where you were; nothing you typed is lost.</p>`}
    <${Field} name="email" type="email" label="E-mail" value=${email} onChange=${setEmail} required autocomplete="username"
      error=${problem?.errors?.email} />
    <${Field} name="password" type="password" label="Password" value=${password} onChange=${setPassword} required
      autocomplete="current-password" error=${problem?.errors?.password} />
    ${problem && html`<p class="error" role="alert">${problem.message}</p>`}
    <footer><button class="button primary" disabled=${busy}>${busy ? 'Signing in…' : 'Sign in'}</button></footer>
  </form>`
  if (again) return html`<${Dialog} title="Sign in again" onClose=${() => {}}>${form}<//>`
  return html`<main class="door"><h1>haat admin</h1>${form}
    <p class="muted"><a href="/">Start page</a> · <a href="/docs/">API</a></p></main>`
}

function Page({ page, params }) {
  const [state, set] = useState({ page: null, view: null, problem: null })
  useEffect(() => {
    let gone = false
    import(`./pages/${page.file}.js`).then(
      module => gone || set({ page, view: module[page.show], problem: null }),
      () => gone || set({ page, view: null, problem: new Problem({ detail: 'Perhaps there is a newer version of these pages. Load them again.' }, 0) }))
    return () => { gone = true }
  }, [page])
  if (state.problem) return html`<${Failure} what="This page could not be fetched." problem=${state.problem} retry=${() => location.reload()} />`
  if (!state.view || state.page !== page) return html`<${Skeleton} rows=${10} height="table" />`
  return html`<${state.view} key=${params.get('id') ?? page.path} params=${params} />`
}

const themes = ['system', 'light', 'dark']
function useTheme() {
  const [theme, set] = useState(document.documentElement.dataset.theme ?? 'system')
  return [theme, () => {
    const next = themes[(themes.indexOf(theme) + 1) % 3]
    if (next === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
    if (next === 'system') localStorage.removeItem('haat.theme')
    else localStorage.setItem('haat.theme', next)
    dispatchEvent(new Event('haat-theme'))
    set(next)
  }]
}

const keys = [['Ctrl-K or /', 'Go to anything, do anything'], ['j and k', 'Next and previous row'], ['Enter', 'Open the row'], ['x', 'Choose the row'],
  ['Escape', 'Close'], ['?', 'These keys']]

function Frame({ account }) {
  const { path, params } = useRoute()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [menu, setMenu] = useState(false)
  const [theme, nextTheme] = useTheme()
  const page = [...pages, ...details].find(p => p.path === path)
  useEffect(() => {
    if (!menu) return undefined
    const shut = event => event.key === 'Escape' && setMenu(false)
    addEventListener('keydown', shut)
    return () => removeEventListener('keydown', shut)
  }, [menu])
  useEffect(() => {
    setMenu(false)
    scrollTo(0, 0)
    document.getElementById('main')?.focus({ preventScroll: true })
  }, [path, params.get('id')])
  useEffect(() => {
    const press = event => {
      const typing = event.target.closest?.('input, textarea, select')
      const above = document.querySelector('dialog[open]')
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') above || setPalette(true)
      else if (!typing && !above && event.key === '/') setPalette(true)
      else if (!typing && !above && event.key === '?') setHelp(true)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
  return html`<div class=${`frame ${menu ? 'menu-open' : ''}`}>
    <a class="skip" href="#main" onClick=${e => { e.preventDefault(); document.getElementById('main').focus() }}>Skip to the page</a>
    <header class="top">
      <${Button} kind="icon menu" aria-label="Menu" aria-expanded=${menu ? 'true' : 'false'} onClick=${() => setMenu(!menu)}>☰<//>
      <a class="brand" href=${to('/')}>haat</a>
      <button type="button" class="go-to" onClick=${() => setPalette(true)}>Go to… <kbd>Ctrl K</kbd></button>
      <${Button} kind="plain" onClick=${nextTheme} aria-label=${`Colours: ${theme}. Change`}>${{ system: '◐', light: '☀', dark: '☾' }[theme]}${TEXT}<//>
      <${Button} kind="plain" onClick=${() => setHelp(true)} aria-label="Keys">?<//>
      <span class="who muted" title=${account.email}>${account.full_name}</span>
      <${Button} kind="plain" onClick=${signOut}>Sign out<//>
    </header>
    <nav class="side" aria-label="Pages">${pages.map(p => html`<a href=${to(p.path)} title=${p.label}
      aria-current=${p === page || (path.startsWith(`${p.path}/detail`) && p.path !== '/') ? 'page' : null}>
      <span class="icon" aria-hidden="true">${p.icon}${TEXT}</span><span class="label">${p.label}</span></a>`)}</nav>
    <main id="main" tabindex="-1">${page ? html`<${Page} page=${page} params=${params} />`
      : html`<div class="empty"><p class="strong">There is no such page</p><a href=${to('/')}>Home</a></div>`}</main>
    ${palette && html`<${Palette} pages=${pages} onClose=${() => setPalette(false)} actions=${[{ label: 'Sign out', run: signOut }, { label: 'Change the colours', run: nextTheme },
      { label: 'Show the keys', run: () => setHelp(true) }]} />`}
    ${help && html`<${Dialog} title="Keys" onClose=${() => setHelp(false)}><dl class="facts">${keys.map(([k, what]) =>
      html`<div><dt><kbd>${k}</kbd></dt><dd>${what}</dd></div>`)}</dl><//>`}
    ${account.expired && html`<${SignIn} again email=${account.email} />`}
    <${Asker} /><${Toasts} />
  </div>`
}

function App() {
  const [state, set] = useState({ account: null, ready: false })
  useEffect(() => {
    const stop = session.watch(account => set(s => ({ ...s, account })))
    const told = instance().then(({ timezone }) => { zone.name = timezone || zone.name }, () => {})
    Promise.all([resume(), told]).finally(() => set(s => ({ ...s, ready: true })))
    return stop
  }, [])
  if (!state.ready) return null
  return state.account ? html`<${Frame} account=${state.account} />` : html`<${SignIn} />`
}

render(html`<${App} />`, document.getElementById('app'))
