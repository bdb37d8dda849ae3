/**
 * `npm run replay -- --study STUDY --python PYTHON --out FILE`: trains each finished run of a study again in PyTorch,
 * with the run's own initial weights, order and augmentation, and compares the test accuracies in pairs. Finished pairs
 * are kept in FILE after each replay; a later call continues there.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { version } from '../../package.json'
import { messageOf } from '../../src-main/contract/errors'
import type { ExperimentConfig } from '../../src-main/contract/experiment'
import { writeAtomicallySync } from '../../src-main/files/durable'
import type { RunSummary } from '../../src-main/contract/runs/runs'
import { loadDataset } from '../../src-main/datasets'
import { defaultDataDir } from '../../src-main/service/storage/dataDir'
import { createService, type Service } from '../../src-main/service/app/service'
import { flagsOf, wrongUse } from '../flags'
import { writeDraws } from './draws'
import { summarise, type Pair } from './pairs'

const usage = 'npm run replay -- --study STUDY --python PYTHON --out FILE [--data-dir DIR] [--threads N] [--float64]'

/** One line of `torch_replay.py`. */
interface ReplayedEpoch {
  epoch: number
  trainLoss: number
  testLoss: number
  testAccuracy: number
  /** Of the epoch's first two steps. */
  firstLosses: number[]
  torch: string
  threads: number
}

interface KeptPair extends Pair {
  config: ExperimentConfig
  /** Threads per operation in the program's own run. */
  programThreads: number | null
  programCommit: string | null
  epochs: ReplayedEpoch[]
}

async function main(): Promise<void> {
  const values = flagsOf(
    {
      study: { type: 'string' },
      python: { type: 'string' },
      out: { type: 'string' },
      'data-dir': { type: 'string', default: defaultDataDir() },
      threads: { type: 'string' },
      float64: { type: 'boolean', default: false },
    },
    usage,
  )
  const { study, python, out, threads, float64 } = values
  if (study === undefined || python === undefined || out === undefined) return wrongUse('', usage)
  const dataDir = path.resolve(values['data-dir'])
  const flags = [...(threads === undefined ? [] : ['--threads', threads]), ...(float64 ? ['--float64'] : [])]
  const pairs: KeptPair[] = existsSync(out)
    ? (JSON.parse(readFileSync(out, 'utf8')) as { pairs: KeptPair[] }).pairs
    : []
  const service = await createService({
    dataDir,
    trainerEntry: path.join(__dirname, 'trainer.js'),
    program: version,
    as: 'replay',
    access: 'read',
    onEvent: () => undefined,
  })
  try {
    const runs = await finishedRuns(service, study)
    if (runs.length === 0) return wrongUse(`${study} has no finished run.\n`, usage)
    for (const run of runs) {
      if (pairs.some(({ runId }) => runId === run.id)) continue
      pairs.push(await replay(service, run, { dataDir, python, flags }))
      keep(out, pairs)
      process.stderr.write(
        `${pairs.length}/${runs.length} ${run.variant}, seed ${run.seed}: ${percent(run.testAccuracy)} here, ${percent(pairs.at(-1)?.replay)} replayed\n`,
      )
    }
  } finally {
    await service.close()
  }
  process.stdout.write(`${JSON.stringify(summarise(pairs))}\n`)
}

const percent = (value: number | null | undefined): string => `${(100 * (value ?? NaN)).toFixed(2)} %`

async function finishedRuns(service: Service, name: string): Promise<RunSummary[]> {
  const studies = await service.call('studies.list', {})
  const study = studies.find(({ id }) => id === name) ?? studies.find((one) => one.name === name)
  if (!study) throw new Error(`There is no study ${name}.`)
  const { runs } = await service.call('studies.get', { id: study.id })
  return runs.filter(({ state }) => state === 'done')
}

async function replay(
  service: Service,
  run: RunSummary,
  { dataDir, python, flags }: { dataDir: string; python: string; flags: string[] },
): Promise<KeptPair> {
  const { config, environment } = await service.call('runs.get', { id: run.id })
  const folder = await mkdtemp(path.join(tmpdir(), 'mcnn-replay-'))
  try {
    await writeDraws(folder, config, await loadDataset({ datasetsDir: path.join(dataDir, 'datasets'), ...config }))
    const epochs = await trained(python, [path.join(__dirname, '../peers/torch_replay.py'), folder, ...flags])
    const last = epochs.at(-1)
    if (last?.epoch !== config.epochs)
      throw new Error(`The replay of ${run.id} ended after ${epochs.length} of ${config.epochs} epochs.`)
    return {
      runId: run.id,
      variant: run.variant,
      seed: run.seed,
      program: run.testAccuracy ?? NaN,
      replay: last.testAccuracy,
      config,
      programThreads: environment?.threads.intraOp ?? null,
      programCommit: environment?.git?.commit ?? null,
      epochs,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @throws Error if the replay fails; its standard error passes through */
async function trained(python: string, args: string[]): Promise<ReplayedEpoch[]> {
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const epochs: ReplayedEpoch[] = []
  for await (const line of createInterface({ input: child.stdout })) epochs.push(JSON.parse(line) as ReplayedEpoch)
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`${python} ended with ${code ?? 'a signal'}.`)
  return epochs
}

function keep(file: string, pairs: readonly KeptPair[]): void {
  writeAtomicallySync(file, `${JSON.stringify({ summary: summarise(pairs), pairs }, null, 1)}\n`)
}

main().catch((thrown: unknown) => {
  process.stderr.write(`replay: ${messageOf(thrown)}\n`)
  process.exitCode = 1
})
