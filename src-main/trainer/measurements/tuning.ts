/**
 * Stores which algorithm computes each multi-band layer fastest on this machine. A run and its repetition must use the
 * same algorithms to agree bit for bit.
 */
import { mkdir, readFile, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Precision } from '../../contract/experiment'
import { algorithms, directions, type BankAlgorithms, type BankShape } from '../../graph/bankConvolution'
import type { TensorFlow } from '../../graph/tensorflow'
import { hasOwnKernels } from '../../graph/training'
import { bankShapes, fasterAlgorithms, shapeKey, timeBank, type BankTimes } from '../../graph/tuning'
import type { NetworkSpec } from '../../nn/architecture'
import { threadsOfThis } from '../environment'
import { writeAtomically } from '../../files/durable'
import { acquireNamedLock } from '../../files/namedLock'

/** Measuring the shapes of one network takes seconds. */
const longestWaitMs = 60_000
const retryMs = 50

const times = z.record(z.enum(directions), z.record(z.enum(algorithms), z.number()))
const measurements = z.record(z.string(), times)

export interface Tuning {
  bank: (shape: BankShape) => BankAlgorithms
  /** The choice, one sentence per layer shape; empty if there was none. */
  sentences: string[]
  /** Whether this call measured something and stored it for later runs. */
  isNew: boolean
}

export interface TuningOptions {
  tensorflow: TensorFlow
  spec: NetworkSpec
  batchSize: number
  precision: Precision
  /** Version of the program: another one may have other kernels. */
  program: string
  /** Shared by runs; a missing or unreadable file is created again. */
  file: string
}

/** Measures the layer shapes that this machine has not measured yet, which takes a few tenths of a second per shape. */
export async function tuneBanks({
  tensorflow,
  spec,
  batchSize,
  precision,
  program,
  file,
}: TuningOptions): Promise<Tuning> {
  const { binding, kernels } = tensorflow
  const cores = os.cpus().length
  const { intraOp } = threadsOfThis()
  const machine = [
    os.cpus()[0]?.model.trim(),
    cores,
    binding.TF_Version,
    program,
    kernels,
    ...(intraOp === null || intraOp === cores ? [] : [`${intraOp} threads`]),
  ].join(' / ')
  const shapes = hasOwnKernels(tensorflow) ? bankShapes(spec) : []
  const keyOf = (shape: BankShape): string => `${machine} / ${precision} / ${batchSize}x${shapeKey(shape)}`
  let known = await read(file)
  const isNew = shapes.some((shape) => known[keyOf(shape)] === undefined)
  if (isNew) {
    await mkdir(path.dirname(file), { recursive: true })
    const release = await acquireTuning(file)
    try {
      // Another trainer may have measured the same shapes meanwhile, and its choice counts.
      known = await read(file)
      for (const shape of shapes) known[keyOf(shape)] ??= timeBank(tensorflow, shape, batchSize, precision)
      await writeAtomically(file, `${JSON.stringify(known, null, 1)}\n`)
    } finally {
      release()
    }
  }
  const measured = new Map(
    shapes.flatMap((shape): [string, { shape: BankShape; times: BankTimes }][] => {
      const times = known[keyOf(shape)]
      return times ? [[shapeKey(shape), { shape, times }]] : []
    }),
  )
  return {
    bank: (shape) => {
      const found = measured.get(shapeKey(shape))
      if (!found) throw new Error(`No convolution of shape ${shapeKey(shape)} was measured.`)
      return fasterAlgorithms(found.times)
    },
    isNew,
    sentences: [...measured.values()].map(({ shape, times }) => sentence(shape, times)),
  }
}

/**
 * Waits until no other trainer measures for the same file: two that measure at once disturb each other, and each would
 * overwrite the results of the other. A trainer that is stopped for long does not keep the others from training.
 */
async function acquireTuning(file: string): Promise<() => void> {
  const { dev, ino } = await stat(path.dirname(file))
  for (const end = performance.now() + longestWaitMs; performance.now() < end; await wait(retryMs)) {
    const release = await acquireNamedLock(`tuning-${dev}-${ino}`)
    if (release) return release
  }
  return () => undefined
}

function sentence({ height, width, inputs, filters }: BankShape, times: BankTimes): string {
  const chosen = fasterAlgorithms(times)
  const names = { forward: 'forward', gradInput: 'gradient of the input', gradFilter: 'gradient of the filters' }
  const parts = directions.map((direction) => {
    const { expanded, shared } = times[direction]
    return `${names[direction]} ${chosen[direction]} (${shared.toFixed(1)} ms shared, ${expanded.toFixed(1)} ms expanded)`
  })
  return `Banks of ${filters} base filters over ${inputs} inputs, ${height} × ${width}: ${parts.join(', ')}.`
}

async function read(file: string): Promise<Record<string, BankTimes>> {
  try {
    return measurements.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return {}
  }
}
