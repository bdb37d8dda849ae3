/**
 * The thread that reads or writes one archive: that takes seconds and more, in which the service has others to answer.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue, WorkbenchError } from '../../contract/errors'
import { History } from '../../history/history'
import { piecesOf, type ArchiveJob } from './archive'
import type { ExportJob, Heard, Said } from './archiveThread'
import { exportStudy } from './write'

const say = (said: Said, handed: ArrayBuffer[] = []): void => parentPort?.postMessage(said, handed)
const report = (phase: string, done: number, total: number): void => say({ phase, done, total })

/** One piece ahead: while it is written, the next one is made. */
async function read(job: ArchiveJob): Promise<void> {
  let wanted: (() => void) | null = null
  let asked = 1
  parentPort?.on('message', () => {
    asked++
    wanted?.()
  })
  for await (const piece of piecesOf(job, report)) {
    if (asked === 0) await new Promise<void>((resolve) => (wanted = resolve))
    asked--
    say({ piece }, piece.kind === 'filters' ? [piece.bytes.buffer as ArrayBuffer] : [])
  }
  say({ end: true })
}

async function write({ database, id, paths, program, options }: ExportJob): Promise<void> {
  const abort = new AbortController()
  parentPort?.on('message', (heard: Heard) => heard === 'cancel' && abort.abort())
  const history = new History(database, { readOnly: true })
  try {
    const study = history.studies.get(id)
    if (!study) throw new WorkbenchError('not-found', `There is no study ${id} any more.`)
    say({ exported: await exportStudy({ history, paths, program }, study, options, abort.signal, report) })
  } finally {
    history.close()
  }
}

const job = workerData as { read: ArchiveJob } | { write: ExportJob }
;('read' in job ? read(job.read) : write(job.write))
  .catch((thrown: unknown) => say({ error: toErrorValue(thrown) }))
  // Nothing more is listened for: it ends.
  .finally(() => parentPort?.close())
