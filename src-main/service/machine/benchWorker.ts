/** What is timed in turns: a process of its own, still between its turns. */
export interface Ready {
  /** Of what it stands on: TensorFlow or PyTorch. */
  version: string
  /** 'cpu' or the GPU's name, as it says itself. */
  device: string
}

/** A failure of any of these is an Error whose message is a sentence without its end. */
export interface BenchWorker {
  /** Resolves when it is warm. */
  start(): Promise<Ready>
  /** @returns milliseconds of each of the `timed` steps, or their mean where single ones aren't known */
  turn(untimed: number, timed: number): Promise<number[]>
  stop(): void
}
