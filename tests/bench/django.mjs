/*
 * django.mjs: the same list by Django and its REST framework, tuned, from the
 * same table: what a page costs there in processor time.
 */
import { spawn } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'

import { freePort, root } from './instance.mjs'
import { wrk } from './measure.mjs'
import { freshCase, freshCursors } from './reads.mjs'

const answers = port => new Promise(resolve => {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('connect', () => { socket.destroy(); resolve(true) })
  socket.on('error', () => resolve(false))
})

async function startDjango(instance) {
  const port = await freePort()
  const child = spawn('/usr/bin/gunicorn', ['--workers', '4', '--bind', `127.0.0.1:${port}`,
    '--log-level', 'warning', '--chdir', path.join(root, 'tests/bench/django'), 'shop:application'],
  { env: { ...instance.pgEnv, PGUSER: 'haat_app', PYTHONDONTWRITEBYTECODE: '1' },
    detached: true, stdio: ['ignore', 'ignore', 'inherit'] })
  instance.beside = child.pid
  const stop = () => new Promise(resolve => {
    instance.beside = undefined
    child.on('exit', resolve)
    child.kill('SIGTERM')
  })
  for (let tries = 0; !await answers(port); tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error('Django does not start')
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return { port, stop }
}

const list = '/api/products/list/'
const lists = things => n => freshCursors(things, n).map(cursor => `${list}?cursor=${cursor}`)

export async function djangoCases(instance, things) {
  const django = await startDjango(instance)
  const there = { folder: instance.folder, url: `http://127.0.0.1:${django.port}` }
  return {
    stop: django.stop,
    cases: [
      freshCase(there, { name: 'list by Django c8', connections: 8, paths: lists(things) }),
      freshCase(instance, { name: 'list uncached c8, beside Django', connections: 8,
        paths: lists(things), against: 'list by Django c8', pick: figures => figures.server, most: 0.06 }),
    ],
  }
}
