/** Measures how many images per second several trainers at once process, relative to one trainer. */
import { freemem } from 'node:os'
import { margin, type ThreadCounts, type ThreadTimes } from '../../contract/system/tuning'
import { median } from '../../analysis/statistics/statistics'
import { mostSlots } from '../../contract/system/slots'
import type { BenchWorker } from './benchWorker'
import { sharedThreads } from './slots'

/** Memory of a trainer in bytes: about 0.93 GB was measured. */
const trainerBytes = 1.0e9
/** Steps per request: the first ones run before all trainers compute. */
const untimed = 1
const timed = 6
const rounds = 5

interface ParallelRun {
  /** Physical cores. */
  cores: number
  /** Thread counts of one trainer that has the machine to itself. */
  alone: ThreadCounts
  /** Creates a process that times steps; the caller stops it. */
  createWorker: (threads: ThreadCounts) => BenchWorker
  /** Stops processes before the end. */
  stop: (workers: readonly BenchWorker[]) => void
  log: (line: string) => void
  /** @throws if another program trains */
  assertAlone: () => void
}

/**
 * Measures 2, 4, 8 … trainers next to one, until more trainers are no longer clearly faster, or the cores or the memory
 * are used up.
 */
export async function timeParallel({
  cores,
  alone,
  createWorker,
  stop,
  log,
  assertAlone,
}: ParallelRun): Promise<NonNullable<ThreadTimes['parallel']>> {
  const results: NonNullable<ThreadTimes['parallel']> = []
  const one = createWorker(alone)
  await one.start()
  let best = 1
  for (let count = 2; count <= Math.min(cores, mostSlots); count *= 2) {
    if (freemem() < count * trainerBytes) break
    const threads = sharedThreads(cores, count) ?? alone
    const workers = Array.from({ length: count }, () => createWorker(threads))
    log(`${count} trainers at once, one in turns`)
    await Promise.all(workers.map((worker) => worker.start()))
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      assertAlone()
      const first = round % 2 === 0
      const before = first ? await stepsPerMillisecond([one]) : 0
      const together = await stepsPerMillisecond(workers)
      ratios.push(together / (first ? before : await stepsPerMillisecond([one])))
      assertAlone()
    }
    stop(workers)
    const ratio = Number(median(ratios).toFixed(4))
    results.push({ count, ratio })
    if (ratio * margin < best) break
    best = ratio
  }
  return results
}

async function stepsPerMillisecond(workers: readonly BenchWorker[]): Promise<number> {
  const times = await Promise.all(workers.map((worker) => worker.runSteps(untimed, timed)))
  return times.reduce((sum, ms) => sum + 1 / median(ms), 0)
}
