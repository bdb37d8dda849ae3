/** The service inside this process. */
import path from 'node:path'
import type { Command } from 'commander'
import { version } from '../../package.json'
import { WorkbenchError } from '../contract/errors'
import type { EventName, EventPayload } from '../contract/events'
import type { RunSummary, StudySummary } from '../contract/records'
import type { RunRow } from '../contract/runLists'
import type { Service } from '../service/service'
import type { Globals } from './program'
import { usageError } from './failures'
import { filePath } from './options'
import { takeSignals } from './interruption'

export type { Service }

/** What to do at which event of the service. */
export type Listeners = { [E in EventName]?: (payload: EventPayload<E>) => void }

/**
 * Opens the service on the data directory of the command's flags, works with it, and closes it whatever happens.
 * @throws WorkbenchError conflict where another program has the data directory
 */
export function withService<T>(command: Command, work: (service: Service) => Promise<T>, listeners: Listeners = {}): Promise<T> {
  return open(command, 'write', work, listeners)
}

/** The same for what only looks: beside a window, or another command that trains. */
export function withReader<T>(command: Command, work: (service: Service) => Promise<T>, listeners: Listeners = {}): Promise<T> {
  return open(command, 'read', work, listeners)
}

async function open<T>(command: Command, access: 'read' | 'write', work: (service: Service) => Promise<T>, listeners: Listeners): Promise<T> {
  takeSignals()
  // Loaded only here: what needs no history must not wait for SQLite.
  const { createService } = await import('../service/service')
  const service = await createService({
    dataDir: await dataDirOf(command),
    trainerEntry: path.join(__dirname, 'trainer.js'),
    program: version,
    as: `mcnn ${command.name()}`,
    access,
    onEvent: (name, payload) => listeners[name]?.(payload),
  })
  try {
    return await work(service)
  } finally {
    await service.close()
  }
}

export async function dataDirOf(command: Command): Promise<string> {
  const { defaultDataDir } = await import('../service/dataDir')
  const { dataDir } = command.optsWithGlobals<Globals>()
  // As of an unset variable in a script: the working directory is not what was meant.
  if (dataDir === '') throw usageError('--data-dir: needs a folder.')
  return dataDir === undefined ? defaultDataDir() : filePath(dataDir)
}

/**
 * A run by its id or the beginning of it.
 * @throws WorkbenchError not-found, or bad-input where several begin so
 */
export async function findRun(service: Service, name: string): Promise<RunSummary> {
  return byPrefix('run', name, await service.call('runs.list', {}), '`mcnn runs list` shows them.')
}

/** The same of what is in the trash. @throws WorkbenchError as `findRun` does */
export async function findTrashedRun(service: Service, name: string): Promise<RunSummary> {
  return byPrefix('run in the trash', name, await matchingRuns(service, 'is:trashed'), '`mcnn runs list --query is:trashed` shows them.')
}

/** The same of both. */
export async function findAnyRun(service: Service, name: string): Promise<RunSummary> {
  return byPrefix('run', name, [...(await service.call('runs.list', {})), ...(await matchingRuns(service, 'is:trashed'))], '`mcnn runs list` shows them, and with --query is:trashed what is in the trash.')
}

/** With tags and notes; in parts, as the service gives them. */
export async function matchingRuns(service: Service, query: string): Promise<RunRow[]> {
  const limit = 500
  const found: RunRow[] = []
  for (let rows = Infinity; found.length < rows; ) {
    const list = await service.call('runs.query', { query, offset: found.length, limit })
    found.push(...list.part.filter((row) => row.kind === 'run'))
    rows = list.part.length === 0 ? 0 : list.rows
  }
  return found
}

/**
 * A study by its id, its name (of several the newest) or the beginning of its id.
 * @throws WorkbenchError as `findRun` does
 */
export async function findStudy(service: Service, name: string): Promise<StudySummary> {
  const studies = [...(await service.call('studies.list', {}))].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const exact = studies.find((study) => study.id === name) ?? studies.find((study) => study.name === name)
  return exact ?? byPrefix('study', name, studies, '`mcnn study list` shows them.')
}

function byPrefix<T extends { id: string }>(what: string, name: string, all: readonly T[], fix: string): T {
  const found = all.find((item) => item.id === name)
  if (found) return found
  const matches = name === '' ? [] : all.filter((item) => item.id.startsWith(name))
  const [only] = matches
  if (only && matches.length === 1) return only
  if (matches.length === 0) throw new WorkbenchError('not-found', `There is no ${what} ${JSON.stringify(name)}.`, { fix })
  const some = matches.slice(0, 4).map((item) => item.id).join(', ')
  throw new WorkbenchError('bad-input', `${matches.length} of them begin with ${JSON.stringify(name)}: ${some}${matches.length > 4 ? ', …' : ''}.`, {
    fix: 'Type more of the id.',
  })
}
