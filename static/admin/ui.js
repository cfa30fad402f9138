/* The small pieces that every page is made of. */
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from './lib.js'
import { exact, money, relative, tone, words } from './format.js'
import { describe } from './api.js'
import { guardLeaving } from './router.js'
import { Pick } from './things.js'

export const Pill = ({ status, label }) => status === null || status === undefined ? '–' :
  html`<span class=${`pill ${tone(status)}`}>${label ?? words(status)}</span>`

export const Money = ({ amount, currency, strong }) => html`
  <span class=${`num ${amount < 0 ? 'negative' : ''} ${strong ? 'strong' : ''}`}>
    ${money(amount, currency)}</span>`

export const Time = ({ at, empty = '–' }) => at
  ? html`<time datetime=${at} title=${exact(at)}>${relative(at)}</time>` : empty

export function Copy({ text, label }) {
  const [done, set] = useState(false)
  if (!text) return '–'
  const copy = async event => {
    event.preventDefault()
    event.stopPropagation()
    await navigator.clipboard?.writeText(text)
    set(true)
    setTimeout(() => set(false), 1200)
  }
  return html`<button type="button" class="copy" onClick=${copy} title=${`Copy ${label ?? text}`}>
    <code>${label ?? text}</code><span class="copied" role="status">${done ? 'copied' : ''}</span>
  </button>`
}

export function Button({ kind = '', busy, icon, children, ...more }) {
  return html`<button type="button" class=${`button ${kind}`} aria-busy=${busy ? 'true' : null}
    disabled=${busy || more.disabled} ...${more}>${children}</button>`
}

/** Rows of the right height instead of a spinner, and only where it takes a moment. */
export function Skeleton({ rows = 5, height }) {
  const [late, set] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => set(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return html`<div class="skeleton" aria-hidden="true" data-late=${late ? '' : null}>
    ${Array.from({ length: rows }, () => html`<div class=${height === 'table' ? 'row' : 'line'}></div>`)}
  </div>`
}

export const Empty = ({ title, children, action }) => html`<div class="empty">
  <p class="strong">${title}</p>${children && html`<p class="muted">${children}</p>`}${action}</div>`

/** What failed, what was not lost, the request to tell of, and a way on. */
export const Failure = ({ problem, retry, what = 'This could not be loaded.' }) => html`
  <div class="failure" role="alert">
    <p class="strong">${what}</p>
    <p>${problem.message}</p>
    ${problem.requestId && html`<p class="muted">Request <${Copy} text=${problem.requestId} /></p>`}
    ${retry && html`<${Button} onClick=${retry}>Try again<//>`}
  </div>`

/**
 * Loads by a function that takes a signal; again when one of deps changes. Loading is
 * said in the very drawing that wants something else, so that the old value never
 * passes for the new one; what comes late of an earlier want is dropped.
 */
export function useLoad(load, deps) {
  const [state, set] = useState({ value: null, problem: null, of: null })
  const [turn, again] = useState(0)
  const wanted = JSON.stringify([...deps, turn])
  useLayoutEffect(() => {
    const stop = new AbortController()
    const become = next => stop.signal.aborted || set(s => ({ ...s, problem: null, of: wanted, ...next }))
    load(stop.signal).then(value => become({ value }), problem => become({ problem }))
    return () => stop.abort()
  }, [wanted])
  return { value: state.value, problem: state.problem, loading: state.of !== wanted, reload: () => again(n => n + 1) }
}

// ---- toasts ------------------------------------------------------------------

let show = () => {}
export const toast = (text, kind = 'good') => show({ text, kind, at: Date.now() })
export function Toasts() {
  const [list, set] = useState([])
  show = one => {
    set(l => [...l, one])
    setTimeout(() => set(l => l.filter(other => other !== one)), one.kind === 'bad' ? 12000 : 5000)
  }
  return html`<div class="toasts" role="status" aria-live="polite">
    ${list.map(t => html`<p class=${`toast ${t.kind}`} key=${t.at}>${t.text}</p>`)}</div>`
}

// ---- dialogs -----------------------------------------------------------------

// Those that are open, the lowest first.
const stack = []
/** Brings all back that should be open, in their order, and the focus with them. */
function restack() {
  const focus = document.activeElement
  for (const dialog of stack) {
    dialog.close()
    dialog.showModal()
  }
  if (stack.at(-1)?.contains(focus)) focus.focus()
}

/**
 * A modal; closes by Escape and gives the focus back to where it was. What is dirty asks
 * before it is left, in whichever way. children may be a function of how to leave.
 */
export function Dialog({ title, onClose, children, wide, dirty }) {
  const ref = useRef(null)
  const id = useId('dialog')
  const [asking, ask] = useState(false)
  const gone = useRef(false)
  // At once, not after the next picture: the very next key is the dialog's.
  useLayoutEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    if (!dialog.open) dialog.showModal()
    stack.push(dialog)
    return () => {
      gone.current = true
      stack.splice(stack.indexOf(dialog), 1)
      dialog.close()
      before?.focus?.()
    }
  }, [])
  useEffect(() => dirty ? guardLeaving(() => window.confirm('What you typed is not saved. Leave it?')) : undefined, [dirty])
  useLayoutEffect(() => { if (asking) ref.current.querySelector('.discard button').focus() }, [asking])
  const leave = () => dirty ? ask(was => !was) : onClose()
  const escape = event => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    event.stopPropagation()
    leave()
  }
  // Browsers close without asking anybody where they are pressed to: what is to stay comes
  // back, and nothing stands above it that did not before.
  const closed = () => {
    if (gone.current || ref.current.open) return
    restack()
    leave()
  }
  return html`<dialog ref=${ref} class=${wide ? 'wide' : ''} aria-labelledby=${id}
      onKeyDown=${escape} onCancel=${event => { event.preventDefault(); leave() }} onClose=${closed}
      onMouseDown=${event => event.target === ref.current && leave()}>
    <div class="sheet">
      <header><h2 id=${id}>${title}</h2>
        <button type="button" class="icon" aria-label="Close" onClick=${leave}>×</button></header>
      ${typeof children === 'function' ? children(leave) : children}
      ${asking && html`<div class="discard" role="alertdialog" aria-label="Not saved"><p>What you typed is not saved.</p>
        <${Button} onClick=${() => ask(false)}>Keep writing<//><${Button} kind="danger" onClick=${onClose}>Discard it<//></div>`}
    </div>
  </dialog>`
}

/** "Show the API call": the request to copy, as a shell sends it, and what came back. */
export function ApiCall({ call, value }) {
  const [open, toggle] = useState(false)
  const line = describe(...call)
  const [method, path] = line.split(/ (.*)/)
  const curl = `curl${method === 'GET' ? '' : ` -X ${method}`} '${location.origin}${path}' -H "Authorization: Bearer $TOKEN"`
  return html`<p class="call"><${Button} kind="plain" onClick=${() => toggle(true)}>Show the API call<//>
    ${open && html`<${Dialog} wide title="The API call of this page" onClose=${() => toggle(false)}>
      <p><${Copy} text=${line} /></p><p><${Copy} text=${curl} /></p>
      <pre class="raw" tabindex="0" aria-label="What the API answered">${JSON.stringify(value, null, 2)}</pre><//>`}</p>`
}

let ask = () => Promise.resolve(null)
/**
 * Asks before something that matters: {title, text, confirm, danger, fields}.
 * Gives the fields' values, or null. run(values, key) may do the thing while the
 * dialog stays open with what went wrong; the key is the same at each try.
 */
export const confirm = question => ask(question)
export function Asker() {
  const [question, set] = useState(null)
  ask = q => new Promise(resolve => set({ ...q, resolve }))
  if (!question) return null
  const close = answer => {
    set(null)
    question.resolve(answer)
  }
  return html`<${AskForm} key=${question.title} question=${question} close=${close} />`
}

function AskForm({ question, close }) {
  const [first] = useState(() => Object.fromEntries(
    (question.fields ?? []).map(f => [f.name, f.value ?? (f.type === 'checkbox' ? false : '')])))
  const [values, set] = useState(first)
  const [problem, fail] = useState(null)
  const [busy, work] = useState(false)
  // The same thing again after an error is the same request; another one has its own key.
  const [key, renew] = useState(() => crypto.randomUUID())
  const form = useRef(null)
  const submit = async event => {
    event.preventDefault()
    work(true)
    fail(null)
    try {
      close(question.run ? await question.run(values, key) ?? values : values)
    } catch (error) {
      fail(error)
      work(false)
    }
  }
  useLayoutEffect(() => { if (problem) form.current.querySelector('[aria-invalid]')?.focus() }, [problem])
  const shown = typeof question.text === 'function' ? question.text(values) : question.text
  const dirty = Object.keys(first).some(name => first[name] !== values[name])
  return html`<${Dialog} title=${question.title} dirty=${dirty} onClose=${() => close(null)}>${leave => html`
    <form class="form" ref=${form} onSubmit=${submit}>
      ${problem && html`<${Refused} problem=${problem} />`}
      ${shown && html`<div class="prose">${shown}</div>`}
      ${(question.fields ?? []).filter(f => !f.when || f.when(values)).map(f => html`<${Field}
        key=${f.name} ...${f} value=${values[f.name]} error=${problem?.errors?.[f.faults ?? f.name]}
        onChange=${value => { renew(crypto.randomUUID()); set(v => ({ ...v, [f.name]: value })) }} />`)}
      <footer>
        ${question.confirm !== 'Close' && html`<${Button} onClick=${leave}>Cancel<//>`}
        <button class=${`button ${question.danger ? 'danger' : 'primary'}`} disabled=${busy}>
          ${busy ? 'Working…' : question.confirm ?? 'Confirm'}</button>
      </footer>
    </form>`}<//>`
}

/** At the top of a form: what the server said, how many fields it is about, its request. */
export function Refused({ problem }) {
  const n = Object.keys(problem.errors).length
  return html`<div class="error" role="alert">${problem.message}${n > 0 && ` ${n} ${n === 1 ? 'field needs' : 'fields need'} another look.`}
    ${problem.requestId && html` <${Copy} text=${problem.requestId} label="request id" />`}</div>`
}

// ---- fields ------------------------------------------------------------------

/** A labelled input; help under it, faults beside it. */
export function Field({ name, label, type = 'text', value, onChange, help, error, options, required,
  rows, when, faults, ...more }) {
  const id = useId(name)
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || null
  const common = { id, name, required, 'aria-describedby': described,
    'aria-invalid': error ? 'true' : null, ...more }
  const text = event => onChange(event.currentTarget.value)
  let control
  if (type === 'checkbox')
    return html`<div class="field check"><input ...${common} type="checkbox" checked=${value}
      onChange=${event => onChange(event.currentTarget.checked)} /><label for=${id}>${label}</label>
      ${help && html`<p class="help" id=${`${id}-help`}>${help}</p>`}</div>`
  if (type === 'select')
    control = html`<select ...${common} value=${value} onChange=${text}>${options.map(o => {
      const [v, l] = Array.isArray(o) ? o : [o, words(o)]
      return html`<option value=${v}>${l}</option>`
    })}</select>`
  else if (type === 'pick') control = html`<${Pick} ...${common} value=${value} onChange=${onChange} />`
  else if (type === 'textarea')
    control = html`<textarea ...${common} rows=${rows ?? 3} value=${value} onInput=${text}></textarea>`
  else control = html`<input ...${common} type=${type} value=${value} onInput=${text} />`
  return html`<div class="field">
    <label for=${id}>${label}${required && html`<span class="muted" aria-hidden="true"> (required)</span>`}</label>
    ${control}
    ${help && html`<p class="help" id=${`${id}-help`}>${help}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${[].concat(error).join(' ')}</p>`}
  </div>`
}

/** Rupees typed by a person as paise; NaN where it is no amount. */
export const paise = text => {
  const match = /^\s*₹?\s*([\d,]+)(?:\.(\d{1,2}))?\s*$/.exec(text ?? '')
  return match ? Number(match[1].replace(/,/g, '')) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : NaN
}

export const PageHead = ({ title, lead, children, back, part }) => html`<header class="page-head">
  <div>${back && html`<a class="back" href=${back.href}>← ${back.label}</a>`}
    ${part ? html`<h2>${title}</h2>` : html`<h1>${title}</h1>`}${lead && html`<p class="muted">${lead}</p>`}</div>
  <div class="actions">${children}</div></header>`

/** The title of the window follows the page. */
export const useTitle = title => useEffect(() => {
  document.title = title ? `${title} · haat admin` : 'haat admin'
}, [title])
