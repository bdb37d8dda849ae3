/** Prepares batches ahead of the training loop, in a thread of its own. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { imageChannels, imageSize } from '../../contract/experiment'
import type { BatchPlan, LoadedDataset, Split } from '../../datasets'

const imageValues = imageSize * imageSize * imageChannels

export interface Batch {
  /**
   * Normalised [n, 32, 32, 3], or a plan for them. n is `count` for training examples. For evaluated examples n is the
   * batch size, and the content after `count` has no meaning.
   */
  pictures: Float32Array<ArrayBuffer> | BatchPlan
  labels: Int32Array<ArrayBuffer>
  count: number
}

export type SplitName = 'train' | 'test' | 'validation'

/** The `workerData` of the thread. */
export interface FeederData {
  data: Pick<LoadedDataset, SplitName | 'mean' | 'std'>
  batchSize: number
  seed: number
  augment: boolean
  /** The graph holds the pixels, and batches are plans. Validation examples are numbered after the test examples. */
  resident: boolean
}

export interface BatchRequest {
  split: SplitName
  /** From 1. Decides the order and augmentation of training examples. */
  epoch: number
  from: number
  count: number
  /** Arrays of a finished batch, to be reused. */
  buffers: { images: ArrayBuffer; labels: ArrayBuffer } | null
}

/** Batches in progress at once: one in training, one ready, one in preparation. */
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
    // The thread gets a copy, without the parts that it does not use.
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
   * One pass over a split: training examples in the epoch's order and augmented, others unchanged. The arrays of a
   * batch are valid until the next one is requested. Only one pass at a time.
   * @param first examples to skip, a multiple of the batch size
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

  /** Milliseconds since the last call during which a requested batch was not ready. */
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

/** Without the content after its examples: a short batch has its own step. */
function cut({ pictures, labels, count }: Batch): Batch {
  return {
    pictures: pictures instanceof Float32Array ? pictures.subarray(0, count * imageValues) : pictures,
    labels: labels.subarray(0, count),
    count,
  }
}
