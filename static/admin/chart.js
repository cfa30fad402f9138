/*
 * A line or bars over days, the period before in a muted line, values on hover and
 * by the arrow keys, and the same numbers as a table one click away.
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from './lib.js'
import { Button } from './ui.js'
import { save } from './csv.js'
import { day, shortDay } from './format.js'

let library = null
/** The chart library comes when a page draws a chart, not before. */
const load = () => (library ??= import('./vendor/uplot.js').then(m => m.default))

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** series: [{label, values, muted}] over dates ("2026-11-22"); format(value), short(value). */
export function Chart({ title, dates, series, format, short = format, bars = false, height = 220 }) {
  const box = useRef(null)
  const [at, point] = useState(null)
  const [table, flip] = useState(false)
  const [problem, fail] = useState(null)
  const [drawn, done] = useState(false)
  useLayoutEffect(() => {
    if (table || !box.current || !dates.length) return undefined
    let plot = null
    let gone = false
    const seconds = dates.map(d => Date.parse(`${d}T00:00:00Z`) / 1000)
    const draw = UPlot => {
      if (gone) return
      const axis = { stroke: colour('--text-muted'), grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false }, font: '12px system-ui' }
      plot = new UPlot({
        width: box.current.clientWidth, height, legend: { show: false }, tzDate: ts => UPlot.tzDate(new Date(ts * 1e3), 'UTC'),
        cursor: { y: false, points: { size: 7 } },
        scales: { x: { range: (u, min, max) => bars ? [min - 43200, max + 43200] : [min, max] }, y: { range: (u, min, max) => [Math.min(0, min), max > 0 ? max * 1.08 : 1] } },
        axes: [{ ...axis, size: 28, values: (u, values) => values.map(at => shortDay(at * 1e3)) }, { ...axis, size: 56, values: (u, values) => values.map(short) }],
        series: [{}, ...series.map(s => ({ label: s.label, width: s.muted ? 1 : 2,
          stroke: colour(s.muted ? '--text-muted' : '--accent'), dash: s.muted ? [4, 4] : undefined,
          fill: s.muted ? undefined : colour('--accent-soft'), points: { show: dates.length < 2 },
          paths: bars && !s.muted ? UPlot.paths.bars({ size: [0.7, 40] }) : undefined }))],
        hooks: { setCursor: [u => point(u.cursor.idx ?? null)] },
      }, [seconds, ...series.map(s => s.values)], box.current)
      done(true)
    }
    load().then(draw, fail)
    const watch = new ResizeObserver(() => plot?.setSize({ width: box.current.clientWidth, height }))
    watch.observe(box.current)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => { plot?.destroy(); plot = null; load().then(draw, fail) }
    scheme.addEventListener('change', redraw)
    addEventListener('haat-theme', redraw)
    return () => {
      gone = true
      watch.disconnect()
      scheme.removeEventListener('change', redraw)
      removeEventListener('haat-theme', redraw)
      plot?.destroy()
    }
  }, [JSON.stringify(dates), JSON.stringify(series), table])
  useEffect(() => point(null), [JSON.stringify(dates)])

  const step = event => {
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key]
    if (move === undefined) return
    event.preventDefault()
    point(i => Math.max(0, Math.min(dates.length - 1, (i ?? (move > 0 ? -1 : dates.length)) + move)))
  }
  const shown = at ?? dates.length - 1
  return html`<figure class="chart">
    <figcaption><span class="strong">${title}</span>
      ${dates.length > 0 && html`<span class="reading" aria-live="polite">${day(dates[shown])}: ${series.map(s =>
        html`<span class=${s.muted ? 'muted' : ''}> ${s.label} ${format(s.values[shown])}</span>`)}</span>`}
      <span class="actions">${table && html`<${Button} kind="plain" onClick=${() => save(title.replace(/,.*/, ''), [['Day', ...series.map(s => s.label)],
        ...dates.map((d, i) => [d, ...series.map(s => s.values[i])])])}>Download CSV<//>`}
      <${Button} kind="plain" onClick=${() => flip(!table)}>${table ? 'Show the chart' : 'Show the numbers'}<//></span>
    </figcaption>
    ${problem && html`<p class="error">The chart could not be drawn; the numbers are there.</p>`}
    ${!dates.length && html`<p class="muted">No data in this range.</p>`}
    ${table ? html`<div class="table-wrap" tabindex="0" role="region" aria-label=${title}><table><thead><tr><th scope="col">Day</th>
      ${series.map(s => html`<th scope="col" class="num">${s.label}</th>`)}</tr></thead><tbody>${dates.map((d, i) =>
        html`<tr><td>${day(d)}</td>${series.map(s => html`<td class="num">${format(s.values[i])}</td>`)}</tr>`)}</tbody></table></div>`
      : html`<div class="plot" ref=${box} tabindex="0" role="img" aria-busy=${dates.length && !drawn && !problem ? 'true' : null} onKeyDown=${step}
          aria-label=${`${title}. Arrow keys read the values.`}></div>`}
  </figure>`
}
