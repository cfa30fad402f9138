/*
 * tap.mjs: the statements of one request, heard on the way between a program
 * and PostgreSQL: what the reference runs is what the endpoint runs, and stays
 * so.
 */
import fs from 'node:fs'
import net from 'node:net'

/** Messages of the frontend in a stream of bytes; the first has no type. */
class Reader {
  constructor(take) {
    this.take = take
    this.rest = Buffer.alloc(0)
    this.started = false
  }

  feed(piece) {
    this.rest = Buffer.concat([this.rest, piece])
    for (;;) {
      const head = this.started ? 5 : 4
      if (this.rest.length < head) return
      const length = this.rest.readInt32BE(head - 4) + head - 4
      if (this.rest.length < length) return
      if (this.started)
        this.take(String.fromCharCode(this.rest[0]), this.rest.subarray(head, length))
      this.started = true
      this.rest = this.rest.subarray(length)
    }
  }
}

/** A text up to its NUL, and the rest. */
function cut(bytes) {
  const end = bytes.indexOf(0)
  return [bytes.toString('utf8', 0, end), bytes.subarray(end + 1)]
}

/** The parameters of a Bind message; bytes in the form that SQL reads. */
function parameters(bytes) {
  const formats = Array.from({ length: bytes.readInt16BE(0) }, (_, i) => bytes.readInt16BE(2 + 2 * i))
  let at = 2 + 2 * formats.length
  const count = bytes.readInt16BE(at)
  at += 2
  return Array.from({ length: count }, (_, i) => {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) return null
    const value = bytes.subarray(at, at + length)
    at += length
    const binary = formats.length === 1 ? formats[0] : formats[i]
    return binary ? `\\x${value.toString('hex')}` : value.toString('utf8')
  })
}

export class Tap {
  /** Listens in a folder as PostgreSQL would, and passes everything on. */
  constructor(folder, to) {
    this.trips = []
    this.trip = []
    this.sockets = new Set()
    fs.rmSync(folder, { recursive: true, force: true })
    fs.mkdirSync(folder)
    fs.chmodSync(folder, 0o755)
    const name = `${folder}/.s.PGSQL.5432`
    this.server = net.createServer(socket => this.join(socket, net.connect(to)))
    this.ready = new Promise(resolve => this.server.listen(name, () => {
      fs.chmodSync(name, 0o777)
      resolve()
    }))
  }

  join(front, back) {
    const statements = new Map(), bound = new Map()
    const reader = new Reader((type, bytes) => {
      if (type === 'P') {
        const [name, rest] = cut(bytes)
        statements.set(name, cut(rest)[0])
      } else if (type === 'B') {
        const [portal, rest] = cut(bytes)
        const [name, values] = cut(rest)
        bound.set(portal, { text: statements.get(name), values: parameters(values),
          prepared: name !== '' })
      } else if (type === 'E') {
        this.trip.push(bound.get(cut(bytes)[0]))
      } else if (type === 'S') {
        if (this.trip.length) this.trips.push(this.trip)
        this.trip = []
      }
    })
    front.on('data', piece => {
      reader.feed(piece)
      back.write(piece)
    })
    back.on('data', piece => front.write(piece))
    for (const [one, other] of [[front, back], [back, front]]) {
      this.sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => other.destroy())
    }
  }

  /** Round trips heard since the last call, each a list of {text, values}. */
  heard() {
    const { trips } = this
    this.trips = []
    return trips
  }

  close() {
    for (const socket of this.sockets) socket.destroy()
    return new Promise(resolve => this.server.close(resolve))
  }
}
