export {
  epochOrder,
  fillBatch,
  normalisation,
  normalisedPixels,
  planBatch,
  type BatchOptions,
  type BatchPlan,
} from './batches'
export { datasetSources, discardDownload, downloadDataset, type DownloadSetup } from './download'
export type { Split } from './format'
export { importDataset, type ImportOptions, type ImportProgress } from './import'
export {
  augmentedPictures,
  classNames,
  datasetStatistics,
  loadDataset,
  loadNormalisation,
  sampleImages,
  testImages,
  verifyDataset,
  type LoadedDataset,
  type LoadOptions,
  type Normalisation,
} from './load'
export {
  dropFolder,
  hasDataset,
  listDatasets,
  putBack,
  removeDataset,
  removeLeftovers,
  setAside,
  syncFolder,
} from './store'
