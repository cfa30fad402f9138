/*
 * measure.mjs: runs what is to be measured, round after round with all of them
 * in each, and takes the medians, so that what else the machine does falls on
 * all alike.
 *
 * A case is {name, run(seconds, round)}, where run() gives {requests, seconds,
 * p50, p99, failed} with times in microseconds, and beside it what it is held
 * against: {against: the name of its reference, least: the ratio at least}.
 */
import fs from 'node:fs'
import path from 'node:path'

import { output, root, tool } from './instance.mjs'
import { cpuTimes, groups } from './processes.mjs'

export const median = list => {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b)
  const half = sorted.length >> 1
  if (sorted.length === 0) return NaN
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

// ---- the tools ---------------------------------------------------------------

const lastLine = text => text.trim().split('\n').at(-1)

/** GET over kept connections: one path, or those of a file one after the other. */
export async function wrk(instance, { path: target = '/', paths, headers = {}, connections },
  seconds) {
  const env = { PATH: process.env.PATH,
    BENCH_HEADERS: Object.entries(headers).map(pair => pair.join(': ')).join('\n'),
    ...(paths ? { BENCH_PATHS: paths } : {}) }
  const out = await output('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s',
    '-s', path.join(root, 'tests/bench/wrk.lua'), instance.url + target], { env })
  return JSON.parse(lastLine(out))
}

/** Prepared requests; statuses other than the expected ones are failures. */
export async function drive(instance, { file, connections, good = [200], rate, patience }, seconds) {
  const out = await output(tool('drive'), [instance.port, connections, seconds, file,
    ...(rate ? [rate, patience] : [])].map(String))
  const result = JSON.parse(lastLine(out))
  for (const [status, times] of Object.entries(result.statuses))
    if (!good.includes(Number(status))) result.failed += times
  return result
}

/** One request as drive reads it. */
export function request(method, target, { token, key, body } = {}) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost']
  if (token) lines.push(`Authorization: Bearer ${token}`)
  if (key) lines.push(`Idempotency-Key: ${key}`)
  if (text) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`)
  const message = `${lines.join('\r\n')}\r\n\r\n${text}`
  return `${Buffer.byteLength(message)}\n${message}`
}

/** What pgbench -l has written: [{took, ended}] in microseconds. */
function transactions(folder, prefix) {
  const found = []
  for (const name of fs.readdirSync(folder).filter(one => one.startsWith(prefix))) {
    const file = path.join(folder, name)
    for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const [, , took, , seconds, us] = line.split(' ').map(Number)
      found.push({ took, ended: seconds * 1e6 + us })
    }
    fs.rmSync(file)
  }
  return found
}

/**
 * pgbench -M prepared; variables are texts that the script names as :name. Its rate is
 * that of what came after the first second, in which each client prepares and plans: a
 * program has done so long ago.
 */
export async function pgbench(instance, { script, variables = {}, clients, user = 'haat_app' },
  seconds) {
  const file = path.join(instance.folder, 'pgbench.sql'), prefix = 'pgbench-log'
  fs.writeFileSync(file, script)
  transactions(instance.folder, prefix)
  const args = ['-n', '-M', 'prepared', '-c', clients, '-j', Math.min(clients, 2), '-T', seconds + 1,
    '-f', file, '-l', `--log-prefix=${prefix}`,
    ...Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])]
  const out = await output('pgbench', args.map(String),
    { env: { ...instance.pgEnv, PGUSER: user }, cwd: instance.folder })
  const all = transactions(instance.folder, prefix)
  all.sort((a, b) => a.ended - b.ended)
  const from = all[0].ended - all[0].took + 1e6, late = all.filter(one => one.ended > from)
  if (late.length === 0) throw new Error('pgbench has done nothing')
  const times = late.map(one => one.took).sort((a, b) => a - b)
  const rate = late.length * 1e6 / (late.at(-1).ended - from)
  return { requests: all.length, seconds: all.length / rate,
    p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)],
    failed: Number(/number of failed transactions: (\d+)/.exec(out)?.[1] ?? 0) }
}

// ---- rounds ------------------------------------------------------------------

export async function once(instance, one, seconds, round) {
  await one.before?.(round)
  const before = cpuTimes(instance), began = performance.now()
  const result = await one.run(seconds, round)
  const took = (performance.now() - began) / 1000, after = cpuTimes(instance)
  const used = group => after[group] - before[group]
  const perRequest = group => used(group) * 1e6 / Math.max(result.requests, 1)
  const cpu = Object.fromEntries([...groups, 'client'].map(group => [group, perRequest(group)]))
  return {
    rate: result.requests / result.seconds,
    p50: result.p50, p99: result.p99, failed: result.failed, requests: result.requests, cpu,
    server: groups.reduce((total, group) => total + cpu[group], 0),
    // The client of a database does what an executable does elsewhere.
    whole: one.clientCounts ? groups.reduce((total, group) => total + cpu[group], cpu.client) : null,
    // The processors that somebody else had, of one.
    others: Math.max(0, used('everything') -
      [...groups, 'client'].reduce((total, group) => total + used(group), 0)) / took,
    more: result,
  }
}

/** All cases in each round; gives a map from name to the list of its rounds. */
export async function rounds(instance, cases, { times, seconds, say = () => {} }) {
  const found = new Map(cases.map(one => [one.name, []]))
  // The first requests connect and prepare; none of that is measured.
  for (const one of cases) await once(instance, one, 1, -1)
  for (let round = 0; round < times; round++)
    for (const one of cases) {
      const figures = await once(instance, one, one.seconds ?? seconds, round)
      found.get(one.name).push(figures)
      say(`round ${round + 1}  ${one.name}: ${Math.round(figures.rate)}/s`)
    }
  return found
}

const costOf = figures => figures.whole ?? figures.server

/** One row without rounds: {name, shown, target, held}. */
export const fact = ({ name, shown, target, held, ...more }) =>
  ({ name, shown, target, failed: 0, verdict: held ? 'held' : 'missed', ...more })

/**
 * Rows of the table, with the ratio of each round to its own reference: of the
 * rates, or of what the case's pick() gives. least and most are the target.
 */
export function rowsOf(cases, found) {
  return cases.map(one => {
    const list = found.get(one.name), reference = found.get(one.against)
    const pick = one.pick ?? (figures => figures.rate)
    const of = pick => median(list.map(pick))
    const ratios = reference?.map((base, i) => pick(list[i]) / pick(base))
    const savings = reference?.map((base, i) => costOf(base) / costOf(list[i]))
    const row = {
      name: one.name, rate: of(f => f.rate), p50: of(f => f.p50), p99: of(f => f.p99),
      failed: list.reduce((total, figures) => total + figures.failed, 0),
      cpu: Object.fromEntries([...groups, 'client'].map(group => [group, of(f => f.cpu[group])])),
      sum: of(costOf), others: of(f => f.others), against: one.against ?? null,
      ratio: ratios ? median(ratios) : null, cpuRatio: savings ? median(savings) : null,
    }
    const judged = one.against ? row.ratio : of(pick)
    row.target = one.least !== undefined ? `>= ${one.least}` : one.most !== undefined ?
      `<= ${one.most}` : null
    row.verdict = row.target ? judged >= (one.least ?? -Infinity) && judged <= (one.most ?? Infinity) ?
      'held' : 'missed' : 'measured'
    if (one.show) row.shown = one.show(judged)
    // A reference that fails is no reference.
    if (row.failed > 0) row.verdict = 'missed'
    return row
  })
}
