/** The SQL of all measurements, derived from the metrics in `contract/runs/metrics.ts`. */
import { epochFields, stepFields, type EpochRollUp, type Metric } from '../../contract/runs/metrics'
import { insertInto, selectList } from '../files/statements'
import { figureColumns, filterColumns } from '../filters'

const columnsOf = (fields: Readonly<Record<string, Metric>>): string[] =>
  Object.values(fields).map(({ column }) => column)
const selected = (table: string, fields: Readonly<Record<string, Metric>>): string =>
  selectList(Object.fromEntries(Object.entries(fields).map(([name, { column }]) => [name, `${table}.${column}`])))

export const epochColumns = `epochs.epoch, ${selected('epochs', epochFields)}`
export const stepColumns = `steps.step, ${selected('steps', stepFields)}`

/** The summary columns of a run, by column. Each is computed from all epochs, so that both always agree. */
const over = (what: string): string => `(SELECT ${what} FROM epochs WHERE run = @run)`
const rollUps: Record<EpochRollUp, (column: string) => string> = {
  last: (column) => `(SELECT ${column} FROM epochs WHERE run = @run ORDER BY epoch DESC LIMIT 1)`,
  best: (column) =>
    `(SELECT ${column} FROM epochs WHERE run = @run ORDER BY coalesce(validation_accuracy, test_accuracy) DESC, epoch LIMIT 1)`,
  min: (column) => over(`min(${column})`),
  max: (column) => over(`max(${column})`),
  sum: (column) => over(`sum(${column})`),
  mean: (column) => over(`avg(${column})`),
}
const metrics: readonly Metric[] = Object.values(epochFields)
const rolledUp: Readonly<Record<string, string>> = {
  epochs_done: over('count(*)'),
  best_epoch: rollUps.best('epoch'),
  ...Object.fromEntries(
    metrics.flatMap(({ column, rollUps: wanted = {} }) =>
      Object.entries(wanted).map(([name, rollUp]) => [name, rollUps[rollUp](column)]),
    ),
  ),
}

/** Columns of a run's row that its journal contains or determines. */
export const measuredRunColumns: ReadonlySet<string> = new Set([
  ...Object.keys(rolledUp),
  'environment',
  'dataset_fingerprint',
  'startup_seconds',
  'checkpoint_step',
  'checkpoint_epochs',
  'checkpoint_at',
])

/** The tables of a run's measurements, with all their columns except the run. */
const measuredTables = {
  epochs: ['epoch', ...columnsOf(epochFields)],
  steps: ['step', ...columnsOf(stepFields)],
  filters: filterColumns,
  layer_figures: figureColumns,
  evaluations: ['epoch', 'classes', 'confusion', 'mistakes'],
} as const satisfies Record<string, readonly string[]>
export const insertEpoch = insertInto('epochs', ['run', ...measuredTables.epochs])
export const insertStep = insertInto('steps', ['run', ...measuredTables.steps])
export const putEvaluation = insertInto('evaluations', ['run', ...measuredTables.evaluations], ' OR REPLACE')
/** Statements that copy the measurements of one run to another; parameters: the target, then the source. */
export const copies = Object.entries(measuredTables).map(([table, list]) => {
  const columns = list.join(', ')
  return `INSERT INTO ${table} (run, ${columns}) SELECT ?, ${columns} FROM ${table} WHERE run = ?`
})
export const setRollUps = `UPDATE runs SET ${Object.entries(rolledUp)
  .map(([column, given]) => `${column} = ${given}`)
  .join(', ')} WHERE key = @run`
export const listRollUps = Object.entries(rolledUp)
  .map(
    ([column, given]) =>
      `SELECT '${column}' AS column, (SELECT ${column} FROM runs WHERE key = @run) AS kept, ${given} AS given`,
  )
  .join(' UNION ALL ')
