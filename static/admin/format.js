/* Amounts, times and words, the same everywhere. */

export const zone = { name: 'Asia/Kolkata' }

const moneyFormats = new Map()
/** Minor units as "₹1,23,456.00"; Indian grouping for INR. */
export function money(minor, currency = 'INR') {
  if (minor === null || minor === undefined) return '–'
  if (!moneyFormats.has(currency))
    moneyFormats.set(currency, new Intl.NumberFormat(currency === 'INR' ? 'en-IN' : 'en',
      { style: 'currency', currency }))
  // A true minus sign, as wide as a digit.
  return moneyFormats.get(currency).format(minor / 100 || 0).replace('-', '\u2212')
}

/** For tiles: whole rupees, where paise would only be noise. */
export const moneyWhole = (minor, currency = 'INR') => new Intl.NumberFormat(currency === 'INR' ? 'en-IN' : 'en',
  { style: 'currency', currency, maximumFractionDigits: Math.abs(minor) < 100000 ? 2 : 0 }).format(minor / 100 || 0).replace('-', '\u2212')

/** For axes and tiles: "₹1.2L". */
export const moneyShort = (minor, currency = 'INR') => new Intl.NumberFormat('en-IN',
  { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 })
  .format(minor / 100).replace('-', '\u2212')

export const count = n => n === null || n === undefined ? '–' :
  new Intl.NumberFormat('en-IN').format(n)

/** Basis points as a percentage. */
export const rate = bps => bps === null || bps === undefined ? '–' :
  `${new Intl.NumberFormat('en-IN', { maximumFractionDigits: 2 }).format(bps / 100)}\u00a0%`

export const percent = (now, before) => {
  if (!before) return null
  const change = (now - before) / Math.abs(before) * 100
  return `${change >= 0 ? '+' : '\u2212'}${Math.abs(change).toFixed(Math.abs(change) < 10 ? 1 : 0)}\u00a0%`
}

export const exact = iso => iso ? new Intl.DateTimeFormat('en-IN', { dateStyle: 'medium',
  timeStyle: 'medium', timeZone: zone.name }).format(new Date(iso)) + ` ${zoneLabel()}` : ''

export const day = iso => iso ? new Intl.DateTimeFormat('en-IN', { day: 'numeric',
  month: 'short', year: 'numeric', timeZone: /^\d{4}-\d\d-\d\d$/.test(iso) ? 'UTC' : zone.name })
  .format(new Date(iso)) : '–'

const shortDays = new Intl.DateTimeFormat('en-IN', { day: 'numeric', month: 'short', timeZone: 'UTC' })
/** For axes: "25 Oct". */
export const shortDay = at => shortDays.format(at)

export const zoneLabel = () => new Intl.DateTimeFormat('en-IN', { timeZone: zone.name,
  timeZoneName: 'short' }).formatToParts(new Date()).find(p => p.type === 'timeZoneName').value

const steps = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day'], [4.35, 'week'],
  [12, 'month'], [Infinity, 'year']]
const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
export function relative(iso, now = Date.now()) {
  if (!iso) return '–'
  let value = (Date.parse(iso) - now) / 1000
  if (Math.abs(value) < 45) return 'just now'
  for (const [size, unit] of steps) {
    if (Math.abs(Math.round(value)) < size) return relativeFormat.format(Math.round(value), unit)
    value /= size
  }
  return ''
}

/** "pending_payment" as "Pending payment". */
export const words = name => {
  const text = String(name ?? '').replace(/[_-]+/g, ' ').trim()
    .replace(/\b(pan|gstin|gst|hsn|gmv|sku|upi|id)\b/g, short => short.toUpperCase())
  return text ? text[0].toUpperCase() + text.slice(1) : ''
}

const methods = { cod: 'Cash on delivery', upi: 'UPI', netbanking: 'Net banking', emi: 'EMI', razorpay: 'Razorpay' }
/** How it is paid, in words. */
export const method = name => methods[name] ?? words(name)

const amounts = /^(amount|net|gross|total|price|commission|refunds|adjustments|fee)$/
/** What an entry of the audit trail holds, by what it is called. */
export function said(name, value) {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return amounts.test(name) ? money(value) : /_bps$/.test(name) ? rate(value) : count(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return /^[a-z]+(_[a-z]+)*$/.test(value) ? words(value) : value
}

const tones = {
  good: ['approved', 'paid', 'delivered', 'processed', 'published', 'captured', 'active', 'ok',
    'accepted', 'sent', 'resolved'],
  bad: ['rejected', 'failed', 'cancelled', 'blocked', 'suspended', 'dead', 'late', 'down'],
  warn: ['pending', 'pending_payment', 'requested', 'unpaid', 'processing', 'degraded',
    'partially_refunded', 'refunded', 'hidden', 'authorized', 'open'],
}
export const tone = status => Object.keys(tones).find(t => tones[t].includes(status)) ?? 'plain'

/** Today and n days before, as the shop counts days. */
export function today(back = 0) {
  const text = new Intl.DateTimeFormat('en-CA', { timeZone: zone.name }).format(
    new Date(Date.now() - back * 86400000))
  return text
}
