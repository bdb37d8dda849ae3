/** The service's end of the thread that reads or writes an archive. */
import { Worker } from 'node:worker_threads'
import type { ServiceResult } from '../../contract/calls'
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import type { Paths } from '../storage/dataDir'
import type { ReportProgress } from '../tasks/backgroundTasks'
import type { ArchiveJob, ImportChunk } from './archive'
import type { ExportOptions } from './write'

type Exported = ServiceResult<'publish.export'>

export type WorkerMessage =
  | { phase: string; done: number; total: number }
  | { chunk: ImportChunk }
  | { end: true }
  | { exported: Exported }
  | { error: ErrorValue }
export type WorkerCommand = 'more' | 'cancel'

export interface ExportJob {
  /** The history to export from, opened read-only. */
  database: string
  /** The study's id. */
  id: string
  paths: Paths
  program: string
  options: ExportOptions
}

/** How long a cancelled export may take to clean up, in ms. */
const clearMs = 5000

/**
 * Writes a study's archive.
 * @param entry the thread's script
 * @throws WorkbenchError as `exportStudy` does, and cancelled if `signal` is aborted
 */
export function exportFrom(
  entry: string,
  job: ExportJob,
  signal: AbortSignal,
  report: ReportProgress,
): Promise<Exported> {
  const worker = new Worker(entry, { workerData: { write: job } })
  return new Promise<Exported>((resolve, reject) => {
    let late: NodeJS.Timeout | undefined
    const abort = (): void => {
      worker.postMessage('cancel' satisfies WorkerCommand)
      late = setTimeout(() => void worker.terminate(), clearMs)
    }
    worker.on('message', (message: WorkerMessage) => {
      if ('phase' in message) report(message.phase, message.done, message.total)
      else if ('exported' in message) resolve(message.exported)
      else if ('error' in message) reject(fromErrorValue(message.error))
    })
    // Such as out of memory.
    worker.on('error', reject)
    worker.on('exit', () => {
      clearTimeout(late)
      signal.removeEventListener('abort', abort)
      reject(new Error('The thread that writes the archive has ended.'))
    })
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}

/**
 * Yields the contents of an archive. The thread makes one chunk while the service writes the one before: memory holds
 * two.
 * @param entry the thread's script
 * @throws WorkbenchError as `chunksOf` does, and cancelled if `signal` is aborted
 */
export async function* chunksFrom(
  entry: string,
  job: ArchiveJob,
  signal: AbortSignal,
  report: ReportProgress,
): AsyncGenerator<ImportChunk> {
  const worker = new Worker(entry, { workerData: { read: job } })
  const received: WorkerMessage[] = []
  let failure: unknown = null
  let wake: () => void = () => undefined
  const fail = (why: unknown): void => {
    failure ??= why
    wake()
  }
  worker.on('message', (message: WorkerMessage) => {
    if ('phase' in message) {
      report(message.phase, message.done, message.total)
      return
    }
    received.push(message)
    wake()
  })
  // Such as out of memory.
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('The thread that reads the archive has ended.')))
  const abort = (): void => fail(new WorkbenchError('cancelled', 'The import was cancelled.'))
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    for (;;) {
      while (received.length === 0 || signal.aborted) {
        if (failure !== null) throw failure as Error
        await new Promise<void>((resolve) => (wake = resolve))
      }
      const message = received.shift()
      if (!message || 'phase' in message) continue
      if ('error' in message) throw fromErrorValue(message.error)
      if ('end' in message) return
      worker.postMessage('more' satisfies WorkerCommand)
      if ('chunk' in message) yield message.chunk
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
