/** Tables for people: columns of equal width. */
import { textTable } from '../../analysis/text/table'

/** A title that begins with '>' marks a numeric column, which is right-aligned. */
export function columns(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): string {
  const table = textTable({
    caption: '',
    columns: titles.map((title) =>
      title.startsWith('>') ? { title: title.slice(1), align: 'right' } : { title, align: 'left' },
    ),
    rows: rows.map((row) => [...row]),
    notes: [...notes],
  })
  return table.trimStart()
}
