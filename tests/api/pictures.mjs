/*
 * pictures.mjs: files to upload: good ones, and ones that are made to hurt.
 * JPEG and WebP are those of the fuzzer's corpus; PNG is made here.
 */
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

import { root } from './harness.mjs'

const sample = name => fs.readFileSync(path.join(root, 'tests/fuzz/corpus/image', name))
export const jpeg = sample('jpeg-rgb')
export const webp = sample('webp-lossy')
export const webpAlpha = sample('webp-lossless-alpha')

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})
const crc = bytes => {
  let c = 0xffffffff
  for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
const u32 = n => {
  const b = Buffer.alloc(4)
  b.writeUInt32BE(n >>> 0)
  return b
}
export const chunk = (type, data = Buffer.alloc(0)) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data)])
  return Buffer.concat([u32(body.length - 4), body, u32(crc(body))])
}
const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const header = (width, height, colours) =>
  chunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, colours, 0, 0, 0])]))

/** A PNG of one colour, [r, g, b] or [r, g, b, a]; more are chunks behind its header. */
export function png({ width = 8, height = 8, colour = [200, 30, 30], more = [] } = {}) {
  const row = Buffer.concat([Buffer.from([0]),
    ...Array.from({ length: width }, () => Buffer.from(colour))])
  const rows = Buffer.concat(Array.from({ length: height }, () => row))
  return Buffer.concat([signature, header(width, height, colour.length === 4 ? 6 : 2), ...more,
    chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND')])
}

/** A PNG that says to be this large, and is a few bytes. */
export const hugePng = (width, height) => Buffer.concat([signature, header(width, height, 2),
  chunk('IDAT', zlib.deflateSync(Buffer.alloc(4096))), chunk('IEND')])

/** A PNG whose text or profile unpacks to that many MiB. */
export const packedPng = (type, mib) => png({ more: [chunk(type, Buffer.concat([
  Buffer.from('a\0\0'), zlib.deflateSync(Buffer.alloc(mib << 20), { level: 9 })]))] })

/** A progressive JPEG with that many scans, each of them the first one. */
export function scannedJpeg(scans) {
  const grey = sample('jpeg-grey')
  const frame = grey.indexOf(Buffer.from([0xff, 0xc0])), scan = grey.indexOf(Buffer.from([0xff, 0xda]))
  const head = Buffer.from(grey.subarray(0, scan))
  head[frame + 1] = 0xc2
  const one = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 1, 0x3f, 0xff, 0])
  return Buffer.concat([head, ...Array.from({ length: scans }, () => one), Buffer.from([0xff, 0xd9])])
}

/** The JPEG with EXIF data that tells where it was taken. */
export function withPlace(bytes = jpeg) {
  const tiff = Buffer.concat([Buffer.from('MM\0*\0\0\0\x08\0\x01', 'latin1'),
    Buffer.from([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]),
    // The GPS directory: one entry, the latitude's reference.
    Buffer.from([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, 0x4e, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('12.9716N 77.5946E Bengaluru')])
  const data = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length + 2)
  return Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, data,
    bytes.subarray(2)])
}

/** A PDF of that many bytes. */
export function pdf(size = 700) {
  const head = '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n' +
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n'
  const tail = '\ntrailer<</Root 1 0 R>>\n%%EOF\n'
  return Buffer.from(head + '%'.padEnd(size - head.length - tail.length, 'x') + tail, 'latin1')
}

/** The same file, longer: what stands behind a picture is not part of it. */
export const padded = (bytes, size) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length, 0x20)])

/** {type, width, height} of a picture of ours. */
export function look(bytes) {
  if (bytes.subarray(0, 8).equals(signature))
    return { type: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  return { type: 'jpeg', height: bytes.readUInt16BE(frame + 5), width: bytes.readUInt16BE(frame + 7) }
}
