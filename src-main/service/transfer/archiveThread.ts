/** The service's end of the thread that reads or writes an archive. */
import { Worker } from 'node:worker_threads'
import type { ServiceResult } from '../../contract/calls'
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import type { Paths } from '../storage/dataDir'
import type { ReportProgress } from '../tasks/backgroundTasks'
import type { ArchiveJob, Piece } from './archive'
import type { ExportOptions } from './write'

type Exported = ServiceResult<'publish.export'>

export type Said =
  | { phase: string; done: number; total: number }
  | { piece: Piece }
  | { end: true }
  | { exported: Exported }
  | { error: ErrorValue }
export type Heard = 'more' | 'cancel'

export interface ExportJob {
  /** The history that it comes from: read only. */
  database: string
  /** Of the study. */
  id: string
  paths: Paths
  program: string
  options: ExportOptions
}

/** How long a cancelled export may take to clear up. */
const clearMs = 5000

/**
 * Writes a study's archive.
 * @param entry the thread's script
 * @throws WorkbenchError as `exportStudy` does, and cancelled where `signal` is aborted
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
      worker.postMessage('cancel' satisfies Heard)
      late = setTimeout(() => void worker.terminate(), clearMs)
    }
    worker.on('message', (message: Said) => {
      if ('phase' in message) report(message.phase, message.done, message.total)
      else if ('exported' in message) resolve(message.exported)
      else if ('error' in message) reject(fromErrorValue(message.error))
    })
    // Out of memory, for one.
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
 * What an archive brings. The thread makes a piece while the one before is written, and no more: memory holds two.
 * @param entry the thread's script
 * @throws WorkbenchError as `piecesOf` does, and cancelled where `signal` is aborted
 */
export async function* piecesFrom(
  entry: string,
  job: ArchiveJob,
  signal: AbortSignal,
  report: ReportProgress,
): AsyncGenerator<Piece> {
  const worker = new Worker(entry, { workerData: { read: job } })
  const said: Said[] = []
  let failure: unknown = null
  let heard: () => void = () => undefined
  const fail = (why: unknown): void => {
    failure ??= why
    heard()
  }
  worker.on('message', (message: Said) => {
    if ('phase' in message) {
      report(message.phase, message.done, message.total)
      return
    }
    said.push(message)
    heard()
  })
  // Out of memory, for one.
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('The thread that reads the archive has ended.')))
  const abort = (): void => fail(new WorkbenchError('cancelled', 'The import was cancelled.'))
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    for (;;) {
      while (said.length === 0 || signal.aborted) {
        if (failure !== null) throw failure as Error
        await new Promise<void>((resolve) => (heard = resolve))
      }
      const message = said.shift()
      if (!message || 'phase' in message) continue
      if ('error' in message) throw fromErrorValue(message.error)
      if ('end' in message) return
      worker.postMessage('more' satisfies Heard)
      if ('piece' in message) yield message.piece
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
