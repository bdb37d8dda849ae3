/** A table of strings, formatted as text, Markdown or LaTeX. */
import { escapeLatex } from './latexText'

export interface Table {
  caption: string
  columns: { title: string; align: 'left' | 'right' }[]
  /** One cell per column. */
  rows: string[][]
  /** Sentences below the table. */
  notes: string[]
}

const width = (text: string): number => Array.from(text).length

/** Columns of equal width, separated by two spaces, with a rule under the header. */
export function textTable(table: Table): string {
  const widths = table.columns.map((column, i) =>
    Math.max(width(column.title), ...table.rows.map((row) => width(row[i] ?? ''))),
  )
  const line = (cells: string[]): string =>
    table.columns
      .map(({ align }, i) => {
        const text = cells[i] ?? ''
        const space = ' '.repeat((widths[i] ?? 0) - width(text))
        return align === 'right' ? space + text : text + space
      })
      .join('  ')
      .trimEnd()
  const body = [
    line(table.columns.map((c) => c.title)),
    line(widths.map((w) => '─'.repeat(w))),
    ...table.rows.map(line),
  ]
  return [table.caption, '', ...body, ...(table.notes.length > 0 ? ['', ...table.notes] : []), ''].join('\n')
}

/** GitHub Flavored Markdown. */
export function markdownTable(table: Table): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  const notes = table.notes.flatMap((note) => ['', escapeMarkdown(note)])
  return [
    `**${escapeMarkdown(table.caption)}**`,
    '',
    line(table.columns.map((c) => escapeMarkdown(c.title))),
    line(table.columns.map((c) => (c.align === 'right' ? '---:' : '---'))),
    ...table.rows.map((row) => line(row.map(escapeMarkdown))),
    ...notes,
    '',
  ].join('\n')
}

/** A LaTeX `table` that needs no package. */
export function latexTable(table: Table): string {
  const line = (cells: string[]): string => `    ${cells.map(escapeLatex).join(' & ')} \\\\`
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(table.caption)}}`,
    `  \\begin{tabular}{${table.columns.map((c) => (c.align === 'right' ? 'r' : 'l')).join('')}}`,
    '    \\hline',
    line(table.columns.map((c) => c.title)),
    '    \\hline',
    ...table.rows.map(line),
    '    \\hline',
    '  \\end{tabular}',
    ...table.notes.map((note) => `  \\par\\smallskip\\footnotesize ${escapeLatex(note)}`),
    '\\end{table}',
    '',
  ].join('\n')
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s*\n\s*/g, ' ')
}

/** CSV by RFC 4180 with line feeds. Null is an empty field. */
export function csvLine(fields: readonly (string | number | boolean | null)[]): string {
  return `${fields.map((field) => (field === null ? '' : quoteCsv(String(field)))).join(',')}\n`
}

function quoteCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
