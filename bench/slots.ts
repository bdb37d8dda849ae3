/** `npm run bench -- --slots`: images per second of several trainers at once, which share the cores, relative to one. */
import path from 'node:path'
import { textTable } from '../src-main/analysis/text/table'
import { fixed } from '../src-main/analysis/text/numbers'
import { archName } from '../src-main/analysis/text/names'
import type { Arch, Precision } from '../src-main/contract/experiment'
import { defaultThreads, type ThreadCounts } from '../src-main/contract/system/tuning'
import type { TimingJob } from '../src-main/contract/trainer/timing'
import type { BenchWorker } from '../src-main/service/machine/benchWorker'
import { JsonLinesProcess } from '../src-main/service/machine/jsonLinesProcess'
import { timeParallel } from '../src-main/service/machine/parallelTuning'
import { processor } from '../src-main/service/machine/processor'
import { programRoot } from '../src-main/service/training/git'
import { nodeArguments, trainerEnv } from '../src-main/service/training/trainerEnv'

const archs: readonly Arch[] = ['resnet-8', 'resnet-20']
const precisions: readonly Precision[] = ['float32', 'bfloat16']

interface Row {
  arch: Arch
  precision: Precision
  count: number
  /** Images per second of all trainers, relative to one. */
  ratio: number
}

/**
 * Times every network and precision, each in one run of alternating rounds.
 * @param print receives the table, then one JSON line per row
 */
export async function benchSlots(
  batch: number,
  log: (line: string) => void,
  print: (text: string) => void,
): Promise<void> {
  const rows: Row[] = []
  for (const arch of archs)
    for (const precision of precisions) {
      log(`${archName(arch)}, ${precision}, batch ${batch}`)
      rows.push(...(await timedRows({ arch, precision, variant: 'baseline', batch, warmUp: 4 }, log)))
    }
  const table = textTable({
    caption: `Images per second of several trainers, relative to one, batch ${batch}, ${processor().physical} cores`,
    columns: [
      { title: 'Network', align: 'left' },
      { title: 'Precision', align: 'left' },
      { title: 'Trainers', align: 'right' },
      { title: 'Ratio', align: 'right' },
    ],
    rows: rows.map(({ arch, precision, count, ratio }) => [archName(arch), precision, String(count), fixed(ratio, 2)]),
    notes: [],
  })
  print(`${table}\n${rows.map((row) => `${JSON.stringify(row)}\n`).join('')}`)
}

async function timedRows(
  job: TimingJob & Pick<Row, 'arch' | 'precision'>,
  log: (line: string) => void,
): Promise<Row[]> {
  const workers = new Set<BenchWorker>()
  const stop = (some: Iterable<BenchWorker>): void => {
    for (const worker of some) {
      worker.stop()
      workers.delete(worker)
    }
  }
  try {
    const results = await timeParallel({
      cores: processor().physical,
      alone: defaultThreads,
      createWorker: (threads: ThreadCounts) => {
        const entry = path.join(programRoot, 'out/main/trainer.js')
        const worker = new JsonLinesProcess(
          process.execPath,
          [...nodeArguments, entry, '--time-steps', JSON.stringify(job)],
          trainerEnv(process.env, threads),
        )
        workers.add(worker)
        return worker
      },
      stop,
      log,
      assertAlone: () => undefined,
    })
    return results.map((result) => ({ arch: job.arch, precision: job.precision, ...result }))
  } finally {
    stop([...workers])
  }
}
