export { epochOrder, fillBatch, normalisation, normalisedPixels, planBatch, type BatchPlan } from './batches'
export { datasetSources, discardDownload, downloadDataset, type DownloadSetup } from './download/download'
export type { Split } from './import/format'
export { importDataset } from './import/import'
export type { ImportProgress } from './import/options'
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
  type Normalisation,
} from './load'
export { dropFolder, hasDataset, listDatasets, putBack, removeDataset, removeLeftovers, setAside } from './store'
