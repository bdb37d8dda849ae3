/**
 * Batches that are ready before the step asks for them: a thread of its own prepares the next while one is trained on.
 */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { imageChannels, imageSize } from '../../contract/experiment'
import type { BatchPlan, LoadedDataset, Split } from '../../datasets'

const imageValues = imageSize * imageSize * imageChannels

export interface Batch {
  /**
   * Normalised [n, 32, 32, 3], or what they are to be made of. Of training examples n is `count`; of those that are
   * evaluated it is the batch size, and what lies behind `count` is of no meaning.
   */
  pictures: Float32Array<ArrayBuffer> | BatchPlan
  labels: Int32Array<ArrayBuffer>
  count: number
}

export type SplitName = 'train' | 'test' | 'validation'

/** What the thread is started with. */
export interface FeederData {
  data: Pick<LoadedDataset, SplitName | 'mean' | 'std'>
  batchSize: number
  seed: number
  augment: boolean
  /**
   * The graph holds the pixels: batches are plans. Validation examples are counted on from the test examples, behind
   * which they lie.
   */
  resident: boolean
}

export interface BatchRequest {
  split: SplitName
  /** From 1: decides order and augmentation of train examples. */
  epoch: number
  from: number
  count: number
  /** Those of a batch that is done with, to be used again. */
  buffers: { images: ArrayBuffer; labels: ArrayBuffer } | null
}

/** Batches under way at once: one that is trained on, one that is ready, one that is prepared. */
const ahead = 2

export class Feeder {
  private readonly worker: Worker
  private readonly sizes: Record<SplitName, number>
  private readonly ready: Batch[] = []
  private readonly free: NonNullable<BatchRequest['buffers']>[] = []
  private waiting: { resolve: (batch: Batch) => void; reject: (error: Error) => void } | null = null
  private failure: Error | null = null
  private waited = 0

  constructor(private readonly options: FeederData) {
    this.sizes = {
      train: options.data.train.count,
      test: options.data.test.count,
      validation: options.data.validation?.count ?? 0,
    }
    const { data } = options
    // The thread gets a copy: not of what it has no use for.
    const without = (split: Split): Split => ({ ...split, images: new Uint8Array() })
    const unseen = {
      train: without(data.train),
      test: without(data.test),
      validation: data.validation && without(data.validation),
    }
    const workerData: FeederData = options.resident ? { ...options, data: { ...data, ...unseen } } : options
    this.worker = new Worker(path.join(__dirname, 'feeder.js'), { workerData })
    this.worker.on('message', (batch: Batch) => {
      if (this.waiting) this.waiting.resolve(batch)
      else this.ready.push(batch)
      this.waiting = null
    })
    this.worker.on('error', (error) => {
      this.failure = error instanceof Error ? error : new Error(String(error))
      this.waiting?.reject(this.failure)
    })
  }

  /**
   * One pass over a split: train examples in the epoch's order and augmented, the others as they are. A batch's
   * arrays are the caller's until it asks for the next one. One pass at a time. @param first examples to pass over,
   * whole batches of them
   */
  async *batches(split: SplitName, epoch: number, first = 0): AsyncGenerator<Batch> {
    const { batchSize } = this.options
    const all = this.sizes[split]
    let asked = first
    const ask = (): void => {
      if (asked >= all) return
      const buffers = this.free.pop() ?? null
      const request: BatchRequest = { split, epoch, from: asked, count: Math.min(batchSize, all - asked), buffers }
      this.worker.postMessage(request, buffers ? [buffers.images, buffers.labels] : [])
      asked += batchSize
    }
    for (let i = 0; i < ahead; i++) ask()
    for (let from = first; from < all; from += batchSize) {
      const batch = await this.next()
      ask()
      yield split === 'train' ? cut(batch) : batch
      if (batch.pictures instanceof Float32Array)
        this.free.push({ images: batch.pictures.buffer, labels: batch.labels.buffer })
    }
  }

  /** Milliseconds for which a batch that was asked for was not there yet, since the last call. */
  takeWaited(): number {
    const waited = this.waited
    this.waited = 0
    return waited
  }

  close(): void {
    void this.worker.terminate()
  }

  private async next(): Promise<Batch> {
    if (this.failure) throw this.failure
    const batch = this.ready.shift()
    if (batch) return batch
    const since = performance.now()
    const late = await new Promise<Batch>((resolve, reject) => (this.waiting = { resolve, reject }))
    this.waited += performance.now() - since
    return late
  }
}

/** Without what lies behind its examples: a short batch has a step of its own. */
function cut({ pictures, labels, count }: Batch): Batch {
  return {
    pictures: pictures instanceof Float32Array ? pictures.subarray(0, count * imageValues) : pictures,
    labels: labels.subarray(0, count),
    count,
  }
}
