/**
 * Runs complete epochs of the real trainer, with data preparation and metrics: a request runs one epoch, and the
 * trainer is paused in between.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  datasetSizes,
  recipe,
  type Arch,
  type ExperimentConfig,
  type Precision,
  type Variant,
} from '../src-main/contract/experiment'
import type { TrainerJob, TrainerMessage } from '../src-main/contract/trainer/messages'
import type { BenchWorker, Ready } from '../src-main/service/machine/benchWorker'
import { followingJournal } from '../src-main/service/training/followedTrainer'
import { Trainer } from '../src-main/service/training/trainers'

/**
 * Steps of an epoch: the number of full batches in the built-in 4,000 examples at the recipe's 128, fewer for larger
 * batches.
 */
export function epochSteps(batch: number): number {
  return Math.max(
    1,
    Math.min(
      Math.floor(datasetSizes.synthetic.train / recipe.batchSize),
      Math.floor(datasetSizes.synthetic.train / batch),
    ),
  )
}

export class EpochTrainer implements BenchWorker {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'mcnn-bench-'))
  readonly #config: ExperimentConfig
  #trainer: Trainer | null = null
  #seen: TrainerMessage[] = []
  #look: (() => void) | null = null
  #ended: string | null = null

  /** @param epochs at least the number of requests plus two: the first epoch is the warm-up, and the last one never ends */
  constructor(
    private readonly entry: string,
    arch: Arch,
    variant: Variant,
    precision: Precision,
    private readonly batch: number,
    epochs: number,
  ) {
    const trainExamples = Math.max(10, epochSteps(batch) * batch)
    this.#config = {
      ...recipe,
      arch,
      variant,
      precision,
      seed: 1,
      dataset: 'synthetic',
      trainExamples,
      testExamples: 10,
      batchSize: batch,
      epochs,
      milestones: [],
    }
  }

  async start(): Promise<Ready> {
    const job: TrainerJob = {
      type: 'job',
      runId: 'bench',
      config: this.#config,
      datasetsDir: path.join(this.#folder, 'datasets'),
      runDir: this.#folder,
      tuningFile: path.join(this.#folder, 'tuning.json'),
      program: 'bench',
      git: null,
      checkpointSeconds: 180,
    }
    const listener = followingJournal(this.#folder, {
      message: (message) => {
        this.#seen.push(message)
        this.#look?.()
      },
      broken: (what) => this.#end(`the trainer sent ${what}`),
      closed: ({ code, signal, startError, output }) =>
        this.#end(startError?.message ?? `the trainer ended with ${signal ?? code}: ${output.at(-1) ?? 'no output'}`),
    })
    this.#trainer = new Trainer(this.entry, job, path.join(this.#folder, 'trainer.log'), listener)
    const { environment } = await this.#message('started')
    await this.#epoch()
    return { version: environment.tensorflow, device: environment.device }
  }

  async runSteps(): Promise<number[]> {
    this.#trainer?.send({ type: 'resume' })
    return [await this.#epoch()]
  }

  stop(): void {
    this.#trainer?.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Returns milliseconds per step of the next epoch; the trainer is paused then. */
  async #epoch(): Promise<number> {
    const { metrics } = await this.#message('epoch')
    this.#trainer?.send({ type: 'pause' })
    await this.#message('paused')
    return (this.batch / metrics.imagesPerSecond) * 1000
  }

  /** Returns the next message of that type; earlier ones are skipped. */
  async #message<T extends TrainerMessage['type']>(type: T): Promise<Extract<TrainerMessage, { type: T }>> {
    for (;;) {
      for (let next = this.#seen.shift(); next; next = this.#seen.shift()) {
        if (next.type === type) return next as Extract<TrainerMessage, { type: T }>
        if (next.type === 'failed') throw new Error(next.error.message)
        if (next.type === 'diverged') throw new Error(next.message)
      }
      if (this.#ended !== null) throw new Error(this.#ended)
      await new Promise<void>((resolve) => (this.#look = resolve))
    }
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#look?.()
  }
}
