/*
 * processes.mjs: what the processes of an instance have used of the processors
 * and of memory, from /proc.
 *
 * Groups: lighttpd; app, the executables that it started, and the group that is
 * measured beside haat; pg, PostgreSQL with all its helpers; redis; client, whoever
 * asks.
 */
import fs from 'node:fs'

export const groups = ['lighttpd', 'app', 'pg', 'redis']

const ticksPerSecond = 100

/** The fields of /proc/PID/stat by their number in proc(5), or null. */
function stat(pid) {
  let text
  try {
    text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null
  }
  const end = text.lastIndexOf(')')
  const rest = text.slice(end + 2).split(' ')
  const field = n => Number(rest[n - 3])
  return {
    pid, name: text.slice(text.indexOf('(') + 1, end), parent: field(4), group: field(5),
    own: (field(14) + field(15)) / ticksPerSecond,
    children: (field(16) + field(17)) / ticksPerSecond,
  }
}

const all = () => fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))
  .map(name => stat(Number(name))).filter(Boolean)

const sum = (list, field) => list.reduce((total, one) => total + one[field], 0)

/** All processes at a moment at which none of these parents took leave of a child, whose
 * time would count twice or not at all. */
function still(parents) {
  const left = () => parents.map(pid => stat(pid)?.children).join()
  for (;;) {
    const before = left(), list = all()
    if (left() === before) return list
  }
}

/** Seconds of processor time by group since these processes began. */
export function cpuTimes({ lighttpd, postgres, redis, beside }) {
  const list = still([lighttpd, postgres])
  const of = pid => list.find(one => one.pid === pid) ?? { own: 0, children: 0 }
  const members = list.filter(one => one.group === lighttpd)
  // The access log goes through a pipe to a program of its own.
  const isServer = one => one.pid === lighttpd || one.name === 'cat'
  return {
    lighttpd: sum(members.filter(isServer), 'own'),
    // A program that has ended is in the account of who started it.
    app: sum(members.filter(one => !isServer(one)), 'own') + of(lighttpd).children +
      sum(list.filter(one => one.group === beside), 'own'),
    pg: sum(list.filter(one => one.parent === postgres), 'own') +
      of(postgres).own + of(postgres).children,
    redis: of(redis).own,
    client: of(process.pid).children,
    everything: machineTime(),
  }
}

/** Seconds that the processors were busy with anything at all. */
function machineTime() {
  const [user, nice, system, , , irq, softirq, steal] =
    fs.readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/ +/).slice(1).map(Number)
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}

/** Executables of lighttpd's group, [{pid, name}]. */
export const programs = lighttpd => all().filter(one =>
  one.group === lighttpd && one.pid !== lighttpd && !['cat', 'lighttpd', 'hello', 'razorpay']
    .includes(one.name))

/** Bytes of memory that a process shares with nobody. */
export function privateMemory(pid) {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  return [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm)]
    .reduce((total, match) => total + Number(match[1]) * 1024, 0)
}
