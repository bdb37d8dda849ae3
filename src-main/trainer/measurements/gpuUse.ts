/** What a GPU's driver says of its use while a run trains. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Meter } from '../control'

export interface GpuUse {
  /**
   * Part of the time in which the GPU computed anything, 0 to 1, mean of the readings; whoever else uses it counts too.
   */
  gpuUtilization: number | null
  /** The highest of the readings of the GPU's used memory, by all processes. */
  gpuMemoryBytes: number | null
}

/** Between two readings. */
const everySeconds = 1

/**
 * `nvidia-smi` as a process that says a line a second, until `close`; where there is none, or it fails, nothing was
 * measured.
 */
export class GpuWatch implements Meter {
  readonly #child: ChildProcess
  #readings: GpuUse[] = []
  #paused = false
  /** The next reading covers time before the resume. */
  #mixed = false
  /** Resolves when the tool has ended, or could not be started, and all that it printed has been read. */
  readonly closed: Promise<void>

  /** @param gpu index or UUID, as `nvidia-smi` takes it */
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
    // Where this process is killed, its next line finds nobody, and it ends.
  }

  /** Readings during a pause are of other programs' work. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#mixed = true
  }

  /** Takes a reading of the driver's tool. */
  add(reading: GpuUse): void {
    if (!this.#paused && !this.#mixed) this.#readings.push(reading)
    if (!this.#paused) this.#mixed = false
  }

  /** Returns the use since the last call, pauses left out. */
  take(): GpuUse {
    const readings = this.#readings
    this.#readings = []
    return summary(readings)
  }

  close(): void {
    this.#child.kill()
  }
}

/** @param line percent and MiB, '[N/A]' where the driver does not tell */
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
