/** Builds SQL statements from lists of columns. */

/**
 * Returns an INSERT of one row.
 * @param columns their names, each bound as the `?` at its place; or the SQL of each value by name
 */
export function insertInto(
  table: string,
  columns: readonly string[] | Readonly<Record<string, string>>,
  orElse: '' | ' OR IGNORE' | ' OR REPLACE' = '',
): string {
  const values = isList(columns) ? Object.fromEntries(columns.map((name) => [name, '?'])) : columns
  return `INSERT${orElse} INTO ${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`
}

/**
 * Returns an INSERT of one row that updates the row with the same `id` if there is one.
 * @param columns their names, each bound as the `?` at its place
 * @param kept columns that stay as they are in an existing row
 */
export function upsertInto(table: string, columns: readonly string[], kept: ReadonlySet<string>): string {
  const updates = columns.flatMap((name) => (name === 'id' || kept.has(name) ? [] : [`${name} = excluded.${name}`]))
  return `${insertInto(table, columns)} ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}`
}

/** Returns the list of a SELECT: 'runs.train_loss AS trainLoss, …' of `{ trainLoss: 'runs.train_loss' }`. */
export function selectList(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ')
}

const isList = (columns: readonly string[] | object): columns is readonly string[] => Array.isArray(columns)
