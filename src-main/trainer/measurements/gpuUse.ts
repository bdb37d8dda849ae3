/** Reads the use of a GPU from its driver while a run trains. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Meter } from '../control'

export interface GpuUse {
  /**
   * Share of the time in which the GPU computed anything, 0 to 1, as the mean of the readings. Other programs count
   * too.
   */
  gpuUtilization: number | null
  /** The highest reading of the GPU's used memory, by all processes. */
  gpuMemoryBytes: number | null
}

/** Between two readings, in seconds. */
const everySeconds = 1

/** Runs `nvidia-smi` with one line per second until `close`. Without the tool, or if it fails, the values are null. */
export class GpuWatch implements Meter {
  readonly #child: ChildProcess
  #readings: GpuUse[] = []
  #paused = false
  /** The next reading covers time before the resume. */
  #mixed = false
  /** Resolves when the tool has ended or could not be started, and its output has been read. */
  readonly closed: Promise<void>

  /** @param gpu index or UUID, as `nvidia-smi` accepts it */
  constructor(gpu: string) {
    this.#child = spawn(
      'nvidia-smi',
      [
        `--id=${gpu}`,
        '--query-gpu=utilization.gpu,memory.used',
        '--format=csv,noheader,nounits',
        `--loop=${everySeconds}`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    this.closed = new Promise((resolve) => {
      this.#child.on('close', () => resolve())
      this.#child.on('error', () => resolve())
    })
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.add(useIn(line)))
    // If this process is killed, the tool ends when it writes its next line.
  }

  /** Readings during a pause belong to other programs. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#mixed = true
  }

  /** Adds a reading of the driver's tool. */
  add(reading: GpuUse): void {
    if (!this.#paused && !this.#mixed) this.#readings.push(reading)
    if (!this.#paused) this.#mixed = false
  }

  /** Returns the use since the last call, without pauses. */
  take(): GpuUse {
    const readings = this.#readings
    this.#readings = []
    return summary(readings)
  }

  close(): void {
    this.#child.kill()
  }
}

/** @param line percent and MiB, '[N/A]' for unknown values */
export function useIn(line: string): GpuUse {
  const [percent = NaN, mebibytes = NaN] = line.split(',').map((text) => Number.parseFloat(text))
  return {
    gpuUtilization: percent >= 0 && percent <= 100 ? percent / 100 : null,
    gpuMemoryBytes: mebibytes >= 0 ? mebibytes * 2 ** 20 : null,
  }
}

export function summary(readings: readonly GpuUse[]): GpuUse {
  const shares = readings.flatMap(({ gpuUtilization: share }) => (share === null ? [] : [share]))
  const bytes = readings.flatMap(({ gpuMemoryBytes: used }) => (used === null ? [] : [used]))
  return {
    gpuUtilization: shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length,
    gpuMemoryBytes: bytes.length === 0 ? null : Math.max(...bytes),
  }
}
