/** Downloads a published archive from its official site, verifies it and imports it. */
import { statfs } from 'node:fs/promises'
import { WorkbenchError } from '../../contract/errors'
import type { DatasetId } from '../../contract/experiment'
import type { DatasetSource, DatasetSummary } from '../../contract/datasets/datasets'
import { cifarSpecs, countOf, labelBytesOf, type CifarSpec } from '../catalog'
import { recordBytes, splitNames } from '../import/format'
import { onDisk } from '../disk'
import { importDataset } from '../import/import'
import type { ImportProgress } from '../import/options'
import { PartFile } from './partFile'
import { specOf } from '../store'
import { ArchiveFetch, cancelled, megabytes, type DownloadSetup } from './archiveFetch'

export type { DownloadSetup }

const usual: DownloadSetup = { specs: cifarSpecs, ca: null, env: process.env, silenceMs: 30_000, retryMs: 1000 }
/** Free bytes that must remain. */
const roomBytes = 32 << 20

export interface DownloadOptions {
  id: DatasetId
  datasetsDir: string
  signal: AbortSignal
  onProgress: (progress: ImportProgress) => void
  setup?: Partial<DownloadSetup>
}

/** Returns the source of each data set, its size and the size of a partial download. */
export async function datasetSources(
  datasetsDir: string,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetSource[]> {
  return Promise.all(
    specs.map(async (spec) => {
      const { url, bytes } = spec.download
      return {
        id: spec.id,
        url,
        host: new URL(url).host,
        file: spec.archive,
        bytes,
        kept: await partOf(spec, datasetsDir).kept(),
      }
    }),
  )
}

/** Deletes an interrupted download. */
export async function discardDownload(
  datasetsDir: string,
  id: DatasetId,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<void> {
  await partOf(downloadable(id, specs), datasetsDir).discard()
}

/**
 * A partial download is kept and resumed. Bytes that are not the official ones are never imported.
 * @throws WorkbenchError bad-input for the built-in data set, unavailable (network, disk), bad-data (not the official
 *   file), cancelled
 */
export async function downloadDataset({
  id,
  datasetsDir,
  signal,
  onProgress,
  setup = {},
}: DownloadOptions): Promise<DatasetSummary> {
  const { specs, ...options } = { ...usual, ...setup }
  const spec = downloadable(id, specs)
  const part = partOf(spec, datasetsDir)
  await onDisk(() => part.makeFolder())
  await mustHaveRoom(spec, datasetsDir, spec.download.bytes - (await part.kept()))
  await new ArchiveFetch(spec, part, options, signal, onProgress).run()
  const summary = await importDataset(
    { path: part.whole, source: spec.download.url, datasetsDir, signal, onProgress },
    specs,
  ).catch(async (error: unknown) => {
    if (signal.aborted) throw cancelled(spec.download.bytes, spec.download.bytes)
    // The file changed on the disk after its checksum was compared: a kept copy would fail again.
    if (error instanceof WorkbenchError && error.code === 'bad-data') await part.discard()
    throw error
  })
  await part.discard()
  return summary
}

function downloadable(id: DatasetId, specs: readonly CifarSpec[]): CifarSpec {
  const spec = specOf(id, specs)
  if (!spec)
    throw new WorkbenchError('bad-input', 'The synthetic set is part of the program: there is nothing to download.', {
      field: 'id',
    })
  return spec
}

function partOf({ archive, download }: CifarSpec, datasetsDir: string): PartFile {
  return new PartFile(datasetsDir, archive, download)
}

/** Bytes of the rest of the archive, and of the data set. */
async function mustHaveRoom(spec: CifarSpec, datasetsDir: string, rest: number): Promise<void> {
  const unpacked = splitNames.reduce((sum, split) => sum + countOf(spec, split) * recordBytes(labelBytesOf(spec)), 0)
  const needed = rest + unpacked + roomBytes
  // If the free space is unknown, try.
  const free = await statfs(datasetsDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  )
  if (free >= needed) return
  throw new WorkbenchError(
    'unavailable',
    `${spec.name} needs ${megabytes(needed)} on the disk of the data directory, and ${megabytes(free)} are free.`,
    {
      fix: 'Free some space there, or choose another data directory.',
    },
  )
}
