import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recipe } from '../../contract/experiment'
import { chosenThreads } from '../../analysis/machine/choices'
import { threadTimes } from '../../contract/system/tuning'
import type { TrainerMessage } from '../../contract/trainer/messages'
import { threadsNow, tuneMachine, type MachineTuning } from './machineTuning'
import { processor } from './processor'
import { knownTuning, machineKey, rememberTuning, threadsFile } from './threads'
import { threadCandidates } from './threadTuning'
import { followingJournal } from '../training/followedTrainer'
import { trainerEnv } from '../training/trainerEnv'
import { TrainerPriority } from '../training/trainerPriority'
import { Trainer } from '../training/trainers'

/** The built trainer: the test command builds it first. */
const trainerEntry = path.resolve('out/main/trainer.js')
const variables = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'MCNN_THREADS_FILE'] as const

let folder = ''
let before: Record<string, string | undefined> = {}
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-threads-'))
  before = Object.fromEntries(variables.map((name) => [name, process.env[name]]))
  for (const name of variables) Reflect.deleteProperty(process.env, name)
  process.env['MCNN_THREADS_FILE'] = path.join(folder, 'threads.json')
})
afterEach(() => {
  for (const name of variables) {
    Reflect.deleteProperty(process.env, name)
    if (before[name] !== undefined) process.env[name] = before[name]
  }
  rmSync(folder, { recursive: true })
})

const options = (changes: Partial<MachineTuning> = {}): MachineTuning => ({
  trainerEntry,
  once: false,
  log: () => undefined,
  work: { arch: 'resnet-8', batch: 8, warmUp: 1 },
  busy: () => Promise.resolve(false),
  ...changes,
})

describe('thread counts of this machine', () => {
  it.skipIf(threadCandidates(processor()).length < 2)(
    'are measured with the real TensorFlow, stored, and not measured again by the setup',
    async () => {
      const { tuning, threads } = await tuneMachine(options())
      const times = threadTimes.parse(tuning)
      expect(times.candidates.map((candidate) => candidate.threads)).toEqual(threadCandidates(processor()))
      expect(times.candidates[0]?.ratio).toBe(1)
      expect(threads).toMatchObject({ ...chosenThreads(times), source: 'measured' })
      expect(knownTuning()).toEqual(tuning)
      expect((await tuneMachine(options({ once: true, trainerEntry: 'not there' }))).tuning).toEqual(tuning)
      // A later failure does not remove a stored measurement.
      expect((await tuneMachine(options({ trainerEntry: 'not there' }))).tuning).toMatchObject({
        problem: expect.stringContaining('failed') as string,
      })
      expect(knownTuning()).toEqual(tuning)
    },
  )

  it.skipIf(threadCandidates(processor()).length < 2)(
    'stay TensorFlow’s default, with a reason, if the machine is busy or TensorFlow does not load',
    async () => {
      const busy = await tuneMachine(options({ busy: () => Promise.resolve(true) }))
      expect(busy).toMatchObject({
        tuning: { problem: 'the machine was busy with other work' },
        threads: { intraOp: null, interOp: null, source: 'own' },
      })
      const broken = await tuneMachine(options({ trainerEntry: path.join(folder, 'nothing.js') }))
      expect(broken).toMatchObject({
        tuning: { problem: expect.stringContaining('TensorFlow does not load') as string },
        threads: { source: 'own' },
      })
    },
  )

  it.skipIf(threadCandidates(processor()).length < 2)(
    'are not measured during the training of another program, but after it',
    async () => {
      const other = { pid: 4711, parent: 4710 }
      const problem = 'another MCNN Workbench (process 4710) is training on this machine'
      expect((await tuneMachine(options({ otherTrainer: () => other }))).tuning).toMatchObject({ problem })
      // Another training starts while the first round is measured.
      const lines: string[] = []
      const later = await tuneMachine(
        options({ log: (line) => lines.push(line), otherTrainer: () => (lines.length > 0 ? other : undefined) }),
      )
      expect(later).toMatchObject({ tuning: { problem, temporary: true }, threads: { source: 'own' } })
      expect(lines).toHaveLength(1)
      expect(knownTuning()).toBeNull()
      const once = await tuneMachine(options({ once: true }))
      expect(threadTimes.safeParse(once.tuning).success).toBe(true)
    },
  )

  it('can be cancelled', async () => {
    const aborted = new AbortController()
    await expect(tuneMachine(options({ signal: aborted.signal, log: () => aborted.abort() }))).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(knownTuning()).toBeNull()
  })

  it.each([
    ['measured', { intraOp: 3, interOp: 1 }, { intraOp: 3, interOp: 1 }],
    ['TensorFlow’s own', { intraOp: null, interOp: null }, null],
  ])('are those that a run really uses; stored reason: %s', async (_, threads, stored) => {
    const own = { intraOp: processor().allowed.length, interOp: processor().allowed.length }
    const measured = [
      { threads: { intraOp: null, interOp: null }, msStep: 10, ratio: 1 },
      ...(stored ? [{ threads, msStep: 5, ratio: 0.5 }] : []),
    ]
    rememberTuning(
      { at: new Date().toISOString(), device: 'cpu', precision: 'float32', batch: 64, own, candidates: measured },
      threadsFile(),
      machineKey() ?? '',
    )
    expect(threadsNow()).toMatchObject({ ...threads, source: 'measured' })
    const { environment, pools, priorities, session } = await start()
    expect(environment.threads).toEqual(stored ?? own)
    // The niceness applies to each thread, not only to the first.
    expect(priorities).toEqual([Math.min(19, getPriority() + 5)])
    if (session !== null) expect(session).toBe(Math.min(19, getPriority() + 5))
    // TensorFlow's threads by name: each of its two pools (for single ops and for graphs) has the requested number.
    expect(pools).toBe(2 * (stored ?? own).interOp)
  })
})

async function start(): Promise<{
  environment: Extract<TrainerMessage, { type: 'started' }>['environment']
  pools: number
  priorities: number[]
  session: number | null
}> {
  const config = {
    ...recipe,
    arch: 'resnet-8',
    variant: 'baseline',
    precision: 'float32',
    seed: 1,
    dataset: 'synthetic',
    trainExamples: 100,
    testExamples: 20,
    batchSize: 10,
    epochs: 1000,
    milestones: [],
  } as const
  let trainer: Trainer | undefined
  try {
    return await new Promise((resolve, reject) => {
      let environment: Extract<TrainerMessage, { type: 'started' }>['environment'] | null = null
      trainer = new Trainer(
        trainerEntry,
        {
          type: 'job',
          runId: 'r',
          config: { ...config, milestones: [] },
          datasetsDir: path.join(folder, 'datasets'),
          runDir: folder,
          tuningFile: path.join(folder, 'tuning.json'),
          program: 'test',
          git: null,
          checkpointSeconds: 180,
        },
        path.join(folder, 'trainer.log'),
        followingJournal(folder, {
          message: (message) => {
            if (message.type === 'started') environment = message.environment
            // Steps have run by then.
            else if (message.type === 'epoch' && environment)
              resolve({
                environment,
                pools: namedThreads(trainer?.pid ?? 0, 'tf_Compute'),
                priorities: prioritiesOf(trainer?.pid ?? 0),
                session: sessionNiceness(trainer?.pid ?? 0),
              })
          },
          broken: (what) => reject(new Error(what)),
          closed: ({ output }) => reject(new Error(output.join('\n'))),
        }),
        trainerEnv(),
        new TrainerPriority({ usual: 5, inUse: 5 }),
      )
    })
  } finally {
    trainer?.kill()
    await trainer?.closed
  }
}

function namedThreads(pid: number, name: string): number {
  return readdirSync(`/proc/${pid}/task`).filter(
    (task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim() === name,
  ).length
}

/** Returns the distinct niceness values of all threads. */
function prioritiesOf(pid: number): number[] {
  return [...new Set(readdirSync(`/proc/${pid}/task`).map((task) => getPriority(Number(task))))]
}

/** Returns null if the system shares processors only among processes. */
function sessionNiceness(pid: number): number | null {
  try {
    return Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1])
  } catch {
    return null
  }
}
