/*
 * statements.mjs: a script for pgbench from the statements that the program
 * of an endpoint has sent for some requests, in its own round trips.
 *
 * What differs from order to order in the captured parameters becomes an
 * expression that gives pgbench something new each time: an id, a key, a time.
 * What differs from shelf to shelf becomes a variable of the client.
 */
import { buyerId, buyerIdSql } from './people.mjs'

const isUuid = text => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
const isTime = text => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)
const same = list => list.every(value => value === list[0])

/** The k-th new text of an order: :n is of the buyer, :run of the run. */
const freshText = k => `(:run::text || '-${k}-' || :n::text)`

/** The k-th new id of an order, younger than all that are there. */
const freshId = k => `('07' || lpad(:run, 10, '0') || '7${k.toString(16).padStart(3, '0')}8000' || ` +
  `lpad(:n, 12, '0'))::uuid`

/**
 * captures: [{client, buyer, at, trips}], two of each client; gives {script,
 * variables, perClient: [{name: value}]}.
 */
export function scriptFrom(captures) {
  const shape = trips => JSON.stringify(trips.map(trip => trip.map(one => one.text)))
  if (!same(captures.map(one => shape(one.trips))))
    throw new Error('the endpoint sends other statements for another order: ' +
      captures.map(one => shape(one.trips)).filter((v, i, all) => all.indexOf(v) === i).join('\n'))
  const clients = [...new Set(captures.map(one => one.client))]
  const variables = {}, perClient = clients.map(() => ({})), fresh = new Map()
  let number = 0

  function indexOf(value) {
    if (!fresh.has(value)) fresh.set(value, fresh.size)
    return fresh.get(value)
  }

  function expression(values) {
    const name = `v${++number}`
    const [first] = values
    if (values.every(value => value === null)) return ':none'
    if (clients.every(client => same(values.filter((_, i) => captures[i].client === client)))) {
      if (same(values)) {
        variables[name] = first
      } else {
        clients.forEach((client, i) => {
          perClient[i][name] = values[captures.findIndex(one => one.client === client)]
        })
      }
      return `:${name}`
    }
    if (values.every((value, i) => value === buyerId(captures[i].buyer))) return buyerIdSql(':n')
    if (values.every((value, i) => value === `u:${buyerId(captures[i].buyer)}`))
      return `'u:' || ${buyerIdSql(':n')}::text`
    if (isUuid(first)) return freshId(indexOf(first))
    if (isTime(first)) {
      const seconds = Math.round((Date.parse(first.replace(' ', 'T')) - captures[0].at) / 1000)
      return `(now() + interval '${seconds} seconds')`
    }
    // A quantity; a lock.
    if (/^\d{1,4}$/.test(first)) return ':few'
    if (/^-?\d+$/.test(first)) return ':n + :run * 100000::bigint'
    if (/^[\x21-\x7e]{1,64}$/.test(first) && !/^[{[\\]/.test(first)) return freshText(indexOf(first))
    // Long texts differ by what they quote, which nobody reads.
    variables[name] = first
    return `:${name}`
  }

  const lines = captures[0].trips.map((trip, t) => ['\\startpipeline', ...trip.map((one, s) => {
    const values = one.values.map((_, p) => captures.map(capture => capture.trips[t][s].values[p]))
    const expressions = values.map(expression)
    return `${one.text.trim().replace(/\$(\d+)/g, (_, n) => expressions[n - 1])};`
  }), '\\endpipeline'].join('\n'))
  return { script: lines.join('\n'), variables, perClient }
}

/** In front of a script: the client's variables, once, and the next buyer. */
export function preamble({ perClient }, clients) {
  const names = Object.keys(perClient[0] ?? {})
  const load = names.length === 0 ? '' : `select ${names.map(name =>
    `max(value) filter (where name = '${name}') as ${name}`).join(',\n')}
from bench.variable where client = :client_id \\gset\n`
  return `\\if :ready = 0\n${load}\\set ready 1\n\\endif
\\set i :i + 1
\\set n :client_id + 1 + :i * ${clients}
\\set few :i % 9000 + 1\n`
}

const quote = text => `'${text.replaceAll("'", "''")}'`

export function keepVariables(instance, { perClient }) {
  const rows = perClient.flatMap((all, client) => Object.entries(all)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `(${client}, '${name}', ${quote(value)})`))
  instance.sql(`create table if not exists bench.variable (client bigint, name text, value text);
    grant select on bench.variable to haat_app;
    truncate bench.variable;
    ${rows.length ? `insert into bench.variable values ${rows.join(',')};` : ''}`)
}
