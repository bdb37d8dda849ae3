/** The service process as the shell starts it, with its trainers, for fault injection. */
import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ServiceCall, ServiceParams, ServiceResult } from '../../src-main/contract/calls'
import { serviceCalls } from '../../src-main/contract/calls'
import type { ErrorValue } from '../../src-main/contract/errors'
import { events, type EventName, type EventPayload } from '../../src-main/contract/events'
import { eventMessage, readyMessage, reply, startFailed } from '../../src-main/contract/wire'

/** Inherited by the service and its trainers: identifies them among other processes. */
const markName = 'MCNN_FAULTS'

export type Listener = <E extends EventName>(event: E, payload: EventPayload<E>) => void

/** The service reported why it does not start. */
export class NotStarted extends Error {
  constructor(readonly value: ErrorValue) {
    super(value.message)
  }
}

export class Program {
  readonly child: ChildProcess
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #lastId = 0

  private constructor(child: ChildProcess, listener: Listener, begun: (error: Error | null) => void) {
    this.child = child
    child.on('message', (message) => {
      const event = eventMessage.safeParse(message)
      const answered = reply.safeParse(message)
      const failed = startFailed.safeParse(message)
      if (event.success) {
        const name = event.data.event as EventName
        listener(name, events[name].parse(event.data.payload) as never)
      } else if (answered.success) {
        const waiting = this.#waiting.get(answered.data.id)
        this.#waiting.delete(answered.data.id)
        if (answered.data.ok) waiting?.resolve(answered.data.value)
        else waiting?.reject(new Error(answered.data.error.message))
      } else if (failed.success) begun(new NotStarted(failed.data.startFailed))
      else if (readyMessage.safeParse(message).success) begun(null)
    })
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        const error = new Error(`The service ended (${String(signal ?? code)}).`)
        begun(error)
        for (const { reject } of this.#waiting.values()) reject(error)
        this.#waiting.clear()
        resolve()
      }),
    )
  }

  /**
   * Resolves when the service is ready.
   * @param mark identifies its processes
   * @throws NotStarted with its reason
   */
  static async start(dataDir: string, mark: string, logFile: string, listener: Listener): Promise<Program> {
    const log = openSync(logFile, 'a')
    const { MCNN_DATA_DIR: _dataDir, ...env } = process.env
    const child = fork(
      path.join(__dirname, 'service.js'),
      ['--data-dir', dataDir, '--program', 'faults', '--checkpoint-seconds', '0.2'],
      {
        execArgv: [],
        serialization: 'json',
        stdio: ['ignore', log, log, 'ipc'],
        env: { ...env, [markName]: mark },
      },
    )
    closeSync(log)
    return new Promise((resolve, reject) => {
      const program: Program = new Program(child, listener, (error) => (error ? reject(error) : resolve(program)))
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  async call<C extends ServiceCall>(name: C, params: ServiceParams<C>): Promise<ServiceResult<C>> {
    if (!this.alive) throw new Error('The service has ended.')
    const id = ++this.#lastId
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.child.send({ id, call: name, params }, (error) => error && reject(error))
    })
    return serviceCalls[name].result.parse(value) as ServiceResult<C>
  }
}

/** Returns the trainers with a mark; they outlive a service that is killed. */
export function trainersOf(mark: string): number[] {
  return processesOf(mark).filter((pid) => commandOf(pid).includes('trainer.js'))
}

/** Returns the processes with a mark, without zombies. */
export function processesOf(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    try {
      return Number.isInteger(pid) &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${markName}=${mark}`)
        ? [pid]
        : []
    } catch {
      return []
    }
  })
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
