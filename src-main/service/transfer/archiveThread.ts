/** The service's end of the thread that reads an archive. */
import { Worker } from 'node:worker_threads'
import { fromErrorValue, WorkbenchError, type ErrorValue } from '../../contract/errors'
import type { Tell } from '../works'
import type { ArchiveJob, Piece } from './archive'

export type Said = { phase: string; done: number; total: number } | { piece: Piece } | { end: true } | { error: ErrorValue }

/**
 * What an archive brings. The thread makes a piece while the one before is written, and no more: memory holds two.
 * @param entry the thread's script
 * @throws WorkbenchError as `piecesOf` does, and cancelled where `signal` is aborted
 */
export async function* piecesFrom(entry: string, job: ArchiveJob, signal: AbortSignal, tell: Tell): AsyncGenerator<Piece> {
  const worker = new Worker(entry, { workerData: job })
  const said: Said[] = []
  let failure: unknown = null
  let heard: () => void = () => undefined
  const fail = (why: unknown): void => {
    failure ??= why
    heard()
  }
  worker.on('message', (message: Said) => {
    if ('phase' in message) {
      tell(message.phase, message.done, message.total)
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
      worker.postMessage('more')
      yield message.piece
    }
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
