/** One trainer process: started, spoken to, watched until it is gone. */
import { fork, type ChildProcess } from 'node:child_process'
import { trainerSignal, type TrainerCommand, type TrainerJob } from '../../contract/trainer/messages'
import type { RunProgress } from '../../contract/runs/runs'
import { OutputLog } from './outputLog'
import { trainerEnv } from './trainerEnv'
import { TrainerPriority } from './trainerPriority'

export interface TrainerEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** The process could not be started at all. */
  startError: Error | null
  /** Its last lines of output, oldest first. */
  output: string[]
}

export interface TrainerListener {
  progress(progress: RunProgress): void
  /** There is more in the run's journal. */
  journal(): void
  /** The disk does not take the journal. @param error with the system's code */
  disk(error: Error): void
  /** It said something outside the contract. */
  broken(what: string): void
  /** It is gone, and everything that it signalled has been handed over. */
  closed(end: TrainerEnd): void
}

/** After its exit, how long to wait for its pipes, which a process that it started may hold open. */
const pipesMs = 5000

export class Trainer {
  readonly #child: ChildProcess
  readonly closed: Promise<TrainerEnd>

  /**
   * @param env what TensorFlow reads when it starts; this machine's own choice where nothing is said
   * @param priority adjusts how far the process gives way to others, such as a window; not at all by default
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
      // Out of the terminal's process group: on Ctrl-C the service decides what becomes of the run.
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
          // Whoever waits for the process must not wait for what the listener could not do.
          resolve(result)
        }
      }
      this.#child.on('close', end)
      this.#child.on('exit', (code, signal) => setTimeout(() => end(code, signal), pipesMs).unref())
      this.#child.on('error', (error) => {
        // Also raised where a message could not be sent: only without a process is it the end.
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
    // A trainer that is just ending can't take it any more; its end is told by `closed`.
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
