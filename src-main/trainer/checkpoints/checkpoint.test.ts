import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { quickStart, type ExperimentConfig } from '../../contract/experiment'
import { network } from '../../nn/architecture'
import { Checkpoints, variablesOf, type Position } from './checkpoint'

const config: ExperimentConfig = { arch: 'resnet-8', variant: 'mcnn-f', seed: 1, ...quickStart.training }
const at = (step: number, best: Position['best'] = null): Position => ({
  epoch: 2,
  seen: 64,
  lossSum: 0.1 + 0.2,
  correct: 7,
  step,
  sampledStep: step,
  trainErrors: [0.7],
  milliseconds: { active: 1.5, waited: 0, cpu: 2 },
  best,
})
const circumstances = { computedBy: 'TensorFlow', datasetFingerprint: 'f' }
const held = new Map([['w', 2]])
const spec = network('resnet-8', 'mcnn-f', 10)
let folder: string
let checkpoints: Checkpoints
const write = (step: number, best: Position['best'] = null): Promise<number> =>
  checkpoints.writer(spec, circumstances)(at(step, best), new Map([['w', Float32Array.of(step, 1e-40)]]))
const newest = async (
  fits = (_: Position): boolean => true,
): Promise<{ step: number | undefined; damaged: string[] }> => {
  const damaged: string[] = []
  return { step: (await checkpoints.newest(fits, (why) => damaged.push(why)))?.at.step, damaged }
}
const steps = async (): Promise<number[]> =>
  (await readdir(folder)).map((name) => Number(name.split('-')[1])).sort((a, b) => a - b)

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'mcnn-checkpoints-')), 'run')
  checkpoints = new Checkpoints(folder, config, held)
})
afterEach(() => rm(path.dirname(folder), { recursive: true }))

it('restores every bit that was written', async () => {
  await write(5)
  const found = await checkpoints.newest(
    () => true,
    () => undefined,
  )
  expect(found).toEqual({ at: at(5), variables: new Map([['w', Float32Array.of(5, 1e-40)]]), ...circumstances })
})

it('keeps the newest two checkpoints and that of the best epoch', async () => {
  for (const step of [1, 2, 3, 4, 5]) await write(step, step >= 2 ? { accuracy: 0.9, step: 2 } : null)
  expect(await steps()).toEqual([2, 4, 5])
})

it('skips a checkpoint that is ahead of the requested step', async () => {
  await write(1)
  await write(2)
  expect(await newest(({ step }) => step < 2)).toEqual({ step: 1, damaged: [] })
  expect(await newest(() => false)).toEqual({ step: undefined, damaged: [] })
})

it('detects any damage, reports it and returns the previous checkpoint', async () => {
  await write(1)
  await write(2)
  const name = (await readdir(folder)).find((file) => file.includes('0000000002')) ?? ''
  const whole = await readFile(path.join(folder, name))
  const flipped = Buffer.from(whole)
  flipped[whole.length - 1] = (flipped[whole.length - 1] ?? 0) ^ 1
  for (const bad of [whole.subarray(0, whole.length - 1), Buffer.alloc(0), flipped]) {
    await writeFile(path.join(folder, name), bad)
    const { step, damaged } = await newest()
    expect(step).toBe(1)
    expect(damaged).toHaveLength(1)
    expect(damaged[0]).toContain('step 2 is corrupt')
  }
})

it('rejects missing, additional and wrong-sized variables, NaN, and impossible positions', async () => {
  const bad: [ReadonlyMap<string, Float32Array>, Partial<Position>][] = [
    [new Map(), {}],
    [new Map([['w', Float32Array.of(1)]]), {}],
    [new Map([['w', Float32Array.of(1, NaN)]]), {}],
    [
      new Map([
        ['w', Float32Array.of(1, 2)],
        ['x', Float32Array.of(1)],
      ]),
      {},
    ],
    [new Map([['w', Float32Array.of(1, 2)]]), { correct: 65 }],
    [new Map([['w', Float32Array.of(1, 2)]]), { trainErrors: [] }],
  ]
  for (const [variables, change] of bad) {
    await checkpoints.writer(spec, circumstances)({ ...at(3), ...change }, variables)
    const { step, damaged } = await newest()
    expect([step, damaged.length], JSON.stringify([[...variables], change])).toEqual([undefined, 1])
    await checkpoints.remove()
  }
})

it('holds every variable that training changes', () => {
  const variables = variablesOf(spec)
  expect(variables.get('stem.kernel')).toBe(3 * 3 * 3 * 4)
  expect(variables.get('stem.kernel.velocity')).toBe(3 * 3 * 3 * 4)
  expect(variables.get('stem.norm.mean')).toBe(16)
  expect(variables.has('stem.norm.mean.velocity')).toBe(false)
})

it('accepts the checkpoint of a shorter run, which is the same up to there', async () => {
  await write(1)
  checkpoints = new Checkpoints(folder, { ...config, epochs: config.epochs + 1 }, held)
  expect(await newest()).toEqual({ step: 1, damaged: [] })
})

it('rejects a checkpoint of another config, and returns null without a folder', async () => {
  expect(await newest()).toEqual({ step: undefined, damaged: [] })
  await write(1)
  checkpoints = new Checkpoints(folder, { ...config, seed: 2 }, held)
  expect((await newest()).step).toBeUndefined()
  await checkpoints.remove()
  expect(await steps()).toEqual([])
})
