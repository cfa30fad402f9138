/* Tables as files that spreadsheets read. */
const cell = value => {
  let text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  // What a spreadsheet would run.
  if (/^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = `'${text}`
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

/** lines: arrays of cells, the names first; the browser saves them. */
export function save(name, lines) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\ufeff', lines.map(line => line.map(cell).join(',')).join('\r\n'), '\r\n'],
    { type: 'text/csv;charset=utf-8' }))
  link.download = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}
