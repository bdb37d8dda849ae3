/** Manages the service process: starts, watches, restarts and stops it. Independent of Electron. */
import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { environmentFor } from '../../system/childEnvironment'
import type { CloseCause } from '../../contract/runs/endReasons'
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import { events, type EventPayload } from '../../contract/events'
import type { Repair } from '../../contract/system/storage'
import { eventMessage, readyMessage, repaired, reply, startFailed, type CloseRequest } from '../../contract/wire'
import { PendingCalls } from './pendingCalls'
import { RestartLimit } from './restarts'
import { endReason } from './serviceEnd'
import { ServiceLog } from './serviceLog'

export type ServiceState = EventPayload<'service.state'>

export interface ServiceOptions {
  /** The Node that runs it. */
  node: string
  script: string
  args: readonly string[]
  /** null keeps the last lines in memory only. */
  logFile: string | null
  /** How long the service may take to close on request, and after SIGTERM; in ms. */
  shutdownTimeouts?: { graceful: number; sigterm: number }
  onState: (state: ServiceState) => void
  /** Neither name nor payload is checked yet. */
  onEvent: (name: string, payload: unknown) => void
}

const maxRestarts = 3
const restartWindowMs = 60_000
/** Timeouts of the shutdown. The service exits itself when the channel closes; these are for one that hangs. */
const defaultShutdownTimeouts = { graceful: 6000, sigterm: 3000 }
/** Added to the time that the service allows its trainer, in ms. */
const closingMarginMs = 2000
/** Output of a dying process may arrive after its exit event. */
const lastWordsMs = 300

/** Error codes of a service that refuses its data directory. */
const refusals: ReadonlySet<ErrorValue['code']> = new Set(['bad-input', 'bad-data', 'unavailable'])

export class Service {
  readonly #options: ServiceOptions
  readonly #log: ServiceLog
  readonly #restarts = new RestartLimit(maxRestarts, restartWindowMs)
  readonly #pending = new PendingCalls()
  /** Calls made before the service was ready. */
  #held: { id: number; call: string; params: unknown }[] = []
  #child: ChildProcess | null = null
  #gone: Promise<void> = Promise.resolve()
  #state: ServiceState = { state: 'stopped', detail: null }
  #failure: ErrorValue | null = null
  #repair: ((outcome: Repair | ErrorValue) => void) | null = null
  #stopping = false
  #closeCause: CloseCause = 'closed'
  /** Milliseconds that the service needs to close cleanly, as it reported. */
  #closingMs = 0
  #restarting: Promise<void> | null = null

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#log = new ServiceLog(options.logFile)
  }

  get state(): ServiceState {
    return this.#state
  }

  /** Returns at once; `onState` reports the result. */
  start(): void {
    if (this.#child) return
    this.#stopping = false
    this.#failure = null
    const missing = this.#missing()
    if (missing !== null)
      this.#halt({
        code: 'unavailable',
        message: missing,
        fix: 'Close the program and run `npm start` again: it installs what is missing.',
      })
    else this.#spawn(null)
  }

  /**
   * @returns the value, checked only for its envelope
   * @throws WorkbenchError of the service, or `unavailable` if it is not running
   */
  call(call: string, params: unknown): Promise<unknown> {
    if (this.#state.state === 'stopped') return Promise.reject(this.#unavailable())
    return this.#pending.add((id) => {
      const request = { id, call, params }
      if (this.#state.state === 'running') this.#send(request)
      else this.#held.push(request)
    })
  }

  /** Restarts on the user's request: also a running service, and however often it failed. */
  restart(): Promise<void> {
    this.#restarting ??= this.stop().then(() => {
      this.#restarting = null
      this.#restarts.reset()
      this.start()
    })
    return this.#restarting
  }

  /**
   * Repairs the history in a separate process while the service is stopped, then starts the service again.
   * @throws WorkbenchError as the repair does
   */
  async repair(): Promise<Repair> {
    if (this.#repair) throw new WorkbenchError('conflict', 'A repair of the database is already running.')
    await this.stop()
    this.#stopping = false
    this.#failure = null
    const outcome = await new Promise<Repair | ErrorValue>((resolve) => {
      this.#repair = resolve
      this.#spawn(null, ['--repair'])
    })
    await this.#gone
    this.#repair = null
    if ('code' in outcome) throw fromErrorValue(outcome)
    this.#restarts.reset()
    this.start()
    return outcome
  }

  /** Adds a note to the service's log. */
  note(what: string): void {
    this.#log.add(`--- ${new Date().toISOString()} ${what}\n`)
  }

  /**
   * Stops the service and waits for its exit: by a message, then SIGTERM, then SIGKILL.
   * @param cause is recorded with running runs
   */
  async stop(cause: CloseCause = 'closed'): Promise<void> {
    this.#stopping = true
    this.#closeCause = cause
    const child = this.#child
    if (!child) return
    if (child.connected)
      child.send({ close: cause } satisfies CloseRequest, () => child.connected && child.disconnect())
    const { graceful, sigterm } = this.#options.shutdownTimeouts ?? defaultShutdownTimeouts
    const inOrder = Math.max(graceful, this.#closingMs + closingMarginMs)
    const terminate = setTimeout(() => child.kill('SIGTERM'), inOrder)
    const force = setTimeout(() => killGroup(child), inOrder + sigterm)
    await this.#gone
    clearTimeout(terminate)
    clearTimeout(force)
  }

  #missing(): string | null {
    const { node, script } = this.#options
    try {
      accessSync(node, constants.X_OK)
    } catch {
      return `The Node that runs the service is missing (${node}).`
    }
    try {
      accessSync(script, constants.R_OK)
    } catch {
      return `The service is not built (${script} is missing).`
    }
    return null
  }

  #spawn(detail: string | null, more: readonly string[] = []): void {
    const { node, script, args } = this.#options
    this.#log.begin(`--- ${new Date().toISOString()} started`)
    // A process group of its own: Ctrl+C in the terminal reaches only the shell, which then stops the service cleanly.
    const child = spawn(node, [script, ...args, ...more], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
      env: environmentFor('service', process.env),
      detached: true,
      windowsHide: true,
    })
    this.#child = child
    this.#closingMs = 0
    if (child.stdout) this.#log.follow(child.stdout)
    if (child.stderr) this.#log.follow(child.stderr)
    child.on('message', (message) => this.#receive(child, message))
    this.#gone = new Promise((resolve) => {
      let ended = false
      const end = (code: number | null, signal: string | null, startError: string | null): void => {
        if (ended) return
        ended = true
        this.#ended(child, endReason({ code, signal, startError, lastWords: this.#log.lastWords() }))
        resolve()
      }
      child.on('error', (error) => {
        // Also emitted for a message that could not be sent: the process still exists then and exits later.
        if (child.pid === undefined) end(null, null, error.message)
      })
      child.on('exit', (code, signal) => setTimeout(() => end(code, signal, null), lastWordsMs))
      child.on('close', (code, signal) => end(code, signal, null))
    })
    this.#setState({ state: 'starting', detail })
  }

  #receive(child: ChildProcess, message: unknown): void {
    if (child !== this.#child) return
    // Check the most frequent messages first: a schema that does not match costs more than one that does.
    const event = eventMessage.safeParse(message)
    if (event.success) {
      if (event.data.event === 'system.closing')
        this.#closingMs = events['system.closing'].safeParse(event.data.payload).data?.ms ?? 0
      this.#options.onEvent(event.data.event, event.data.payload)
      return
    }
    const answered = reply.safeParse(message)
    if (answered.success) {
      this.#pending.settle(answered.data)
      return
    }
    const finished = repaired.safeParse(message)
    if (finished.success) {
      this.#repair?.(finished.data.repaired)
      return
    }
    const failed = startFailed.safeParse(message)
    if (failed.success) {
      this.#failure = failed.data.startFailed
      return
    }
    if (readyMessage.safeParse(message).success) {
      this.#setState({ state: 'running', detail: null })
      for (const request of this.#held.splice(0)) this.#send(request)
      return
    }
    this.#log.add('the shell received an unknown message\n')
  }

  #send(request: { id: number; call: string; params: unknown }): void {
    // If the channel is closed, the process exits soon and rejects every pending call.
    this.#child?.send(request, () => undefined)
  }

  #ended(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return
    this.#child = null
    this.note(this.#stopping ? `stopped (${this.#closeCause})` : reason)
    if (this.#repair) {
      // Its message arrives before its exit; without one it crashed.
      const failure = this.#failure ?? { code: 'internal' as const, message: reason }
      this.#repair(failure)
      this.#halt({ ...failure, code: this.#stopping ? 'unavailable' : 'damaged' })
    } else if (this.#stopping) {
      this.#halt({ code: 'unavailable', message: 'The service was stopped.' })
    } else if (this.#failure) {
      this.#halt(this.#failure, refusals.has(this.#failure.code))
    } else if (this.#restarts.tryAcquire(performance.now())) {
      const held = new Set(this.#held.map((request) => request.id))
      this.#pending.reject({ code: 'unavailable', message: reason, fix: 'The service is restarting: try again.' }, held)
      this.#spawn(reason)
    } else {
      this.#halt({
        code: 'unavailable',
        message: `${reason} It ended ${maxRestarts + 1} times within a minute and is not restarted.`,
      })
    }
  }

  /** Stops permanently, with a reason. */
  #halt(failure: ErrorValue, refused = false): void {
    this.#failure = failure
    this.#held = []
    // The window itself explains how to repair a corrupt history.
    if (failure.code === 'damaged') this.#setState({ state: 'stopped', detail: failure.message, damaged: true })
    else
      this.#setState({
        state: 'stopped',
        detail: failure.fix === undefined ? failure.message : `${failure.message} ${failure.fix}`,
        ...(refused && { refused }),
      })
    this.#pending.reject(failure)
  }

  #unavailable(): WorkbenchError {
    return fromErrorValue(this.#failure ?? { code: 'unavailable', message: 'The service has not been started.' })
  }

  #setState(state: ServiceState): void {
    this.#state = state
    this.#options.onState(state)
  }
}

/** Kills the service and all processes that it started. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
