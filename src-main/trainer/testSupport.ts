/** Starts trainers as the service does, for tests. */
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { recipe, type ExperimentConfig } from '../contract/experiment'
import {
  trainerSignal,
  type TrainerCommand,
  type TrainerJob,
  type TrainerMessage,
  type TrainerSignal,
} from '../contract/trainer/messages'
import { JournalFollower } from '../journal/reader'

/** The built trainer: the test command builds it first. */
const entry = path.resolve('out/main/trainer.js')

/** What `fixtures/interruption.cjs` does to a trainer, at a defined point of its work. */
export interface Interruption {
  at: 'write' | 'sync' | 'rename' | 'renamed' | 'dlopen' | TrainerMessage['type'] | TrainerSignal['type']
  /** Acts when the trainer reaches the point for the nth time. */
  count: number
  act: 'kill' | 'stop' | 'pause' | 'hang'
}

export const interruptionScript = path.resolve('src-main/trainer/fixtures/interruption.cjs')
export const interruptionEnv = (interruption: Interruption): NodeJS.ProcessEnv => ({
  MCNN_INTERRUPTION: JSON.stringify(interruption),
})

/** Two epochs of four steps; the last step of each has fewer examples. */
export const config: ExperimentConfig = {
  ...recipe,
  arch: 'resnet-8',
  variant: 'mcnn-f',
  seed: 1,
  dataset: 'synthetic',
  trainExamples: 200,
  testExamples: 100,
  epochs: 2,
  batchSize: 64,
  milestones: [1],
}

export interface Trainer {
  /** Messages that the trainer wrote to the run's journal. */
  messages: TrainerMessage[]
  send: (command: TrainerCommand) => void
  child: ChildProcess
  /** Resolves with the first message of the type. Rejects if the process ends without one. */
  message: <T extends TrainerMessage['type']>(type: T, from?: number) => Promise<Extract<TrainerMessage, { type: T }>>
  /** Resolves with the first signal of the type. */
  signal: <T extends TrainerSignal['type']>(type: T) => Promise<Extract<TrainerSignal, { type: T }>>
  /** Resolves when the process has ended and its journal has been read. */
  exit: Promise<number | null>
}

/**
 * @param dir folder of data sets, measurements and, unless the job says otherwise, the run
 * @param env added to the environment of this process
 * @param interruption of the trainer's work; none by default
 */
export function startTrainer(
  dir: string,
  change: Partial<ExperimentConfig> = {},
  job: Partial<TrainerJob> = {},
  env: NodeJS.ProcessEnv = {},
  interruption: Interruption | null = null,
): Trainer {
  const runDir = job.runDir ?? path.join(dir, 'run')
  const follower = new JournalFollower(runDir)
  // Skip what earlier trainers wrote.
  follower.next()
  const child = fork(entry, [], {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: interruption ? ['--require', interruptionScript] : [],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...env, ...(interruption && interruptionEnv(interruption)) },
  })
  const messages: TrainerMessage[] = []
  const waiting = new Set<() => void>()
  const read = (): void => {
    messages.push(...follower.next())
    for (const wake of waiting) wake()
  }
  const signals: TrainerSignal[] = []
  child.on('message', (raw) => {
    const signal = trainerSignal.parse(raw)
    signals.push(signal)
    read()
  })
  const exit = new Promise<number | null>((resolve) => {
    const ended = (code: number | null): void => {
      read()
      resolve(code)
    }
    child.once('close', ended)
    // A channel that this side has closed emits no 'close'.
    child.once('exit', (code) => {
      if (!child.connected) ended(code)
    })
  })
  /** Resolves with the result of `find`. Rejects if the process ends before. */
  const first = <T>(type: string, find: () => unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found as T)
      }
      waiting.add(look)
      look()
      void exit.then((code) =>
        reject(new Error(`The trainer ended with ${code} before '${type}': ${JSON.stringify(messages.at(-1))}`)),
      )
    })
  const trainer: Trainer = {
    messages,
    child,
    exit,
    send: (command) => void child.send(command),
    message: (type, from = 0) => first(type, () => messages.slice(from).find((one) => one.type === type)),
    signal: (type) => first(type, () => signals.find((one) => one.type === type)),
  }
  trainer.send({
    type: 'job',
    runId: 'r1',
    config: { ...config, ...change },
    datasetsDir: path.join(dir, 'datasets'),
    tuningFile: path.join(dir, 'tuning.json'),
    runDir,
    program: 'test',
    git: null,
    checkpointSeconds: 180,
    ...job,
  })
  return trainer
}
