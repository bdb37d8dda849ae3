/** A process that runs timed steps on request and is idle in between. */
export interface Ready {
  /** Version of TensorFlow or PyTorch. */
  version: string
  /** 'cpu' or the name of the GPU. */
  device: string
}

/** Every failure is an Error whose message is a sentence without a full stop. */
export interface BenchWorker {
  /** Resolves after the warm-up. */
  start(): Promise<Ready>
  /** @returns milliseconds of each timed step, or only their mean if single steps are not known */
  runSteps(untimed: number, timed: number): Promise<number[]>
  stop(): void
}
