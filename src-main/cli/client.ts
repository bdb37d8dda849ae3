/** The service inside this process. */
import path from 'node:path'
import type { Command } from 'commander'
import { version } from '../../package.json'
import type { EventName, EventPayload } from '../contract/events'
import type { Service } from '../service/app/service'
import type { Globals } from './globals'
import { takeSignals } from './interruption'

export type { Service }

/** Listeners for the service's events. */
export type Listeners = { [E in EventName]?: (payload: EventPayload<E>) => void }

/**
 * Opens the service on the data directory of the command's flags, runs `work` and always closes the service.
 * @throws WorkbenchError conflict if another program uses the data directory
 */
export function withService<T>(
  command: Command,
  work: (service: Service) => Promise<T>,
  listeners: Listeners = {},
): Promise<T> {
  return open(command, 'write', work, listeners)
}

/** Opens the service read-only: works while a window or another command trains. */
export function withReader<T>(
  command: Command,
  work: (service: Service) => Promise<T>,
  listeners: Listeners = {},
): Promise<T> {
  return open(command, 'read', work, listeners)
}

async function open<T>(
  command: Command,
  access: 'read' | 'write',
  work: (service: Service) => Promise<T>,
  listeners: Listeners,
): Promise<T> {
  takeSignals()
  // Loaded here: a command that needs no history must not wait for SQLite.
  const { createService } = await import('../service/app/service')
  const service = await createService({
    dataDir: await dataDirOf(command),
    trainerEntry: path.join(__dirname, 'trainer.js'),
    program: version,
    as: `mcnn ${command.name()}`,
    access,
    onEvent: (name, payload) => listeners[name]?.(payload),
  })
  try {
    const result = await work(service)
    await service.close()
    return result
  } catch (thrown) {
    await service.closeAfterFailure()
    throw thrown
  }
}

export async function dataDirOf(command: Command): Promise<string> {
  const { defaultDataDir } = await import('../service/storage/dataDir')
  const { dataDir } = command.optsWithGlobals<Globals>()
  return dataDir === undefined ? defaultDataDir() : path.resolve(dataDir)
}
