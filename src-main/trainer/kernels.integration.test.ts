/** Runs with kernels of other instruction levels: results, measurements and resumption. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { supportedLevels } from '../../setup/lib/kernelLevels.mjs'
import { startTrainer, type Interruption, type Trainer } from './testSupport'

const dir = mkdtempSync(path.join(tmpdir(), 'mcnn-kernel-runs-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The highest level of this processor, and the one below. */
const [low = '', high = ''] = supportedLevels(readFileSync('/proc/cpuinfo', 'utf8')).slice(-2)
const change = { variant: 'mcnn-a' } as const

function start(level: string, name: string, interruption: Interruption | null = null): Trainer {
  const job = { runDir: path.join(dir, name), checkpointSeconds: 1e-9 }
  return startTrainer(dir, change, job, { MCNN_KERNEL_LEVEL: level }, interruption)
}
/** Mean loss of the first epoch. */
let lowLoss = NaN
const measuredLevels = (): string[] => {
  const keys = Object.keys(JSON.parse(readFileSync(path.join(dir, 'tuning.json'), 'utf8')) as object)
  return [...new Set(keys.map((key) => /x86-64-v\d/.exec(key)?.[0] ?? 'none'))].sort()
}

it('records the level, and repeats a run bit for bit with the kernels of the same level', async () => {
  const weights: string[] = []
  for (const name of ['a', 'b']) {
    const run = start(low, name)
    expect((await run.message('started')).environment.kernels).toBe(low)
    weights.push((await run.message('done')).weightsSha256)
    lowLoss = (await run.message('epoch')).metrics.trainLoss
    await run.exit
  }
  expect(weights[0]).toBe(weights[1])
})

it('measures the algorithms of multi-band layers for each level, and trains alike within rounding', async () => {
  expect(measuredLevels()).toEqual([low])
  const run = start(high, 'c')
  await run.message('done')
  await run.exit
  expect(Math.abs((await run.message('epoch')).metrics.trainLoss / lowLoss - 1)).toBeLessThan(1e-3)
  expect(measuredLevels()).toEqual([low, high])
})

it('warns if a run resumes with kernels of another level', async () => {
  const interrupted = start(low, 'd', { at: 'checkpoint', count: 2, act: 'kill' })
  await interrupted.exit
  const resumed = start(high, 'd')
  await resumed.message('done')
  await resumed.exit
  expect((await resumed.message('started')).resumedFrom).not.toBeNull()
  const warnings = resumed.messages.filter((message) => message.type === 'event' && message.level === 'warning')
  expect(warnings).toEqual([
    expect.objectContaining({
      kind: 'checkpoint',
      message: expect.stringMatching(
        new RegExp(`^The computation differs from that before the stop.* Kernels: ${low}\\. .* Kernels: ${high}\\.`),
      ) as string,
    }),
  ])
})
