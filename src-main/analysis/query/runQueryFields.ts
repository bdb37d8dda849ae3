/** The fields of a query over runs: the columns of `contract/runs/columns.ts` by their query names. Pure. */
import { queryColumns, runColumns, type QueryColumn, type QueryName } from '../../contract/runs/columns'
import type { QueryKind } from '../../contract/runs/runColumn'

interface FieldFacts {
  column: QueryColumn
  kind: QueryKind
  /** Description, for completion. */
  says: string
  /** All choices, or typical numbers. */
  values: readonly string[]
  /** Whether it is usually compared, so that completion offers `>`. */
  isCompared: boolean
}

export type Field = QueryName

export const fields = Object.fromEntries(
  queryColumns.flatMap((column) => {
    const { doc, query } = runColumns[column]
    if (!query) return []
    const { name, kind, example, values = [], isCompared = false } = query
    return [[name, { column, kind, says: example === undefined ? doc : `${doc}: ${example}`, values, isCompared }]]
  }),
) as Readonly<Record<Field, FieldFacts>>

export const fieldNames = Object.keys(fields) as Field[]

export function isField(name: string): name is Field {
  return Object.hasOwn(fields, name)
}
