import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExperimentConfig } from '../../contract/experiment'
import type { TrainerMessage } from '../../contract/trainer/messages'
import { startTrainer, type Interruption, type Trainer } from '../testSupport'

let dir: string
let children: ChildProcess[]
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'mcnn-resume-'))
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

/** A history that stores the messages of several trainers, as the service does. */
class Kept {
  epochs: Extract<TrainerMessage, { type: 'epoch' }>['metrics'][] = []
  steps: Extract<TrainerMessage, { type: 'steps' }>['steps'] = []
  filters: Extract<TrainerMessage, { type: 'filters' }>[] = []
  figures: Extract<TrainerMessage, { type: 'figures' }>['figures'][] = []
  warnings: string[] = []
  resumedFrom: number[] = []

  hear(messages: readonly TrainerMessage[]): void {
    for (const m of messages) {
      if (m.type === 'started') {
        this.epochs = this.epochs.filter(({ epoch }) => epoch <= (m.resumedFrom?.epochs ?? 0))
        this.steps = this.steps.filter(({ step }) => step <= (m.resumedFrom?.step ?? 0))
        this.filters = this.filters.filter(({ epoch }) => epoch <= (m.resumedFrom?.epochs ?? -1))
        this.figures = this.figures.filter(({ epoch }) => epoch <= (m.resumedFrom?.epochs ?? -1))
        this.resumedFrom.push(m.resumedFrom?.step ?? 0)
      } else if (m.type === 'epoch') this.epochs.push(m.metrics)
      else if (m.type === 'steps') this.steps.push(...m.steps)
      else if (m.type === 'filters') this.filters.push(m)
      else if (m.type === 'figures') this.figures.push(m.figures)
      else if (m.type === 'event' && m.level === 'warning') this.warnings.push(m.message)
    }
  }

  /** Everything that does not depend on the clock. */
  get measured(): unknown {
    return {
      epochs: this.epochs.map(
        ({
          epoch,
          trainLoss,
          trainAccuracy,
          testLoss,
          testAccuracy,
          validationLoss,
          validationAccuracy,
          learningRate,
        }) => ({
          epoch,
          trainLoss,
          trainAccuracy,
          testLoss,
          testAccuracy,
          validationLoss,
          validationAccuracy,
          learningRate,
        }),
      ),
      steps: this.steps.map(({ step, epoch, loss, learningRate }) => ({ step, epoch, loss, learningRate })),
      filters: this.filters,
      figures: this.figures,
    }
  }
}

/** Five steps per epoch, the last of them with fewer examples. */
const four = { epochs: 4, milestones: [2], trainExamples: 300 }
const stepsPerEpoch = 5

interface Launch {
  runDir?: string
  checkpointSeconds?: number
  env?: NodeJS.ProcessEnv
  interruption?: Interruption
}

function start(
  change: Partial<ExperimentConfig>,
  { runDir = 'run', checkpointSeconds = 180, env = {}, interruption }: Launch = {},
): Trainer {
  const trainer = startTrainer(
    dir,
    { ...four, ...change },
    { runDir: path.join(dir, runDir), checkpointSeconds },
    env,
    interruption,
  )
  children.push(trainer.child)
  return trainer
}

async function undisturbed(change: Partial<ExperimentConfig>): Promise<{ kept: Kept; sha256: string }> {
  const kept = new Kept()
  const trainer = start(change, { runDir: 'undisturbed' })
  const done = await trainer.message('done')
  kept.hear(trainer.messages)
  return { kept, sha256: done.weightsSha256 }
}

async function checkpointFiles(): Promise<string[]> {
  return (await readdir(path.join(dir, 'run'))).filter((name) => name.startsWith('checkpoint-')).sort()
}

/** Trains until the interruption ends the trainer. Stores its messages. */
async function interrupted(change: Partial<ExperimentConfig>, kept: Kept, launch: Launch): Promise<Trainer> {
  const trainer = start(change, launch)
  await trainer.exit
  kept.hear(trainer.messages)
  return trainer
}

/** Trains to the end. The weights must equal those of an uninterrupted run; no metric may be missing or doubled. */
async function finishAs(
  expected: { kept: Kept; sha256: string },
  change: Partial<ExperimentConfig>,
  kept: Kept,
): Promise<void> {
  const trainer = start(change)
  const done = await trainer.message('done')
  kept.hear(trainer.messages)
  expect(kept.measured).toEqual(expected.kept.measured)
  expect(done.weightsSha256).toBe(expected.sha256)
}

describe('a resumed run', () => {
  it.each([
    { variant: 'baseline' },
    { variant: 'mcnn-a', precision: 'bfloat16' },
    { variant: 'mcnn-f', trainExamples: 400, validationExamples: 100 },
  ] as const)('after stops within and between epochs comes out bit for bit: %j', async (change) => {
    const whole = await undisturbed(change)
    const kept = new Kept()
    // The first report of progress comes after the first step.
    for (const interruption of [
      { at: 'progress', count: 1, act: 'stop' },
      { at: 'epoch', count: 2, act: 'stop' },
    ] as const) {
      const trainer = await interrupted(change, kept, { interruption })
      expect(trainer.messages.at(-1)?.type).toBe('stopped')
    }
    await finishAs(whole, change, kept)
    expect(kept.warnings).toEqual([])
    expect(kept.resumedFrom).toEqual([0, 1, 2 * stepsPerEpoch])
  })

  it('equals an uninterrupted run bit for bit after SIGKILL at each step of writing a checkpoint', async () => {
    const change = { variant: 'mcnn-l' } as const
    const whole = await undisturbed(change)
    const kept = new Kept()
    // A checkpoint after every step: these are complete after each kill, and these incomplete files remain.
    const kills = [
      { at: 'write', count: 1, complete: [], temporary: 1 },
      { at: 'sync', count: 3, complete: [1, 2], temporary: 1 },
      { at: 'rename', count: 2, complete: [2, 3], temporary: 1 },
      { at: 'renamed', count: 2, complete: [3, 4, 5], temporary: 0 },
      { at: 'epoch', count: 1, complete: null, temporary: null },
    ] as const
    for (const { at, count, complete, temporary } of kills) {
      const trainer = await interrupted(change, kept, {
        checkpointSeconds: 1e-6,
        interruption: { at, count, act: 'kill' },
      })
      expect(trainer.child.signalCode).toBe('SIGKILL')
      const files = await checkpointFiles()
      const kinds = {
        complete: files.filter((name) => name.endsWith('.safetensors')).map((name) => Number(name.split('-')[1])),
        temporary: files.filter((name) => name.endsWith('.tmp')).length,
      }
      if (complete !== null) expect({ at, ...kinds }).toMatchObject({ at, complete, temporary })
    }
    await finishAs(whole, change, kept)
    expect(kept.resumedFrom.slice(0, 5)).toEqual([0, 0, 2, 3, 5])
    // The last checkpoint may have been incomplete.
    expect(kept.resumedFrom[5]).toBeGreaterThanOrEqual(5)
  })

  it('equals a run that is fed all along if its data is resident in the graph', async () => {
    const change = { variant: 'mcnn-f' } as const
    const whole = await undisturbed(change)
    const kept = new Kept()
    for (const at of ['progress', 'epoch'] as const)
      await interrupted(change, kept, { env: { MCNN_RESIDENT: '1' }, interruption: { at, count: 1, act: 'stop' } })
    await finishAs(whole, change, kept)
    expect(kept.warnings).toEqual([])
    expect(kept.resumedFrom).toEqual([0, 1, stepsPerEpoch])
  })

  it('skips corrupt checkpoints with a warning, and starts from its seed if all are corrupt', async () => {
    const change = { variant: 'mcnn-f' } as const
    const whole = await undisturbed(change)
    for (const damage of ['newest', 'all'] as const) {
      await rm(path.join(dir, 'run'), { recursive: true, force: true })
      const kept = new Kept()
      await interrupted(change, kept, { interruption: { at: 'epoch', count: 2, act: 'stop' } })
      const files = await checkpointFiles()
      expect(files).toHaveLength(2)
      for (const name of damage === 'all' ? files : files.slice(-1)) {
        const file = path.join(dir, 'run', name)
        const bytes = await readFile(file)
        bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 0x10
        await writeFile(file, bytes)
      }
      await finishAs(whole, change, kept)
      expect(kept.warnings[0]).toContain('is corrupt and was skipped')
      expect(kept.warnings).toHaveLength(damage === 'all' ? files.length + 1 : 1)
      expect(kept.resumedFrom[1] === 0).toBe(damage === 'all')
    }
  })

  it('never resumes from a checkpoint that is ahead of its journal', async () => {
    const change = { variant: 'baseline' } as const
    const whole = await undisturbed(change)
    const kept = new Kept()
    const trainer = start(change, { interruption: { at: 'checkpoint', count: 2, act: 'kill' } })
    await trainer.exit
    // A power cut lost the second epoch, from the middle of its line on.
    const file = path.join(dir, 'run', 'journal', '0001.jsonl')
    const lines = (await readFile(file, 'utf8')).split('\n')
    const second = lines.findIndex((line) => line.includes('"message":{"type":"epoch","metrics":{"epoch":2,'))
    expect(second).toBeGreaterThan(0)
    await writeFile(file, [...lines.slice(0, second), lines[second]?.slice(0, 100)].join('\n'))
    kept.hear(
      trainer.messages.slice(
        0,
        trainer.messages.findIndex((m) => m.type === 'epoch' && m.metrics.epoch === 2),
      ),
    )
    await finishAs(whole, change, kept)
    expect(kept.resumedFrom).toEqual([0, stepsPerEpoch])
  })

  it.each([{}, { trainExamples: 400, validationExamples: 100 }])(
    'for more epochs comes out as if it had been asked for them at first: %j',
    async (change) => {
      const whole = await undisturbed(change)
      const kept = new Kept()
      const shorter = start({ ...change, epochs: 3 })
      await shorter.message('done')
      await shorter.exit
      kept.hear(shorter.messages)
      // The figures of the former last epoch stay.
      expect(kept.figures.map(({ epoch }) => epoch)).toEqual([0, 3])
      kept.figures.pop()
      await finishAs(whole, change, kept)
      expect(kept.resumedFrom).toEqual([0, 3 * stepsPerEpoch])
    },
  )
})
