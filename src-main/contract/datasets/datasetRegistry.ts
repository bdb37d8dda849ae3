/**
 * The registry of data sets. Names, sizes, validation, command-line choices, dialogs, allowed sites and the folders on
 * disk are derived from it. An imported data set also needs its files and checksums in `datasets/catalog.ts`.
 */

/** Height, width and channels of the images of every data set: the input shape of networks and batches. */
export const imageSize = 32
export const imageChannels = 3

/** How the images of a data set are obtained. */
type Origin =
  | { kind: 'generated' }
  | {
      kind: 'imported'
      /** The layout of its files, which `datasets/import` reads. */
      reader: 'cifar'
      /** The site of its authors. https only. */
      site: string
    }

interface DatasetEntry {
  /** The name in texts with results; that of a generated set says that it is generated. */
  name: string
  /** For narrow labels. */
  shortName: string
  /** Number of classes. */
  classes: number
  /** Other image sizes are a type error until networks and batches support them. */
  image: { size: typeof imageSize; channels: typeof imageChannels }
  /** Images of the complete data set; a generated one has any number up to `maxTrain` and `maxTest`. */
  train: number
  test: number
  maxTrain: number
  maxTest: number
  origin: Origin
}

const image = { size: imageSize, channels: imageChannels } as const
const cifar = { kind: 'imported', reader: 'cifar', site: 'https://www.cs.toronto.edu/~kriz/cifar.html' } as const

/** In the order of menus and tables. Ids are stored and part of config hashes: never rename one. */
const entries = {
  synthetic: {
    name: 'Synthetic (generated)',
    shortName: 'synthetic',
    classes: 10,
    image,
    train: 4000,
    test: 1000,
    maxTrain: 50000,
    maxTest: 10000,
    origin: { kind: 'generated' },
  },
  'cifar-10': {
    name: 'CIFAR-10',
    shortName: 'CIFAR-10',
    classes: 10,
    image,
    train: 50000,
    test: 10000,
    maxTrain: 50000,
    maxTest: 10000,
    origin: cifar,
  },
  'cifar-100': {
    name: 'CIFAR-100',
    shortName: 'CIFAR-100',
    classes: 100,
    image,
    train: 50000,
    test: 10000,
    maxTrain: 50000,
    maxTest: 10000,
    origin: cifar,
  },
} as const satisfies Record<string, DatasetEntry>

export type DatasetId = keyof typeof entries
/** The data sets whose files are downloaded or imported. */
export type ImportedDatasetId = {
  [Id in DatasetId]: (typeof entries)[Id]['origin']['kind'] extends 'imported' ? Id : never
}[DatasetId]

export const datasetIds = Object.keys(entries) as [DatasetId, ...DatasetId[]]

/** Sizes and class counts by id. */
export const datasetSizes: Record<DatasetId, DatasetEntry> = entries

/** Returns a data set's declaration. */
export function datasetEntry(id: DatasetId): DatasetEntry {
  return entries[id]
}

/** Returns whether a data set is generated from a seed instead of photographed. */
export function isGenerated(id: DatasetId): boolean {
  return datasetEntry(id).origin.kind === 'generated'
}

export const importedDatasetIds = datasetIds.filter((id): id is ImportedDatasetId => !isGenerated(id))

/** 'CIFAR-10 or CIFAR-100' */
export const importedNames = listed(importedDatasetIds.map((id) => entries[id].name))

/** Returns 'a, b or c'. */
function listed(names: readonly string[]): string {
  return names.join(', ').replace(/, (?=[^,]*$)/, ' or ')
}

/** The sites of imported data sets: each address once, with the data sets that it publishes. */
export const datasetSites: readonly { site: string; names: string[] }[] = [
  ...new Set(importedDatasetIds.map((id) => entries[id].origin.site)),
].map((site) => ({
  site,
  names: importedDatasetIds.filter((id) => entries[id].origin.site === site).map((id) => entries[id].name),
}))
