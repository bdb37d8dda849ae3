/**
 * Imported data sets on disk: datasetsDir/<id>/ with train.bin and test.bin (records in the CIFAR binary layout) and
 * manifest.json. A data set is added, replaced and removed atomically, by renaming its folder.
 */
import { existsSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { codeOf, WorkbenchError } from '../contract/errors'
import { datasetEntry } from '../contract/datasets/datasetRegistry'
import { datasetIds, datasetSizes, isGenerated, type DatasetId } from '../contract/experiment'
import type { DatasetSummary } from '../contract/datasets/datasets'
import { cifarSpecs, countOf, labelBytesOf, type CifarSpec } from './catalog'
import { digest, fingerprintOf, recordBytes, splitNames, type Records, type SplitName } from './import/format'
import { thousands } from './records'
import { syntheticClasses, syntheticFingerprint } from './synthetic'

const storedSplit = z.object({
  count: z.int().min(1),
  bytes: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export const manifestSchema = z.object({
  format: z.literal(1),
  id: z.enum(datasetIds),
  classes: z.array(z.string()).min(2),
  labelBytes: z.int().min(1).max(2),
  train: storedSplit,
  test: storedSplit,
  /** Whether the content is the official one; null if no official checksum could be compared. */
  official: z.boolean().nullable(),
  source: z.string(),
  importedAt: z.string(),
})
export type Manifest = z.infer<typeof manifestSchema>

export const manifestName = 'manifest.json'
export const fileOf = (split: SplitName): string => `${split}.bin`

/** Returns the manifest; null if the set was not imported. @throws WorkbenchError bad-data if it cannot be read */
export async function readManifest(datasetsDir: string, spec: CifarSpec): Promise<Manifest | null> {
  const path = join(datasetsDir, spec.id, manifestName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''))
      return (await exists(join(datasetsDir, spec.id))) ? damaged(spec, manifestName, 'is missing.') : null
    return damaged(spec, manifestName, `cannot be read (${codeOf(error) ?? String(error)}).`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return damaged(spec, manifestName, 'is not JSON.')
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success || parsed.data.id !== spec.id)
    return damaged(spec, manifestName, 'is not a manifest of this set.')
  const size = recordBytes(labelBytesOf(spec))
  for (const split of splitNames) {
    const { count, bytes } = parsed.data[split]
    if (count !== countOf(spec, split) || bytes !== count * size)
      return damaged(spec, manifestName, `has the wrong size of ${fileOf(split)}.`)
  }
  return parsed.data
}

function damaged(spec: CifarSpec, file: string, wrong: string): never {
  throw new WorkbenchError('bad-data', `${spec.id}/${file} ${wrong}`, { fix: `Import ${spec.name} again.` })
}

/** Returns the manifest of a required data set. @throws WorkbenchError not-found, bad-data */
export async function needManifest(datasetsDir: string, spec: CifarSpec): Promise<Manifest> {
  const manifest = await readManifest(datasetsDir, spec)
  if (manifest) return manifest
  const { origin } = datasetEntry(spec.id)
  const site = origin.kind === 'imported' ? origin.site : ''
  throw new WorkbenchError('not-found', `${spec.name} has not been imported.`, {
    fix: `Download it on the Data sets page or with mcnn datasets download ${spec.id}; or download ${spec.archive} from ${site} and import it there or with mcnn datasets import ${spec.archive}.`,
  })
}

/**
 * Returns a split's records after comparing their SHA-256 with the manifest.
 * @throws WorkbenchError bad-data that names the file
 */
export async function readSplit(
  datasetsDir: string,
  spec: CifarSpec,
  manifest: Manifest,
  split: SplitName,
): Promise<Records> {
  const file = fileOf(split)
  const { bytes: expected, sha256 } = manifest[split]
  const path = join(datasetsDir, spec.id, file)
  const bytes = await readFile(path).catch((error: unknown) =>
    damaged(
      spec,
      file,
      codeOf(error) === 'ENOENT' ? 'is missing.' : `cannot be read (${codeOf(error) ?? String(error)}).`,
    ),
  )
  if (bytes.length !== expected)
    return damaged(spec, file, `has ${thousands(bytes.length)} bytes, ${thousands(expected)} expected.`)
  if ((await digest('sha256', bytes)) !== sha256) return damaged(spec, file, 'has changed since it was imported.')
  return { bytes, labelBytes: manifest.labelBytes }
}

/** Yields the training records in order, unverified: enough for sample images. Each is valid until the next one. */
export async function* storedRecords(datasetsDir: string, manifest: Manifest): AsyncGenerator<Uint8Array> {
  const size = recordBytes(manifest.labelBytes)
  const buffer = Buffer.alloc(256 * size)
  const handle = await open(join(datasetsDir, manifest.id, fileOf('train')), 'r')
  try {
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      const whole = Math.floor(bytesRead / size)
      if (whole === 0) return
      for (let i = 0; i < whole; i++) yield buffer.subarray(i * size, (i + 1) * size)
      position += whole * size
    }
  } finally {
    await handle.close()
  }
}

/** Returns whether the files exist with the right sizes, without reading them. */
async function filesPresent(datasetsDir: string, manifest: Manifest): Promise<boolean> {
  const sizes = await Promise.all(
    splitNames.map((split) =>
      stat(join(datasetsDir, manifest.id, fileOf(split))).then(
        (s) => s.size,
        () => -1,
      ),
    ),
  )
  return splitNames.every((split, i) => sizes[i] === manifest[split].bytes)
}

export function syntheticSummary(): DatasetSummary {
  const { train, test } = datasetSizes.synthetic
  return {
    id: 'synthetic',
    name: 'Synthetic textures and shapes',
    synthetic: true,
    available: true,
    classes: [...syntheticClasses],
    train,
    test,
    bytes: 0,
    fingerprint: syntheticFingerprint,
    official: null,
    importedAt: null,
    source: 'generated at run time from a constant seed',
  }
}

/** Describes an imported data set, or a missing one (manifest null). */
export function cifarSummary(spec: CifarSpec, manifest: Manifest | null): DatasetSummary {
  const common = {
    id: spec.id,
    name: spec.name,
    synthetic: false,
    classes: [...spec.classes],
    train: countOf(spec, 'train'),
    test: countOf(spec, 'test'),
  }
  if (!manifest)
    return { ...common, available: false, bytes: 0, fingerprint: null, official: null, importedAt: null, source: null }
  const { train, test, official, importedAt, source } = manifest
  return {
    ...common,
    available: true,
    bytes: train.bytes + test.bytes,
    fingerprint: fingerprintOf(spec.id, train, test),
    official,
    importedAt,
    source,
  }
}

/** Returns all data sets of the registry; a corrupt one is not available (`verifyDataset` reports why). */
export async function listDatasets(
  datasetsDir: string,
  specs: readonly CifarSpec[] = cifarSpecs,
): Promise<DatasetSummary[]> {
  const imported = specs.map(async (spec) => {
    const manifest = await readManifest(datasetsDir, spec).catch(() => null)
    return cifarSummary(spec, manifest && (await filesPresent(datasetsDir, manifest)) ? manifest : null)
  })
  return [syntheticSummary(), ...(await Promise.all(imported))]
}

/** Returns whether a data set exists, without reading it: synchronous, for a check right before it is used. */
export function hasDataset(datasetsDir: string, id: DatasetId): boolean {
  return isGenerated(id) || existsSync(join(datasetsDir, id, manifestName))
}

/** Null for the built-in data set. */
export function specOf(id: DatasetId, specs: readonly CifarSpec[] = cifarSpecs): CifarSpec | null {
  return specs.find((spec) => spec.id === id) ?? null
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
