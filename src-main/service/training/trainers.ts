/** One trainer process: starts it, sends commands, and reports its signals and its end. */
import { fork, type ChildProcess } from 'node:child_process'
import { trainerSignal, type TrainerCommand, type TrainerJob } from '../../contract/trainer/messages'
import type { RunProgress } from '../../contract/runs/runs'
import { OutputLog } from './outputLog'
import { trainerEnv } from './trainerEnv'
import { TrainerPriority } from './trainerPriority'

export interface TrainerEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** The error if the process could not be started. */
  startError: Error | null
  /** The last lines of output, oldest first. */
  output: string[]
}

export interface TrainerListener {
  progress(progress: RunProgress): void
  /** The run's journal has new lines. */
  journal(): void
  /** The disk does not accept the journal. @param error with the system's code */
  disk(error: Error): void
  /** The trainer sent something outside the contract. */
  broken(what: string): void
  /** The process has ended, and all of its signals have been delivered. */
  closed(end: TrainerEnd): void
}

/** How a supervisor reaches a trainer. */
export interface TrainerLink {
  /** Resolves when the process is gone, or is no longer followed. */
  readonly closed: Promise<TrainerEnd>
  /** A trainer that is just ending does not receive it: `closed` reports its end. */
  send(command: TrainerCommand): void
  kill(): void
}

/** How long to wait for its pipes after its exit: a process that it started may hold them open. */
const pipesMs = 5000

export class Trainer implements TrainerLink {
  readonly #child: ChildProcess
  readonly closed: Promise<TrainerEnd>

  /**
   * @param env variables that TensorFlow reads when it starts; missing ones are chosen for this machine
   * @param priority adjusts the priority of the process; by default it is unchanged
   */
  constructor(
    entry: string,
    job: TrainerJob,
    logFile: string,
    listener: TrainerListener,
    env: NodeJS.ProcessEnv = trainerEnv(),
    priority = new TrainerPriority(),
  ) {
    const output = new OutputLog(logFile)
    this.#child = fork(entry, [], {
      execPath: process.execPath,
      execArgv: [],
      env,
      serialization: 'json',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Outside of the terminal's process group: on Ctrl-C the service decides whether the run stops.
      detached: true,
    })
    if (this.#child.pid !== undefined) this.#child.on('exit', priority.add(this.#child.pid))
    if (this.#child.stdout) output.follow(this.#child.stdout)
    if (this.#child.stderr) output.follow(this.#child.stderr)
    this.#child.on('message', (raw) => {
      const { data: signal, error } = trainerSignal.safeParse(raw)
      if (!signal) listener.broken(describe(raw, error?.issues[0]))
      else if (signal.type === 'progress') listener.progress(signal.progress)
      else if (signal.type === 'journal') listener.journal()
      else listener.disk(Object.assign(new Error(signal.message), { code: signal.code }))
    })
    this.closed = new Promise((resolve) => {
      let startError: Error | null = null
      let ended = false
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (ended) return
        ended = true
        output.close()
        const result = { code, signal, startError, output: output.tail() }
        try {
          listener.closed(result)
        } finally {
          // An error of the listener must not keep callers waiting for the process.
          resolve(result)
        }
      }
      this.#child.on('close', end)
      this.#child.on('exit', (code, signal) => setTimeout(() => end(code, signal), pipesMs).unref())
      this.#child.on('error', (error) => {
        // Also emitted if a message could not be sent. It is the end only if there is no process.
        if (this.#child.pid !== undefined) return
        startError = error
        end(null, null)
      })
    })
    this.send(job)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(command: TrainerCommand): void {
    // A trainer that is ending cannot receive it. `closed` reports its end.
    if (this.#child.connected) this.#child.send(command, () => undefined)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

function describe(raw: unknown, issue: { path: PropertyKey[]; message: string } | undefined): string {
  const type = raw !== null && typeof raw === 'object' && 'type' in raw ? String(raw.type).slice(0, 50) : 'no type'
  return issue ? `${type}: ${issue.path.map(String).join('.')} ${issue.message}`.trim() : type
}
