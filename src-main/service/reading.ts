import type { ServiceCall } from '../contract/calls'

/** Calls that change nothing: what can be asked while another program has the history. A new call is not among them before it is put here. */
const reading: ReadonlySet<ServiceCall> = new Set<ServiceCall>([
  'system.info', 'system.doctor', 'system.device', 'system.condition', 'system.trainedOn', 'system.backup', 'system.backups', 'system.storage', 'system.log',
  'models.list', 'models.get',
  'datasets.list', 'datasets.sources', 'datasets.samples', 'datasets.statistics', 'datasets.augmented',
  'studies.list', 'studies.trashed', 'studies.get', 'studies.estimate', 'studies.compare', 'studies.moreSeeds', 'studies.findings', 'studies.curves',
  'runs.list', 'runs.unfinished', 'runs.get', 'runs.news', 'runs.evaluation', 'runs.mistakes', 'runs.log', 'runs.export', 'runs.classify', 'runs.cutShort', 'runs.query', 'runs.ids', 'runs.rows', 'runs.curves', 'runs.words',
  'search.find',
  // Written beside the history, never into it; a verdict is kept where that may be.
  'publish.runManifest', 'publish.studyManifest', 'publish.verifiable', 'publish.verify', 'publish.export', 'publish.report', 'publish.cancel',
  'filters.layers', 'filters.figures', 'filters.bank', 'filters.layer', 'filters.coverage', 'filters.scale', 'filters.input',
])

export function isReading(call: ServiceCall): boolean {
  return reading.has(call)
}
