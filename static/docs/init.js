/*
 * The API pages: an index of all endpoints, and Swagger UI for one group of them at a
 * time (?group=cart), since with all of them it keeps a browser busy for seconds. In
 * files of their own, since the content security policy allows no inline script.
 */
const TOKEN = 'haat.docs.token'
const methods = ['get', 'post', 'put', 'patch', 'delete']
const group = new URLSearchParams(location.search).get('group')
const schema = await (await fetch('/schema/')).json()

/** Every operation: {method, path, tag, id, summary}. */
const operations = Object.entries(schema.paths).flatMap(([path, item]) =>
  methods.filter(method => item[method]).map(method => ({ method, path, tag: item[method].tags[0],
    id: item[method].operationId, summary: item[method].summary ?? '' })))

function element(name, className, ...inside) {
  const node = document.createElement(name)
  node.className = className
  node.append(...inside)
  return node
}

// ---- the index -----------------------------------------------------------------

function listGroups() {
  const place = document.getElementById('groups')
  const tags = [...new Set(operations.map(o => o.tag))].sort()
  for (const tag of tags) {
    const rows = operations.filter(o => o.tag === tag).map(o => {
      const link = element('a', '', element('span', `method ${o.method}`, o.method.toUpperCase()),
        element('code', '', ...o.path.split(/(?<=[/-])/).flatMap(part => [part, element('wbr', '')])))
      link.href = `?group=${encodeURIComponent(o.tag)}#/${o.tag}/${o.id}`
      const row = element('li', '', link, element('span', 'summary', o.summary))
      row.dataset.text = `${o.path} ${o.summary}`.toLowerCase()
      return row
    })
    const head = element('a', '', tag)
    head.href = `?group=${encodeURIComponent(tag)}`
    place.append(element('section', 'group', element('h2', '', head), element('ul', '', ...rows)))
  }
  document.getElementById('filter').addEventListener('input', event => {
    const words = event.currentTarget.value.toLowerCase().split(/\s+/)
    for (const section of place.children) {
      let shown = 0
      for (const row of section.querySelectorAll('li'))
        shown += !(row.hidden = !words.every(word => row.dataset.text.includes(word)))
      section.hidden = shown === 0
    }
  })
  document.getElementById('index').hidden = false
}

// ---- one group, in Swagger UI ----------------------------------------------------

// Two things of the library that a keyboard or a screen reader stumbles over: a link
// inside the button that opens an operation, and a choice of one server, this one.
const plainer = ({ React }) => ({
  wrapComponents: {
    DeepLink: () => ({ text }) => React.createElement('span', { className: 'nostyle' }, text),
    ServersContainer: () => () => null,
  },
})

const beside = file => new URL(file, import.meta.url).href
const load = path => new Promise((done, fail) => {
  const script = document.createElement('script')
  script.src = beside(path)
  script.onload = done
  script.onerror = () => fail(new Error(`${path} cannot be loaded`))
  document.head.append(script)
})

let ui = null
const authorize = () => {
  const { email, access } = JSON.parse(sessionStorage.getItem(TOKEN) ?? '{}')
  if (!access) return
  ui?.preauthorizeApiKey('bearer', access)
  document.getElementById('signed-in').textContent = `Signed in as ${email}.`
}

async function showGroup() {
  const paths = Object.fromEntries(Object.entries(schema.paths).map(([path, item]) =>
    [path, Object.fromEntries(Object.entries(item).filter(([name, o]) =>
      !methods.includes(name) || o.tags[0] === group))])
    .filter(([, item]) => methods.some(method => item[method])))
  document.title = `${group} · haat API`
  const style = document.createElement('link')
  style.rel = 'stylesheet'
  style.href = beside('swagger-ui.css')
  document.head.prepend(style)
  await load('swagger-ui-bundle.js')
  const { SwaggerUIBundle } = globalThis
  ui = SwaggerUIBundle({
    spec: { ...schema, paths },
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [plainer],
    layout: 'BaseLayout',
    tryItOutEnabled: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1,
    onComplete: () => authorize(),
    // No outside validator, no outside badge.
    validatorUrl: null,
  })
}

// ---- demo logins -------------------------------------------------------------------

async function signIn({ email, password }) {
  const answer = await fetch('/api/auth/login/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const body = await answer.json()
  if (answer.ok) {
    sessionStorage.setItem(TOKEN, JSON.stringify({ email, access: body.access }))
    authorize()
  } else {
    document.getElementById('signed-in').textContent = body.detail
  }
}

async function offerLogins() {
  const instance = await (await fetch('/instance.json')).json()
  const place = document.getElementById('logins')
  for (const login of instance.logins) {
    const button = element('button', '', login.email.split('@')[0])
    button.type = 'button'
    button.title = login.email
    button.addEventListener('click', () => signIn(login))
    place.append(button)
  }
  place.hidden = !instance.demo
}

if (operations.some(o => o.tag === group)) showGroup()
else listGroups()
offerLogins()
authorize()
