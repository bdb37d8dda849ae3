/** Renders a report as Markdown and LaTeX, with figures and manifest in separate files. Pure. */
import { escapeLatex } from '../text/latexText'
import { escapeMarkdown, latexTable, markdownTable, type Table } from '../text/table'
import type { Block, Report } from './content'

export function reportMarkdown({ title, byline, blocks }: Report): string {
  return [
    `# ${escapeMarkdown(title)}`,
    '',
    escapeMarkdown(byline),
    '',
    ...blocks.flatMap((block) => [blockMarkdown(block), '']),
  ].join('\n')
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escapeMarkdown(block.text)}`
    case 'text':
      return escapeMarkdown(block.text)
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')
    case 'table':
      return markdownTable(block.table).trimEnd()
    case 'figure':
      return `![${escapeMarkdown(block.caption)}](figures/${block.file}.svg)\n\n*${escapeMarkdown(block.caption)}*`
    case 'file':
      return `${escapeMarkdown(block.caption)}\n\n[${block.name}](${block.name})`
  }
}

/** Rows of one table that fit on a page. */
const rowsAPage = 28

export function reportLatex({ title, byline, blocks }: Report): string {
  return [
    '% Figures are SVG files in figures/. LaTeX needs PDF: convert them, for example with',
    '%   for f in figures/*.svg; do rsvg-convert -f pdf -o "${f%.svg}.pdf" "$f"; done',
    '% If a figure is missing, its name is printed instead.',
    '\\documentclass[11pt]{article}',
    '\\usepackage[a4paper,margin=2cm]{geometry}',
    '\\usepackage{graphicx}',
    '\\newcommand{\\reportfigure}[1]{\\IfFileExists{figures/#1.pdf}{\\includegraphics[width=\\linewidth,height=0.8\\textheight,keepaspectratio]{figures/#1.pdf}}{\\fbox{\\texttt{figures/#1.svg}}}}',
    `\\title{${escapeLatex(title)}}`,
    '\\author{}',
    '\\date{}',
    '\\begin{document}',
    '\\maketitle',
    '',
    escapeLatex(byline),
    '',
    ...blocks.flatMap((block) => [blockLatex(block), '']),
    '\\end{document}',
    '',
  ].join('\n')
}

function blockLatex(block: Block): string {
  switch (block.kind) {
    case 'heading':
      // Keeps floats in their section.
      return `\\clearpage\n\\section*{${escapeLatex(block.text)}}`
    case 'text':
      return escapeLatex(block.text)
    case 'list':
      return ['\\begin{itemize}', ...block.items.map((item) => `  \\item ${escapeLatex(item)}`), '\\end{itemize}'].join(
        '\n',
      )
    case 'table':
      return pages(block.table).map(fitted).join('\n')
    case 'figure':
      return [
        '\\begin{figure}[htbp]',
        '  \\centering',
        `  \\reportfigure{${block.file}}`,
        `  \\caption{${escapeLatex(block.caption)}}`,
        '\\end{figure}',
      ].join('\n')
    case 'file':
      return `${escapeLatex(block.caption)} The file is \\texttt{${escapeLatex(block.name)}}.`
  }
}

/** Splits a long table into several; notes are under the last. */
function pages(table: Table): Table[] {
  const parts = Math.max(1, Math.ceil(table.rows.length / rowsAPage))
  return Array.from({ length: parts }, (_, i) => ({
    ...table,
    caption: parts === 1 ? table.caption : `${table.caption} (${i + 1} of ${parts})`,
    rows: table.rows.slice(i * rowsAPage, (i + 1) * rowsAPage),
    notes: i === parts - 1 ? table.notes : [],
  }))
}

/** Scales a table to the text width if it would be wider. */
function fitted(table: Table): string {
  return latexTable(table)
    .replace('\\begin{table}', '\\begin{table}[htbp]')
    .replace(
      '  \\begin{tabular}',
      '  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n  \\begin{tabular}',
    )
    .replace('  \\end{tabular}', '  \\end{tabular}}')
    .trimEnd()
}
