/** The thread that reads one archive: reading, checking and comparing take seconds, in which the service has others to answer. */
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue } from '../../contract/errors'
import { piecesOf, type ArchiveJob } from './archive'
import type { Said } from './archiveThread'

const say = (said: Said, handed: ArrayBuffer[] = []): void => parentPort?.postMessage(said, handed)

/** One piece ahead: while it is written, the next one is made. */
async function read(job: ArchiveJob): Promise<void> {
  let wanted: (() => void) | null = null
  let asked = 1
  parentPort?.on('message', () => {
    asked++
    wanted?.()
  })
  for await (const piece of piecesOf(job, (phase, done, total) => say({ phase, done, total }))) {
    if (asked === 0) await new Promise<void>((resolve) => (wanted = resolve))
    asked--
    say({ piece }, piece.kind === 'filters' ? [piece.bytes.buffer as ArrayBuffer] : [])
  }
  say({ end: true })
}

read(workerData as ArchiveJob)
  .catch((thrown: unknown) => say({ error: toErrorValue(thrown) }))
  // Nothing more is listened for: it ends.
  .finally(() => parentPort?.close())
