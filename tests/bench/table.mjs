/*
 * table.mjs: the table of a run, printed, saved, and beside that of a release.
 */
import fs from 'node:fs'

const round = (value, digits = 0) =>
  value === null || value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(digits)

const columns = [
  ['measure', row => row.name, 'left'],
  ['per second', row => round(row.rate)],
  ['p50 ms', row => round(row.p50 / 1000, 2)],
  ['p99 ms', row => round(row.p99 / 1000, 2)],
  ['errors', row => round(row.failed)],
  ['lighttpd', row => round(row.cpu?.lighttpd)],
  ['app', row => round(row.cpu?.app)],
  ['pg', row => round(row.cpu?.pg)],
  ['redis', row => round(row.cpu?.redis)],
  ['us CPU', row => round(row.sum)],
  ['CPU ratio', row => round(row.cpuRatio, 2)],
  ['value', row => row.shown ?? round(row.ratio, 2)],
  ['target', row => row.target ?? '-', 'left'],
  ['against', row => row.against ?? '-', 'left'],
  ['', row => row.verdict, 'left'],
]

function align(lines, sides) {
  const widths = sides.map((_, i) => Math.max(...lines.map(line => line[i].length)))
  return lines.map(line => line.map((cell, i) =>
    sides[i] === 'left' ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join('  ').trimEnd())
}

export function tableText(rows) {
  const lines = [columns.map(([title]) => title), ...rows.map(row => columns.map(([, cell]) => cell(row)))]
  return align(lines, columns.map(([, , side]) => side)).join('\n')
}

/** What no decision needs is not kept. */
const plain = (key, value) => typeof value === 'number' ? Number(value.toPrecision(4)) : value

export const save = (file, run) => fs.writeFileSync(file, `${JSON.stringify(run, plain, 1)}\n`)
export const load = file => fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { rows: [] }

/** The rows of a run in place of those of the same names in a file. */
export function saveInto(file, run) {
  const kept = load(file).rows.filter(row => !run.rows.some(other => other.name === row.name))
  save(file, { ...run, rows: [...kept, ...run.rows] })
}

const cell = row => row ? row.shown ?? round(row.ratio, 2) : '-'

/** The ratios of two runs beside each other. */
export function compareText(old, now) {
  const lines = [['measure', 'release', 'now', 'CPU us release', 'CPU us now', 'target', '']]
  for (const row of now.rows) {
    const was = old.rows.find(one => one.name === row.name)
    lines.push([row.name, cell(was), cell(row), round(was?.sum), round(row.sum), row.target ?? '-',
      row.verdict])
  }
  return align(lines, ['left', '', '', '', '', 'left', 'left']).join('\n')
}
