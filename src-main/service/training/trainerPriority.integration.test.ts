import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Bench, planOf } from '../fixtures/bench'
import { TrainerPriority } from './trainerPriority'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.end())

/** Returns the pid of the only trainer: its parent is this process. */
function trainerPid(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number)
  const trainer = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fakeTrainer'))
  if (trainer === undefined) throw new Error('no trainer runs')
  return trainer
}

/** Returns the niceness of a trainer's session; null if the system does not share processors among sessions. */
const expected = (niceness: number): number | null =>
  existsSync('/proc/self/autogroup') ? Math.min(19, getPriority() + niceness) : null

function sessionNiceness(pid: number): number | null {
  if (!existsSync('/proc/self/autogroup')) return null
  return Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1])
}

it('lowers a trainer’s priority further while the window is in use', async () => {
  const service = await bench.open({}, { niceness: { usual: 3, inUse: 10 } })
  const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits' }) })
  await bench.reached(runIds[0] ?? '', 'running')
  const pid = trainerPid()
  const session = (): number | null => sessionNiceness(pid)
  await expect.poll(session).toBe(expected(3))
  expect(getPriority(pid)).toBe(Math.min(19, getPriority() + 3))
  await expect
    .poll(async () => {
      await service.call('system.reportUse', {})
      return session()
    })
    .toBe(expected(10))
  expect(getPriority(pid)).toBe(Math.min(19, getPriority() + 3))
  await expect.poll(session).toBe(expected(3))
})

it('keeps a trainer’s niceness without a window', async () => {
  const service = await bench.open()
  const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits' }) })
  await bench.reached(runIds[0] ?? '', 'running')
  await service.call('system.reportUse', {})
  const pid = trainerPid()
  expect(getPriority(pid)).toBe(getPriority())
  if (existsSync('/proc/self/autogroup')) expect(sessionNiceness(pid)).toBe(0)
})

it('sets the niceness of threads that a process started before', async () => {
  const script =
    "new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000); require(`node:fs`).writeSync(1, `on`)', { eval: true })"
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(child.stdout, 'data')
    const pid = child.pid ?? 0
    const remove = new TrainerPriority({ usual: 3, inUse: 10 }, () => undefined).add(pid)
    const threads = readdirSync(`/proc/${pid}/task`).map(Number)
    expect(threads.length).toBeGreaterThan(1)
    expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([Math.min(19, getPriority() + 3)]))
    remove()
  } finally {
    child.kill('SIGKILL')
  }
})
