/** Translates a query over runs to SQL. */
import { parseQuery, QueryError, type Interval, type Term } from '../../analysis/query/runQuery'
import { fields, type Field } from '../../analysis/query/runQueryFields'
import { WorkbenchError } from '../../contract/errors'
import { columnSql } from './columnSql'

export interface Filter {
  where: string
  values: (string | number)[]
}

const everywhere = ['runs.id', 'studies.name', 'runs.variant', 'runs.dataset', 'runs.arch', 'runs.note', 'runs.reason']

/**
 * Archived and trashed runs match only if the query asks for them (`is:archived`, `is:trashed`). Runs of a study in the
 * trash never match: they are restored with it.
 * @throws WorkbenchError bad-input of field `query`, with the position of the error
 */
export function filterOf(query: string): Filter {
  const terms = read(query)
  const values: Filter['values'] = []
  const parts = terms.map((term) => {
    const sql = `coalesce((${conditionOf(term, values)}), 0)`
    return term.negated ? `NOT ${sql}` : sql
  })
  const asks = (what: string): boolean =>
    terms.some((term) => term.kind === 'words' && term.field === 'is' && !term.negated && term.values.includes(what))
  parts.push('studies.trashed_at IS NULL')
  if (!asks('trashed')) parts.push('runs.trashed_at IS NULL')
  if (!asks('archived') && !asks('trashed')) parts.push('runs.archived_at IS NULL')
  return { where: parts.join(' AND '), values }
}

function read(query: string): Term[] {
  try {
    return parseQuery(query)
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown
    throw new WorkbenchError('bad-input', `At character ${thrown.from + 1} of the query: ${thrown.message}`, {
      field: 'query',
      cause: thrown,
    })
  }
}

function conditionOf(term: Term, values: Filter['values']): string {
  switch (term.kind) {
    case 'anywhere':
      return anywhere(term.text, values)
    case 'numbers':
      return term.alternatives.map((interval) => within(term.field, interval, values)).join(' OR ')
    case 'words':
      return term.values.map((value) => word(term.field, value, term.exact, values)).join(' OR ')
  }
}

function within(field: Field, { low, high, lowOpen, highOpen }: Interval, values: Filter['values']): string {
  const { column, kind } = fields[field]
  const { filter } = columnSql[column]
  if (typeof filter !== 'string') throw new TypeError(`${field} is compared with numbers, and its SQL is no value`)
  const end = (value: number): string | number => (kind === 'date' ? new Date(value).toISOString() : value)
  const parts: string[] = []
  if (low !== -Infinity) {
    parts.push(`${filter} ${lowOpen ? '>' : '>='} ?`)
    values.push(end(low))
  }
  if (high !== Infinity) {
    parts.push(`${filter} ${highOpen ? '<' : '<='} ?`)
    values.push(end(high))
  }
  // A bound beyond every number (1e999 is parsed as infinite) is no bound, but requires a value.
  return parts.length === 0 ? `${filter} IS NOT NULL` : `(${parts.join(' AND ')})`
}

function word(field: Field, value: string, exact: boolean, values: Filter['values']): string {
  const { filter } = columnSql[fields[field].column]
  if (typeof filter === 'object' && 'choices' in filter) return filter.choices[value] ?? '0'
  if (typeof filter === 'object' && 'where' in filter) {
    values.push(value)
    return filter.where
  }
  const columns = typeof filter === 'string' ? [filter] : filter
  values.push(...columns.map(() => value))
  if (typeof filter === 'string') return `${filter} = ?`
  return columns.map((name) => (exact ? `${name} = ? COLLATE NOCASE` : contains(name))).join(' OR ')
}

/** instr is case-sensitive; LIKE would interpret % and _ in the text. */
const contains = (column: string): string => `instr(lower(${column}), lower(?)) > 0`

function anywhere(text: string, values: Filter['values']): string {
  values.push(...everywhere.map(() => text), text)
  const tagged = `EXISTS (SELECT 1 FROM tags WHERE tags.run = runs.key AND ${contains('tags.tag')})`
  return [...everywhere.map(contains), tagged].join(' OR ')
}
