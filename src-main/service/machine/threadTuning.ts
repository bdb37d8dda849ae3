/** Finds TensorFlow's fastest thread counts: one process per candidate, timed alternately. */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { median } from '../../analysis/statistics/statistics'
import { messageOf, WorkbenchError } from '../../contract/errors'
import { autoPrecision, chosenThreads } from '../../analysis/machine/choices'
import type { DeviceProbe } from '../../contract/trainer/messages'
import { defaultThreads, type ThreadCounts, type ThreadTimes, type ThreadTuning } from '../../contract/system/tuning'
import type { TimingJob } from '../../contract/trainer/timing'
import { JsonLinesProcess } from './jsonLinesProcess'
import type { BenchWorker } from './benchWorker'
import { timeParallel } from './parallelTuning'
import { busyShare, textOf, type Processor } from './processor'
import { nodeArguments, trainerEnv } from '../training/trainerEnv'
import { otherTrainers, type TrainerProcess } from '../../system/trainerProcesses'

/** Steps per request; the first one starts with cold caches and is not timed. */
const untimed = 1
const timed = 3
/** Pause after each request: threads may spin for a moment before they sleep. */
const restMs = 50
const rounds = { least: 3, most: 9, ms: 9000 }
/** Timeout of a start and of each request. */
const limitMs = 60_000
/** If other programs use more than this share of the processors, the times are not usable. */
const busyLimit = 0.25
const looks = { most: 4, ms: 500 }

/**
 * Returns at most 6 candidates: TensorFlow's default, then one thread per core and per processor, with few parallel
 * operations.
 */
export function threadCandidates({
  allowed,
  logical,
  physical,
}: Pick<Processor, 'allowed' | 'logical' | 'physical'>): ThreadCounts[] {
  const all: ThreadCounts[] = [
    defaultThreads,
    ...[physical, logical].flatMap((intraOp) => [1, 2].map((interOp) => ({ intraOp, interOp }))),
    { intraOp: physical, interOp: null },
  ]
  // Skip duplicates: explicit counts can equal TensorFlow's default.
  const different = new Map<string, ThreadCounts>()
  for (const threads of all) {
    const key = `${threads.intraOp ?? allowed.length} × ${threads.interOp ?? allowed.length}`
    if (!different.has(key) && (threads.interOp ?? 1) <= allowed.length) different.set(key, threads)
  }
  return [...different.values()]
}

export interface TuningRun {
  trainerEntry: string
  processor: Processor
  probe: () => Promise<DeviceProbe>
  log: (line: string) => void
  /** Folder for temporary files of the processes; default: the system's. */
  scratch?: string
  /** Cancels the measurement. */
  signal?: AbortSignal
  /** Whether several trainers at once are measured too. */
  parallel?: boolean
  /** Smaller in tests. */
  work?: Partial<TimingJob>
  busy?: () => Promise<boolean>
  /** Returns a trainer of another program that uses this machine now. */
  otherTrainer?: () => TrainerProcess | undefined
}

/** Another training uses the processors: what is measured next to it is not of this machine alone. */
class SharedMachine extends Error {
  constructor({ parent }: TrainerProcess) {
    super(`another MCNN Workbench (process ${parent}) is training on this machine`)
  }
}

/**
 * Takes about 15 seconds. Returns a reason instead of times if the machine is busy, another program trains before the
 * last round has ended, or something fails.
 * @throws WorkbenchError cancelled, and nothing else
 */
export async function tuneThreads({
  trainerEntry,
  processor,
  probe,
  log,
  scratch,
  signal,
  parallel = false,
  work = {},
  busy = () => isBusy(processor.allowed),
  otherTrainer = () => otherTrainers().at(0),
}: TuningRun): Promise<ThreadTuning> {
  const without = (problem: string): ThreadTuning => ({ at: new Date().toISOString(), problem })
  const candidates = threadCandidates(processor)
  if (candidates.length < 2) return without('with one processor there is nothing to choose')
  const assertAlone = (): void => {
    const other = otherTrainer()
    if (other) throw new SharedMachine(other)
  }
  let workers: BenchWorker[] = []
  const stop = (): void => workers.forEach((worker) => worker.stop())
  // A stopped process does not reply: do not wait for it.
  const aborted = signal
    ? once(signal, 'abort').then(() => Promise.reject(new Error('aborted')))
    : new Promise<never>(() => undefined)
  aborted.catch(() => undefined)
  try {
    assertAlone()
    if (await busy()) return without('the machine was busy with other work')
    const precision = autoPrecision(await probe())
    const job: TimingJob = { arch: 'resnet-20', variant: 'baseline', precision, batch: 64, warmUp: 4, ...work }
    const createWorker = (threads: ThreadCounts): BenchWorker => {
      const worker = new JsonLinesProcess(
        process.execPath,
        [...nodeArguments, trainerEntry, '--time-steps', JSON.stringify(job)],
        { ...trainerEnv(process.env, threads), ...(scratch !== undefined && { TMPDIR: scratch }) },
        limitMs,
      )
      workers.push(worker)
      return worker
    }
    const stopSome = (some: readonly BenchWorker[]): void => {
      for (const worker of some) worker.stop()
      workers = workers.filter((worker) => !some.includes(worker))
    }
    const timedWorkers = candidates.map(createWorker)
    log(`${candidates.length} processes load TensorFlow and warm up`)
    signal?.throwIfAborted()
    const [first] = await Promise.race([aborted, Promise.all(timedWorkers.map((worker) => worker.start()))])
    const measured = await Promise.race([aborted, timeInRounds(timedWorkers, log, assertAlone)])
    stopSome(timedWorkers)
    const times = timesOf(candidates, measured)
    const together = parallel
      ? await Promise.race([
          aborted,
          timeParallel({
            cores: processor.physical,
            alone: chosenThreads({ candidates: times }),
            createWorker,
            stop: stopSome,
            log,
            assertAlone,
          }),
        ])
      : undefined
    const own = { intraOp: processor.allowed.length, interOp: processor.allowed.length }
    return {
      at: new Date().toISOString(),
      device: first?.device ?? 'cpu',
      precision: job.precision,
      batch: job.batch,
      own,
      candidates: times,
      ...(together !== undefined && { parallel: together }),
    }
  } catch (thrown) {
    if (thrown instanceof SharedMachine) return { ...without(thrown.message), temporary: true }
    if (signal?.aborted) throw new WorkbenchError('cancelled', 'The measurement was interrupted.', { cause: thrown })
    return without(`the measurement failed: ${messageOf(thrown).replace(/\.$/, '').slice(0, 500)}`)
  } finally {
    stop()
  }
}

/**
 * Returns milliseconds of each timed step by round and process. The order is reversed in every second round.
 * @param assertAlone throws if another training has begun; called before and after each round
 */
async function timeInRounds(
  workers: readonly BenchWorker[],
  log: (line: string) => void,
  assertAlone: () => void,
): Promise<number[][][]> {
  const measured: number[][][] = []
  const started = performance.now()
  while (measured.length < rounds.least || (measured.length < rounds.most && performance.now() - started < rounds.ms)) {
    assertAlone()
    const order = [...workers.entries()]
    if (measured.length % 2 === 1) order.reverse()
    const round: number[][] = workers.map(() => [])
    for (const [i, worker] of order) {
      await setTimeout(restMs)
      round[i] = await worker.runSteps(untimed, timed)
    }
    assertAlone()
    measured.push(round)
    log(`round ${measured.length} of up to ${rounds.most}`)
  }
  return measured
}

/** @param measured milliseconds of each step by round and candidate; the first candidate is the reference */
export function timesOf(
  candidates: readonly ThreadCounts[],
  measured: readonly (readonly (readonly number[])[])[],
): ThreadTimes['candidates'] {
  return candidates.map((threads, i) => {
    const steps = measured.flatMap((round) => round[i] ?? [])
    const ratios = measured.map((round) => median(round[i] ?? []) / median(round[0] ?? []))
    return { threads, msStep: Number(median(steps).toFixed(3)), ratio: Number(median(ratios).toFixed(4)) }
  })
}

/** Returns whether other programs keep the processors busy; ignores a short peak. */
async function isBusy(allowed: readonly number[]): Promise<boolean> {
  const look = (): string => textOf('/proc/stat')
  for (let n = 0; n < looks.most; n++) {
    const before = look()
    await setTimeout(looks.ms)
    if ((busyShare(before, look(), allowed) ?? 0) <= busyLimit) return false
  }
  return true
}
