/** The service: implements the calls of the contract on history, queue, studies and data sets. */
import path from 'node:path'
import {
  serviceCalls,
  type ServiceCall,
  type ServiceParams,
  type ServiceParsed,
  type ServiceResult,
} from '../../contract/calls'
import type { CloseCause } from '../../contract/runs/endReasons'
import { fromErrorValue, messageOf, toErrorValue, WorkbenchError } from '../../contract/errors'
import type { Context, Emit } from './context'
import { openDataDir } from '../storage/dataDirIdentity'
import { removeLeftovers, type DownloadSetup } from '../../datasets'
import { Datasets } from '../datasets/datasets'
import { Disk, type DiskOptions } from '../storage/disk'
import { filterCalls } from '../models/filterCalls'
import { gitState } from '../training/git'
import { MachineSlots } from '../machine/slots'
import type { Handlers } from './handlers'
import { modelCalls } from '../models/modelCalls'
import { ModelThread } from '../models/modelThread'
import { deviceProber } from '../machine/probe'
import { thisProcess } from '../../files/processIdentity'
import { WriteAccess } from '../access/writeAccess'
import { DataDirRemoved, openHistory, type Access } from '../access/openHistory'
import { publishCalls } from '../studies/publishCalls'
import { StartLock } from '../queue/startLock'
import { RunActions } from '../queue/runActions'
import { Scheduler } from '../queue/scheduler'
import { cleanUpAfterCrash, recover } from '../access/recovery'
import { runCalls } from '../runs/runCalls'
import { searchCalls } from '../runs/searchCalls'
import { runListCalls } from '../runs/runListCalls'
import { runModelCalls } from '../models/runModelCalls'
import { studyCalls } from '../studies/studyCalls'
import { RecordKeeper } from '../storage/recordKeeper'
import { systemCalls } from './systemCalls'
import type { SupervisorOptions } from '../training/runSupervisor'
import { TrainerPriority, type Niceness } from '../training/trainerPriority'
import { BackgroundTasks } from '../tasks/backgroundTasks'

export interface ServiceOptions {
  dataDir: string
  /** Script of the trainer process. */
  trainerEntry: string
  /** Script of the model thread; default: the built one. */
  modelsEntry?: string
  /** Script of the archive thread; default: the built one. */
  archivesEntry?: string
  /** The program's version, stored with every run. */
  program: string
  /** Niceness of trainers; default: none. */
  niceness?: Niceness
  /** The name that other programs see as the owner of the data directory. */
  as?: string
  onEvent?: Emit
  /** How to open the history; default: `write`. */
  access?: Access
  /** Called once if the history turns out to be corrupt. The service cannot be used afterwards. */
  onDamage?: (error: WorkbenchError) => void
  /** Shorter in tests. */
  queue?: Partial<SupervisorOptions>
  disk?: Partial<DiskOptions>
  /** The slots of this machine; others in tests. */
  slots?: MachineSlots
  /** Download site and archives for tests; nothing outside of this process can set it. */
  downloads?: Partial<DownloadSetup>
  /** Interval of the check whether the other program has ended, in ms; shorter in tests. */
  followMs?: number
}

export interface Service {
  /** @throws WorkbenchError if the parameters are invalid or the call fails */
  call<C extends ServiceCall>(name: C, params: ServiceParams<C>): Promise<ServiceResult<C>>
  /** Handles untyped requests from another process in the same way. */
  handle(name: string, params: unknown): Promise<unknown>
  /**
   * Stops training within a few seconds and closes the history; further calls do nothing.
   * @param cause default: `closed`
   */
  close(cause?: CloseCause): Promise<void>
  /**
   * Closes the service after a command that failed. If this service created the data directory and nothing was stored
   * in it, it is removed.
   */
  closeAfterFailure(): Promise<void>
}

/** How often a data directory is opened that other programs create and remove again. */
const openAttempts = 3
/** Interval of writing records of what changed without a call, in ms. */
const recordMs = 1000
/** Interval of write attempts while the disk is full, in ms. */
const recoveryMs = 10_000

/**
 * @throws WorkbenchError unavailable if the data directory or its history cannot be used, damaged, or conflict (see
 *   `Access`)
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { access = 'write', as = 'MCNN Workbench' } = options
  const { paths, canWrite, creation, history, lock } = await openStores(options.dataDir, as, access)
  let damage = false
  const emit = options.onEvent ?? (() => undefined)
  /** Converts an error that shows corruption, and ends the service at the first one. */
  const explained = (thrown: unknown): unknown => {
    const error = history.explained(thrown)
    if (error instanceof WorkbenchError && error.code === 'damaged' && !damage) {
      damage = true
      options.onDamage?.(error)
    }
    return error
  }
  const conditionChanged = (): void => emit('system.condition', own.condition)
  const disk = new Disk(history, paths.dataDir, options.disk ?? {}, conditionChanged, explained)
  const context: Context = {
    history,
    paths,
    disk,
    startLock: new StartLock(paths, conditionChanged),
    emit,
    owner: thisProcess(),
    program: options.program,
    trainerEntry: options.trainerEntry,
    trainerPriority: new TrainerPriority(options.niceness),
    git: gitState(),
  }
  const scheduler = new Scheduler(
    context,
    { stopMs: 15_000, closeMs: 4000, checkpointSeconds: 180, ...options.queue },
    options.slots ?? new MachineSlots(),
  )
  const recoverRuns = (): void => {
    recover(context)
    scheduler.followSurvivors()
  }
  /** Closes the history, and removes the data directory if this service created it and nothing was stored. */
  const closeUnused = (): void => {
    const isUnused = creation.isNew && lock !== null && history.studies.isEmpty()
    history.close()
    if (isUnused) creation.remove(paths)
  }
  const own = new WriteAccess(context, lock, { access, canWrite, as, recover: recoverRuns })
  try {
    if (lock) {
      cleanUpAfterCrash(context)
      recoverRuns()
      await removeLeftovers(paths.datasets).catch(() => undefined)
    }
    own.settle()
  } catch (thrown) {
    const failure = history.explained(thrown)
    try {
      closeUnused()
    } finally {
      lock?.releaseAfterFailure(failure)
    }
    throw failure
  }
  const records = new RecordKeeper(context, () => own.mayWrite)
  const actions = new RunActions(context, scheduler)
  const datasets = new Datasets(context, options.downloads)
  const models = new ModelThread(options.modelsEntry ?? path.join(__dirname, 'models.js'))
  const tasks = new BackgroundTasks(context)
  const aborted = new AbortController()
  const probe = deviceProber(context.trainerEntry, aborted.signal)
  const studies = studyCalls(context, scheduler, actions, datasets, probe)
  const filters = filterCalls(context)
  const handlers: Handlers = {
    ...systemCalls(context, own, scheduler, probe),
    ...modelCalls(),
    ...datasets.calls(),
    ...studies,
    ...runCalls(context, scheduler, actions, datasets),
    ...runListCalls(context, scheduler, actions),
    ...runModelCalls(context, models),
    ...filters,
    ...searchCalls(context),
    ...publishCalls(context, scheduler, own, tasks, options.archivesEntry ?? path.join(__dirname, 'archives.js'), {
      ...studies,
      ...filters,
    }),
  }
  const regularly = (work: () => void): void => {
    try {
      work()
    } catch (thrown) {
      // Checked again next time.
      if (!disk.handleError(thrown)) process.stderr.write(`The history could not be read: ${messageOf(thrown)}\n`)
    }
  }
  const timers = [
    setInterval(() => {
      if (own.mayWrite)
        regularly(() => {
          recoverRuns()
          scheduler.startNextRun()
        })
    }, recoveryMs),
    setInterval(() => {
      if (!own.mayWrite) regularly(() => own.follow())
    }, options.followMs ?? 2000),
    setInterval(() => records.keep(), recordMs),
  ]
  for (const timer of timers) timer.unref()
  let closed: Promise<void> | null = null

  async function call<C extends ServiceCall>(name: C, params: unknown): Promise<ServiceResult<C>> {
    if (closed) throw new WorkbenchError('unavailable', 'The service is closing.')
    const parsed = serviceCalls[name].params.safeParse(params)
    if (!parsed.success) throw fromErrorValue(toErrorValue(parsed.error))
    // TypeScript cannot relate one name to both maps.
    try {
      if (serviceCalls[name].access === 'write') own.mustMayWrite()
      const result = await handlers[name](parsed.data as ServiceParsed<C>)
      // A reply may arrive after the history was lost.
      if (serviceCalls[name].access === 'write') records.write()
      return result
    } catch (thrown) {
      throw explained(thrown)
    }
  }

  async function close(cause: CloseCause, failed = false): Promise<void> {
    for (const timer of timers) clearInterval(timer)
    aborted.abort()
    try {
      await Promise.all([
        own.mayWrite ? scheduler.close(cause, access === 'either') : null,
        datasets.close(),
        models.close(),
        tasks.close(),
      ])
      await records.close()
    } finally {
      context.trainerPriority.close()
      disk.close()
      if (failed && !damage) closeUnused()
      else history.close()
      own.release(damage)
    }
  }

  return {
    call,
    async handle(name, params) {
      if (!isServiceCall(name)) throw new WorkbenchError('bad-input', `There is no call ${name}.`)
      return call(name, params)
    },
    close: (cause = 'closed') => (closed ??= close(cause)),
    closeAfterFailure: () => (closed ??= close('closed', true)),
  }
}

/** Opens the data directory and its history. Starts again if another program has removed the directory. */
async function openStores(dataDir: string, as: string, access: Access) {
  for (let attempt = 1; ; attempt++) {
    const { paths, canWrite, creation } = openDataDir(dataDir, access)
    try {
      return { paths, canWrite, creation, ...(await openHistory(paths, as, access, { canWrite, creation })) }
    } catch (thrown) {
      if (!(thrown instanceof DataDirRemoved) || attempt === openAttempts) throw thrown
    }
  }
}

function isServiceCall(name: string): name is ServiceCall {
  return Object.hasOwn(serviceCalls, name)
}
