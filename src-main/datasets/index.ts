export { epochOrder, fillBatch, normalisation, normalisedPixels, planBatch, type BatchPlan } from './batches'
export { datasetSources, discardDownload, downloadDataset, type DownloadSetup } from './download/download'
export type { Split } from './import/format'
export { augmentedPictures, sampleImages, testImages } from './images'
export { importDataset } from './import/import'
export type { ImportProgress } from './import/options'
export {
  classNames,
  datasetStatistics,
  loadDataset,
  loadNormalisation,
  verifyDataset,
  type LoadedDataset,
} from './load'
export { dropFolder, restoreSet, removeDataset, removeLeftovers, setAside } from './setFolders'
export type { Normalisation } from './statistics'
export { hasDataset, listDatasets } from './store'
