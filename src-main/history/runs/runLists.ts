/** Lists of runs for tables: filtered, sorted and grouped by SQLite, returned in pages. */
import { spread } from '../../analysis/statistics/statistics'
import { trainingConfig } from '../../contract/experiment'
import { noCounts, runStates } from '../../contract/runs/states'
import type { SortColumn } from '../../contract/runs/columns'
import { runGroup, runRow, type RunGroup, type RunRow, type Statistic } from '../../contract/runs/rows'
import type { Sorting } from '../../contract/runs/runLists'
import type { Database } from '../files/database'
import { accuracyOf, columnSql, groupColumns, lastKeys, rowColumns, type GroupValues } from './columnSql'
import { filterOf, type Filter } from './runFilter'
import { from } from './runSql'

export interface RunListQuery {
  query: string
  sort: readonly Sorting[]
  statistic: Statistic
  group: 'none' | 'config'
  /** Config ids of the expanded groups. */
  open: readonly string[]
}

export interface RunListPart {
  rows: number
  runs: number
  groups: number | null
  part: (RunRow | RunGroup)[]
}

type GroupRow = Record<(typeof runStates)[number], number> &
  GroupValues & {
    config: string
    runs: number
    /** JSON of the accuracies that enter the mean. */
    accuracies: string
    /** JSON of the config without its seed. */
    json: string
  }

/** A group in the list: its head at `row`, then its members if it is expanded. */
interface Placed {
  config: string
  runs: number
  row: number
  rows: number
}

export class RunLists {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** @throws WorkbenchError bad-input if the query is invalid */
  part(asked: RunListQuery, offset: number, limit: number): RunListPart {
    const filter = filterOf(asked.query)
    if (asked.group === 'none') {
      const runs = Number(
        this.#db
          .prepare(`SELECT count(*) ${from} WHERE ${filter.where}`)
          .pluck()
          .get(...filter.values),
      )
      return {
        rows: runs,
        runs,
        groups: null,
        part: this.#rowsOf(this.#keys(asked, filter, offset, limit), asked.statistic),
      }
    }
    const groups = this.#placed(asked, filter)
    const last = groups.at(-1)
    const part: (RunRow | RunGroup)[] = []
    const seen = groups.filter((group) => group.row < offset + limit && group.row + group.rows > offset)
    const heads = this.#heads(
      asked,
      filter,
      seen.filter((group) => group.row >= offset).map((group) => group.config),
    )
    for (const group of seen) {
      const head = heads.get(group.config)
      if (head) part.push(head)
      const first = Math.max(0, offset - group.row - 1)
      const end = Math.min(group.rows - 1, offset + limit - group.row - 1)
      if (end > first)
        part.push(
          ...this.#rowsOf(this.#keys(asked, ofConfig(filter, group.config), first, end - first), asked.statistic),
        )
    }
    return {
      rows: last ? last.row + last.rows : 0,
      runs: groups.reduce((sum, group) => sum + group.runs, 0),
      groups: groups.length,
      part,
    }
  }

  /** Returns the runs in rows `offset` to `offset + limit`, in order; a collapsed group stands for all of its runs. */
  ids(asked: RunListQuery, offset: number, limit: number): string[] {
    const filter = filterOf(asked.query)
    if (asked.group === 'none') return this.#idsOf(this.#keys(asked, filter, offset, limit))
    const seen = this.#placed(asked, filter).filter(
      (group) => group.row < offset + limit && group.row + group.rows > offset,
    )
    return seen.flatMap((group) => {
      const whole = group.row >= offset && (group.rows === 1 || group.row + group.rows <= offset + limit)
      const first = whole ? 0 : Math.max(0, offset - group.row - 1)
      const end = whole ? group.runs : Math.min(group.rows - 1, offset + limit - group.row - 1)
      return end > first ? this.#idsOf(this.#keys(asked, ofConfig(filter, group.config), first, end - first)) : []
    })
  }

  /** Returns runs in the order of the ids, without ids that do not exist. */
  byIds(ids: readonly string[], statistic: Statistic): RunRow[] {
    const keys = this.#db
      .prepare<[string], number>(
        'SELECT runs.key FROM json_each(?) AS wanted JOIN runs ON runs.id = wanted.value JOIN studies ON studies.key = runs.study WHERE studies.trashed_at IS NULL ORDER BY wanted.key',
      )
      .pluck()
    return this.#rowsOf(keys.all(JSON.stringify(ids)), statistic)
  }

  /** Returns all tags in use, and the names of the studies. */
  words(): { tags: string[]; studies: string[] } {
    return {
      tags: this.#db.prepare<[], string>('SELECT DISTINCT tag FROM tags ORDER BY tag').pluck().all(),
      studies: this.#db
        .prepare<[], string>('SELECT DISTINCT name FROM studies WHERE trashed_at IS NULL ORDER BY name COLLATE NOCASE')
        .pluck()
        .all(),
    }
  }

  #keys(asked: RunListQuery, { where, values }: Filter, offset: number, limit: number): number[] {
    const sql = `SELECT runs.key ${from} WHERE ${where} ORDER BY ${orderOf(asked.sort, asked.statistic)} LIMIT ? OFFSET ?`
    return this.#db
      .prepare<(string | number)[], number>(sql)
      .pluck()
      .all(...values, limit, offset)
  }

  #idsOf(keys: readonly number[]): string[] {
    const sql = 'SELECT runs.id FROM json_each(?) AS wanted JOIN runs ON runs.key = wanted.value ORDER BY wanted.key'
    return this.#db.prepare<[string], string>(sql).pluck().all(JSON.stringify(keys))
  }

  #rowsOf(keys: readonly number[], statistic: Statistic): RunRow[] {
    if (keys.length === 0) return []
    const columns = rowColumns(statistic)
    const sql = `
      SELECT ${columns} FROM json_each(?) AS wanted JOIN runs ON runs.key = wanted.value JOIN studies ON studies.key = runs.study
      ORDER BY wanted.key`
    const rows = this.#db.prepare<[string], { tags: string }>(sql).all(JSON.stringify(keys))
    return rows.map((row) => runRow.parse({ ...row, tags: JSON.parse(row.tags) as unknown }))
  }

  /** Returns all groups in order, with their positions. */
  #placed(asked: RunListQuery, { where, values }: Filter): Placed[] {
    const open = new Set(asked.open)
    const { columns, order } = groupOrder(asked.sort, asked.statistic)
    const sql = `
      WITH matching AS (SELECT ${['runs.config', 'runs.created_at', 'runs.key', ...columns].join(', ')} ${from} WHERE ${where})
      SELECT config, count(*) AS runs FROM matching GROUP BY config ORDER BY ${order}`
    let row = 0
    return this.#db
      .prepare<(string | number)[], { config: string; runs: number }>(sql)
      .all(...values)
      .map(({ config, runs }) => {
        const placed = { config, runs, row, rows: open.has(config) ? 1 + runs : 1 }
        row += placed.rows
        return placed
      })
  }

  #heads(asked: RunListQuery, { where, values }: Filter, configs: readonly string[]): Map<string, RunGroup> {
    if (configs.length === 0) return new Map()
    const columns = groupColumns(asked.statistic)
    const sql = `
      WITH matching AS (SELECT runs.* ${from} WHERE (${where}) AND runs.config IN (SELECT value FROM json_each(?))),
        counting AS (SELECT runs.*, ${counts} AS counted FROM matching AS runs)
      SELECT runs.config, count(*) AS runs, ${runStates.map((state) => `sum(runs.state = '${state}') AS ${state}`).join(', ')},
        json_group_array(${accuracyOf[asked.statistic]}) FILTER (WHERE counted) AS accuracies, ${columns},
        (SELECT json FROM configs WHERE id = runs.config) AS json
      FROM counting AS runs GROUP BY runs.config`
    const rows = this.#db.prepare<(string | number)[], GroupRow>(sql).all(...values, JSON.stringify(configs))
    return new Map(rows.map((row) => [row.config, groupOf(row)]))
  }
}

/** Of runs with equal seeds only the newest finished one counts: equal seeds give no independent values. */
const counts = `(runs.state = 'done' AND runs.test_accuracy IS NOT NULL
  AND row_number() OVER (PARTITION BY runs.config, runs.seed, runs.state = 'done' ORDER BY runs.key DESC) = 1)`

function groupOf(row: GroupRow): RunGroup {
  const { arch, variant, ...training } = JSON.parse(row.json) as Record<string, unknown>
  const byState = noCounts()
  for (const state of runStates) byState[state] = row[state]
  const values = (JSON.parse(row.accuracies) as (number | null)[]).filter((value) => value !== null)
  return runGroup.parse({
    ...row,
    kind: 'group',
    configId: row.config,
    arch,
    variant,
    training: trainingConfig.parse(training),
    counts: byState,
    accuracy: spread(values),
  })
}

function ofConfig({ where, values }: Filter, config: string): Filter {
  return { where: `(${where}) AND runs.config = ?`, values: [...values, config] }
}

/** Missing values come last in both directions. */
const ordered = (key: string, descending: boolean): string[] => [
  `(${key}) IS NULL`,
  `${key}${descending ? ' DESC' : ''}`,
]

function orderOf(sort: readonly Sorting[], statistic: Statistic): string {
  return [
    ...sort.flatMap(({ column, descending }) =>
      columnSql[column].sort(statistic).flatMap((key) => ordered(key, descending)),
    ),
    ...lastKeys,
  ].join(', ')
}

/**
 * Means over finished runs; the first or last run's value for everything else.
 * @returns the columns that are needed of a run besides its config, key and time, and the resulting order. Each further
 *   column costs milliseconds over ten thousand runs, and runs are counted only if a mean needs them.
 */
function groupOrder(sort: readonly Sorting[], statistic: Statistic): { columns: string[]; order: string } {
  const together = (column: SortColumn, key: string, descending: boolean): string => {
    switch (columnSql[column].group) {
      case 'mean of finished':
        return `avg(CASE WHEN counted THEN ${key} END)`
      case 'mean':
        return `avg(${key})`
      case 'sum':
        return `sum(${key})`
      case 'end':
        return descending ? `max(${key})` : `min(${key})`
    }
  }
  const sorted = sort.flatMap(({ column, descending }) =>
    columnSql[column].sort(statistic).map((key) => ({ column, key, descending })),
  )
  return {
    columns: [
      ...sorted.map(({ key }, i) => `(${key}) AS sort${i}`),
      ...(sort.some(({ column }) => columnSql[column].group === 'mean of finished') ? [`${counts} AS counted`] : []),
    ],
    order: [
      ...sorted.flatMap(({ column, descending }, i) => ordered(together(column, `sort${i}`, descending), descending)),
      'max(created_at) DESC',
      'max(key) DESC',
    ].join(', '),
  }
}
