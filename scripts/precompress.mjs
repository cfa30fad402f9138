/*
 * precompress.mjs FOLDER: puts a .br and a .gz, both as small as they get, beside each
 * text in FOLDER. lighttpd/encoded.lua sends them.
 */
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const { BROTLI_PARAM_MODE: MODE, BROTLI_MODE_TEXT: TEXT } = zlib.constants
const coders = {
  br: bytes => promisify(zlib.brotliCompress)(bytes, { params: { [MODE]: TEXT } }),
  gz: bytes => promisify(zlib.gzip)(bytes, { level: 9, memLevel: 9 }),
}

const texts = folder => fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
  const file = path.join(folder, entry.name)
  if (entry.isDirectory()) return texts(file)
  return /\.(html|css|js|json|svg)$/.test(entry.name) ? [file] : []
})

await Promise.all(texts(process.argv[2]).map(async file => {
  const bytes = fs.readFileSync(file)
  for (const [suffix, code] of Object.entries(coders))
    fs.writeFileSync(`${file}.${suffix}`, await code(bytes))
}))
