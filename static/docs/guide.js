/* Runs the examples of the guide, and shows what was sent and what came back. */
const form = document.getElementById('who')
const key = crypto.randomUUID()
const known = { access: null, next: null, product: null }

const product = async () => {
  const first = async path => (await (await fetch(path)).json()).results[0]
  known.product ??= await first('/api/products/filter/?in_stock=true&page_size=1')
  if (!known.product) throw new Error('There is no product in stock to put into the cart.')
  const whole = await (await fetch(`/api/products/detail/?id=${known.product.id}`)).json()
  return { product_id: whole.id, quantity: whole.min_order_quantity,
    variant_id: whole.variants.find(v => v.stock > 0)?.id }
}
const add = async () => ({ method: 'POST', path: '/api/cart/add/', signed: true, key, body: await product() })

/** name: what it is called, and what is sent: {method, path, body, key, signed, headers}. */
const examples = {
  login: { title: 'Sign in', request: () => ({ method: 'POST', path: '/api/auth/login/',
    body: Object.fromEntries(new FormData(form)) }),
  keep: answer => { known.access = answer.access } },
  profile: { title: 'Who am I', request: () => ({ method: 'GET', path: '/api/auth/profile/', signed: true }) },
  error: { title: 'A search for nothing', request: () => ({ method: 'GET', path: '/api/products/search/?q=' }) },
  list: { title: 'The first page', request: () => ({ method: 'GET', path: '/api/products/list/?page_size=2' }),
    keep: answer => { known.next = answer.next } },
  next: { title: 'The page after it', request: async () => {
    if (!known.next) await run('list')
    return { method: 'GET', path: known.next }
  } },
  add: { title: 'Add to the cart', request: add },
  again: { title: 'The same, again', request: add },
  reused: { title: 'Another request under that key',
    request: () => ({ method: 'POST', path: '/api/cart/clear/', signed: true, key, body: {} }) },
  event: { title: 'An event with a wrong signature', request: () => ({ method: 'POST',
    path: '/api/payments/webhook/', body: { event: 'payment.captured' },
    headers: { 'X-Razorpay-Signature': '0'.repeat(64), 'x-razorpay-event-id': 'evt_guide' } }) },
}

const element = (name, className, text) => {
  const node = document.createElement(name)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

const shown = { 'content-type': 1, etag: 1, 'idempotent-replayed': 1, 'retry-after': 1, 'x-request-id': 1 }
const short = value => value.length > 60 ? `${value.slice(0, 57)}…` : value

function asText({ method, path, body }, headers) {
  const lines = [`${method} ${path}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${short(value)}`)
  if (body) lines.push('', JSON.stringify(path.includes('login') ? { ...body, password: '…' } : body, null, 2))
  return lines.join('\n')
}

async function send(request) {
  const headers = { ...request.headers }
  if (request.body) headers['Content-Type'] = 'application/json'
  if (request.key) headers['Idempotency-Key'] = request.key
  if (request.signed) {
    if (!known.access) await run('login')
    headers.Authorization = `Bearer ${known.access}`
  }
  const answer = await fetch(request.path, { method: request.method, headers, credentials: 'omit',
    body: request.body && JSON.stringify(request.body) })
  return { answer, text: await answer.text(), sent: asText(request, headers) }
}

/** The first run of an example shows its request; each shows its answer. */
async function run(name) {
  const { request, keep, box, button } = { ...examples[name], ...boxes.get(name) }
  button.disabled = true
  try {
    const { answer, text, sent } = await send(await request())
    const body = text ? JSON.parse(text) : null
    if (answer.ok) keep?.(body)
    const head = element('p', '', '')
    head.append(element('span', `status ${answer.ok ? 'good' : 'bad'}`, String(answer.status)))
    const lines = [...answer.headers].filter(([header]) => shown[header]).map(h => h.join(': '))
    const pre = element('pre', '')
    pre.append(head.firstChild, `\n${lines.join('\n')}\n\n${JSON.stringify(body, null, 2)}`)
    box.sent.textContent = sent
    box.answer.replaceChildren(pre)
    box.answer.hidden = false
    if (name === 'login' && !answer.ok) throw new Error('Sign in first: the form above names who you are.')
  } catch (error) {
    if (box.answer.hidden) box.answer.replaceChildren(element('pre', 'status bad', error.message))
    box.answer.hidden = false
  } finally {
    button.disabled = false
  }
}

const boxes = new Map()
for (const place of document.querySelectorAll('[data-example]')) {
  const name = place.dataset.example
  const head = element('header')
  const button = element('button', '', 'Run')
  button.setAttribute('aria-label', `Run: ${examples[name].title}`)
  head.append(element('b', '', examples[name].title), button)
  const sent = element('pre', 'sent', '')
  const answer = element('div', 'answer')
  answer.setAttribute('role', 'status')
  answer.tabIndex = 0
  answer.hidden = true
  place.append(head, sent, answer)
  boxes.set(name, { box: { sent, answer }, button })
  button.addEventListener('click', () => run(name))
}

/** What would be sent, before anything was. */
async function preview(name) {
  const { sent } = boxes.get(name).box
  if (name === 'next') sent.textContent = 'GET (the "next" of the page before)'
  else if (name === 'add' || name === 'again') sent.textContent = `POST /api/cart/add/\nIdempotency-Key: ${key}`
  else {
    const r = await examples[name].request()
    sent.textContent = asText(r, { ...(r.signed ? { Authorization: 'Bearer …' } : {}), ...r.headers,
      ...(r.key ? { 'Idempotency-Key': r.key } : {}) })
  }
}
for (const name of boxes.keys()) await preview(name)

const instance = await (await fetch('/instance.json')).json()
if (instance.demo) {
  const fill = ({ email, password }) => {
    form.elements.email.value = email
    form.elements.password.value = password
    known.access = null
    preview('login')
  }
  fill(instance.logins.find(login => login.email.startsWith('customer')) ?? instance.logins[0])
  document.querySelector('#logins ul').append(...instance.logins.map(login => {
    const item = element('li')
    const button = element('button', 'quiet', login.email)
    button.type = 'button'
    button.addEventListener('click', () => fill(login))
    item.append(button)
    return item
  }))
  document.getElementById('logins').hidden = false
}
form.addEventListener('input', () => {
  known.access = null
  preview('login')
})
form.addEventListener('submit', event => {
  event.preventDefault()
  run('login')
})
