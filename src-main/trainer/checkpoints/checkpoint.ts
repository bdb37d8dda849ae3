/**
 * Checkpoints: all variables and the position in the data, in one safetensors file whose name contains its checksum. No
 * random state is needed: the random streams are named by seed, epoch and example.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../contract/errors'
import { experimentConfig, withoutNoSplit, type ExperimentConfig } from '../../contract/experiment'
import type { NetworkSpec } from '../../nn/architecture'
import { parameters, velocitySuffix } from '../../nn/network'
import { decodeSafetensors, encodeSafetensors } from '../../nn/safetensors'
import { writeAtomically } from '../../files/durable'
import { sha256Of } from '../../files/sha256'

/** The position of a run between two steps. */
export const position = z
  .strictObject({
    /** The current epoch, from 1; one more than the number of epochs if all are finished. */
    epoch: z.int().min(1),
    /** Training examples of it that were trained on. */
    seen: z.int().min(0),
    /** Sums over these examples: cross-entropy in nats, number of correct predictions. */
    lossSum: z.number().min(0),
    correct: z.int().min(0),
    /** Steps of the complete run so far. */
    step: z.int().min(0),
    /** The last step whose metrics were recorded. */
    sampledStep: z.int().min(0),
    /** Training error of every finished epoch, 0 to 1. The schedule of a warm-up depends on it. */
    trainErrors: z.array(z.number().min(0).max(1)),
    /** Time spent on this epoch so far: wall time without pauses, waiting for images, processor time. */
    milliseconds: z.strictObject({ active: z.number().min(0), waited: z.number().min(0), cpu: z.number().min(0) }),
    /**
     * The best epoch's accuracy (on the validation examples if there are any, else on the test examples), and the step
     * at its end.
     */
    best: z.strictObject({ accuracy: z.number().min(0).max(1), step: z.int().min(0) }).nullable(),
  })
  .refine(
    ({ epoch, seen, correct, step, sampledStep, trainErrors, best }) =>
      correct <= seen && sampledStep <= step && trainErrors.length === epoch - 1 && (best?.step ?? 0) <= step,
    'an impossible position',
  )
export type Position = z.infer<typeof position>

export function beginning(): Position {
  return {
    epoch: 1,
    seen: 0,
    lossSum: 0,
    correct: 0,
    step: 0,
    sampledStep: 0,
    trainErrors: [],
    milliseconds: { active: 0, waited: 0, cpu: 0 },
    best: null,
  }
}

/** Properties that must be unchanged when a run resumes. */
export interface Circumstances {
  /** In words. Other algorithms or thread counts change the last bits of results. */
  computedBy: string
  datasetFingerprint: string
}

export interface Checkpoint extends Circumstances {
  at: Position
  /** Parameters, running statistics and velocities by name. */
  variables: Map<string, Float32Array>
}

/** Writes a checkpoint. Resolves to the size of the file in bytes. */
export type Save = (at: Position, variables: ReadonlyMap<string, Float32Array>) => Promise<number>

interface Found {
  file: string
  step: number
  sha256: string
}

/** Returns names and lengths of all variables in a checkpoint of a network. */
export function variablesOf(spec: NetworkSpec): ReadonlyMap<string, number> {
  return new Map(
    parameters(spec).flatMap(({ name, shape, trainable }): [string, number][] => {
      const length = shape.reduce((product, side) => product * side, 1)
      return trainable
        ? [
            [name, length],
            [name + velocitySuffix, length],
          ]
        : [[name, length]]
    }),
  )
}

const namePattern = /^checkpoint-(\d{10})-([0-9a-f]{64})\.safetensors$/
/** Names that `writeAtomically` gives to incomplete files; earlier versions left out the process. */
const temporaryPattern = /^checkpoint-.*\.safetensors(\.\d+)?\.tmp$/
/** Number of newest checkpoints kept, in addition to that of the best epoch. */
const newestKept = 2

export class Checkpoints {
  /**
   * @param folder the run's own folder; made if it is missing
   * @param expected names and lengths of the variables: a missing one would keep its initial value
   */
  constructor(
    private readonly folder: string,
    private readonly config: ExperimentConfig,
    private readonly expected: ReadonlyMap<string, number>,
  ) {}

  /** Saves a checkpoint atomically and durably, then removes superseded ones. */
  writer(spec: NetworkSpec, { computedBy, datasetFingerprint }: Circumstances): Save {
    const shapes = new Map(parameters(spec).map(({ name, shape }) => [name, shape]))
    return async (at, variables) => {
      const tensors = [...variables].map(([name, values]) => ({
        name,
        values,
        shape: shapes.get(name) ?? [values.length],
      }))
      const bytes = encodeSafetensors(tensors, {
        position: JSON.stringify(at),
        config: JSON.stringify(this.config),
        computedBy,
        datasetFingerprint,
      })
      await mkdir(this.folder, { recursive: true })
      await writeAtomically(
        path.join(this.folder, `checkpoint-${String(at.step).padStart(10, '0')}-${sha256Of(bytes)}.safetensors`),
        bytes,
      )
      await this.remove(newestKept, at.best?.step)
      return bytes.length
    }
  }

  /**
   * Returns the newest intact checkpoint that `fits`.
   * @param onDamaged called with the reason for each corrupt checkpoint that is skipped
   */
  async newest(fits: (at: Position) => boolean, onDamaged: (why: string) => void): Promise<Checkpoint | null> {
    for (const found of await this.list()) {
      try {
        const checkpoint = await this.read(found)
        if (fits(checkpoint.at)) return checkpoint
      } catch (error) {
        onDamaged(`The checkpoint of step ${found.step} is corrupt and was skipped: ${messageOf(error)}`)
      }
    }
    return null
  }

  /** Removes all but the newest few and that of one step, and incomplete files of trainers that were killed. */
  async remove(keep = 0, step?: number): Promise<void> {
    for (const found of (await this.list()).slice(keep)) if (found.step !== step) await rm(found.file, { force: true })
    for (const name of await this.names())
      if (temporaryPattern.test(name)) await rm(path.join(this.folder, name), { force: true })
  }

  private async read({ file, sha256 }: Found): Promise<Checkpoint> {
    const bytes = await readFile(file)
    if (sha256Of(bytes) !== sha256) throw new Error('Its content does not match the checksum in its name.')
    const { tensors, metadata } = decodeSafetensors(bytes)
    if (!sameTraining(experimentConfig.parse(JSON.parse(metadata['config'] ?? '')), this.config))
      throw new Error('It belongs to another config.')
    for (const [name, length] of this.expected)
      if (tensors.get(name)?.values.length !== length) throw new Error(`${name} is missing or has another size.`)
    if (tensors.size !== this.expected.size) throw new Error('It contains variables that this network does not have.')
    if (![...tensors.values()].every(({ values }) => values.every(Number.isFinite)))
      throw new Error('It contains a value that is not finite.')
    return {
      at: position.parse(JSON.parse(metadata['position'] ?? '')),
      variables: new Map([...tensors].map(([name, { values }]) => [name, values])),
      computedBy: metadata['computedBy'] ?? '',
      datasetFingerprint: metadata['datasetFingerprint'] ?? '',
    }
  }

  private names(): Promise<string[]> {
    return readdir(this.folder).catch(() => [])
  }

  /** Newest first. */
  private async list(): Promise<Found[]> {
    return (await this.names())
      .flatMap((name) => {
        const [, step, sha256] = namePattern.exec(name) ?? []
        return step === undefined || sha256 === undefined
          ? []
          : [{ file: path.join(this.folder, name), step: Number(step), sha256 }]
      })
      .sort((a, b) => b.step - a.step)
  }
}

/** A longer run is the same up to the end of the shorter one, because milestones are given in epochs. */
function sameTraining(a: ExperimentConfig, b: ExperimentConfig): boolean {
  const text = (config: ExperimentConfig): string =>
    JSON.stringify(experimentConfig.parse({ ...withoutNoSplit(config), epochs: 1 }))
  return text(a) === text(b)
}
