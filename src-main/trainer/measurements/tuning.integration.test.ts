import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTrainer, type Trainer } from '../testSupport'

let dir: string
let trainers: Trainer[]
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'mcnn-tuning-'))
  trainers = []
})
afterEach(() => {
  for (const { child } of trainers) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

function start(name: string, variant: 'mcnn-a' | 'mcnn-l', intraOp: number): Trainer {
  const trainer = startTrainer(
    dir,
    { variant, epochs: 1, milestones: [] },
    { runDir: path.join(dir, name) },
    { TF_NUM_INTRAOP_THREADS: String(intraOp) },
  )
  trainers.push(trainer)
  return trainer
}

const choicesOf = ({ messages }: Trainer): string[] =>
  messages.flatMap((one) => (one.type === 'event' && one.kind === 'convolutions' ? [one.message] : []))
const keys = (): string[] =>
  Object.keys(JSON.parse(readFileSync(path.join(dir, 'tuning.json'), 'utf8')) as Record<string, unknown>)

it('measures each layer shape once if trainers start at the same time, and all of them choose the same', async () => {
  const started = [start('a', 'mcnn-a', 1), start('b', 'mcnn-a', 1), start('c', 'mcnn-l', 1)] as const
  await Promise.all(started.map((trainer) => trainer.message('done')))
  const [a = [], b, c = []] = started.map(choicesOf)
  expect(a.length).toBeGreaterThan(1)
  expect(b).toEqual(a)
  // MCNN-L has one of the layers of MCNN-A.
  expect(c).toHaveLength(1)
  expect(a).toEqual(expect.arrayContaining(c))
  expect(keys()).toHaveLength(a.length)
})

it('measures anew for another number of threads', async () => {
  await start('a', 'mcnn-l', 1).message('done')
  expect(keys()).toHaveLength(1)
  await start('b', 'mcnn-l', 3).message('done')
  expect(keys()).toHaveLength(2)
})
