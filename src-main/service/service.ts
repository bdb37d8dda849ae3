/** The service: history, queue, studies and data sets behind the calls of the contract. */
import { serviceCalls, type ServiceCall, type ServiceParams, type ServiceParsed, type ServiceResult } from '../contract/calls'
import { fromErrorValue, messageOf, toErrorValue, WorkbenchError } from '../contract/errors'
import { History } from '../history/history'
import type { Context, Emit } from './context'
import { prepareDataDir } from './dataDir'
import { Datasets } from './datasets'
import { filterCalls } from './filterCalls'
import { gitState } from './git'
import type { Handlers } from './handlers'
import { modelCalls } from './modelCalls'
import { deviceProber } from './probe'
import { thisProcess } from './owner'
import { Queue, type QueueOptions } from './queue'
import { recover } from './recovery'
import { runCalls } from './runCalls'
import { searchCalls } from './searchCalls'
import { runListCalls } from './runListCalls'
import { studyCalls } from './studyCalls'
import { systemCalls } from './systemCalls'

export interface ServiceOptions {
  dataDir: string
  /** The script that trainers run. */
  trainerEntry: string
  /** The program's version, kept with every run. */
  program: string
  onEvent?: Emit
  /** Shorter in tests. */
  queue?: Partial<QueueOptions>
}

export interface Service {
  /** @throws WorkbenchError where the parameters are off or the call can't be carried out */
  call<C extends ServiceCall>(name: C, params: ServiceParams<C>): Promise<ServiceResult<C>>
  /** The same for what comes over a wire. */
  handle(name: string, params: unknown): Promise<unknown>
  /** Stops what trains within a few seconds and closes the history. Does nothing the second time. */
  close(): Promise<void>
}

/** Programs that die beside this one are noticed this often. */
const recoveryMs = 10_000

/** @throws WorkbenchError unavailable where the data directory or its history can't be used */
export async function createService(options: ServiceOptions): Promise<Service> {
  const paths = await prepareDataDir(options.dataDir)
  const history = new History(paths.database)
  const context: Context = {
    history,
    paths,
    emit: options.onEvent ?? (() => undefined),
    owner: thisProcess(),
    program: options.program,
    trainerEntry: options.trainerEntry,
    git: gitState(),
  }
  try {
    recover(context)
  } catch (thrown) {
    history.close()
    throw history.explained(thrown)
  }
  const queue = new Queue(context, { stopMs: 15_000, closeMs: 4000, checkpointSeconds: 180, ...options.queue })
  const datasets = new Datasets(context)
  const aborted = new AbortController()
  const probe = deviceProber(context.trainerEntry, aborted.signal)
  const handlers: Handlers = {
    ...systemCalls(context, probe),
    ...modelCalls(),
    ...datasets.calls(),
    ...studyCalls(context, queue, datasets, probe),
    ...runCalls(context, queue, datasets),
    ...runListCalls(context, queue),
    ...filterCalls(context),
    ...searchCalls(context),
  }
  const recovery = setInterval(() => {
    try {
      recover(context)
      queue.kick()
    } catch (thrown) {
      // A full disk or a lock held for long: asked again the next time.
      process.stderr.write(`The history could not be looked through: ${messageOf(thrown)}\n`)
    }
  }, recoveryMs).unref()
  let closed: Promise<void> | null = null

  async function call<C extends ServiceCall>(name: C, params: unknown): Promise<ServiceResult<C>> {
    if (closed) throw new WorkbenchError('unavailable', 'The service is closing.')
    const parsed = serviceCalls[name].params.safeParse(params)
    if (!parsed.success) throw fromErrorValue(toErrorValue(parsed.error))
    // The compiler can't follow the one name through both maps.
    try {
      return await handlers[name](parsed.data as ServiceParsed<C>)
    } catch (thrown) {
      throw history.explained(thrown)
    }
  }

  async function close(): Promise<void> {
    clearInterval(recovery)
    aborted.abort()
    await Promise.all([queue.close(), datasets.close()])
    history.close()
  }

  return {
    call,
    async handle(name, params) {
      if (!isServiceCall(name)) throw new WorkbenchError('bad-input', `There is no call ${name}.`)
      return call(name, params)
    },
    close: () => (closed ??= close()),
  }
}

function isServiceCall(name: string): name is ServiceCall {
  return Object.hasOwn(serviceCalls, name)
}
