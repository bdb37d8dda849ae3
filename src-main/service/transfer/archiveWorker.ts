/** Entry of the thread that reads or writes one archive, so that the service can answer calls meanwhile. */
import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue, WorkbenchError } from '../../contract/errors'
import { History } from '../../history/history'
import { chunksOf, type ArchiveJob } from './archive'
import type { ExportJob, WorkerCommand, WorkerMessage } from './archiveThread'
import { exportStudy } from './write'

const send = (message: WorkerMessage, transferred: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transferred)
const report = (phase: string, done: number, total: number): void => send({ phase, done, total })

/** Reads one chunk ahead: while the service writes a chunk, the next one is made. */
async function read(job: ArchiveJob): Promise<void> {
  let resume: (() => void) | null = null
  let requested = 1
  parentPort?.on('message', () => {
    requested++
    resume?.()
  })
  for await (const chunk of chunksOf(job, report)) {
    if (requested === 0) await new Promise<void>((resolve) => (resume = resolve))
    requested--
    send({ chunk }, chunk.kind === 'filters' ? [chunk.bytes.buffer as ArrayBuffer] : [])
  }
  send({ end: true })
}

async function write({ database, id, paths, program, options }: ExportJob): Promise<void> {
  const abort = new AbortController()
  parentPort?.on('message', (command: WorkerCommand) => command === 'cancel' && abort.abort())
  const history = new History(database, { readOnly: true })
  try {
    const study = history.studies.get(id)
    if (!study) throw new WorkbenchError('not-found', `The study ${id} no longer exists.`)
    send({ exported: await exportStudy({ history, paths, program }, study, options, abort.signal, report) })
  } finally {
    history.close()
  }
}

const job = workerData as { read: ArchiveJob } | { write: ExportJob }
;('read' in job ? read(job.read) : write(job.write))
  .catch((thrown: unknown) => send({ error: toErrorValue(thrown) }))
  // Without a listener the thread exits.
  .finally(() => parentPort?.close())
