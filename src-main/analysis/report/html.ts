/** Renders a report as one HTML page: well-formed, without scripts and external resources. Pure. */
import type { Table } from '../text/table'
import type { Block, Report } from './content'

const style = `
:root { color-scheme: light dark; --bg: #ffffff; --ink: #1a1b1e; --ink2: #4a4d55; --line: #d9d9de; --head: #f4f4f6; --link: #0a5ea8; }
@media (prefers-color-scheme: dark) { :root { --bg: #17181b; --ink: #ececee; --ink2: #b8bbc2; --line: #3a3d43; --head: #202226; --link: #7ab8f5; } }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 Inter, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 20px; line-height: 1.3; margin: 40px 0 8px; }
p, ul { max-width: 760px; }
li { margin: 4px 0; }
.by, figcaption, caption, .note { color: var(--ink2); font-size: 13px; }
.wide { overflow-x: auto; margin: 12px 0; }
/* A table wider than the text extends to the right, and scrolls if the window is too narrow. */
@media screen { .wide { width: max-content; min-width: 100%; max-width: calc(100vw - max(24px, (100vw - 1000px) / 2) - 40px); } }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 6px; }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; white-space: nowrap; }
/* Heads wrap before a table scrolls: most are wider than what stands below them. */
th { background: var(--head); font-weight: 600; white-space: normal; vertical-align: bottom; }
.r { text-align: right; }
td.long { white-space: normal; min-width: 220px; }
@media screen and (max-width: 1100px) {
  table { font-size: 12px; }
  th, td { padding: 4px; }
  td.r { white-space: normal; }
  td.r span { white-space: nowrap; }
}
figure { margin: 20px 0; }
figure > div { width: fit-content; max-width: 100%; background: #ffffff; overflow-x: auto; border: 1px solid var(--line); }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { margin-top: 6px; max-width: 760px; }
pre { overflow: auto; max-height: 480px; padding: 12px; background: var(--head); font: 12px/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; }
summary { cursor: pointer; color: var(--link); }
a { color: var(--link); }
@media print {
  :root { --bg: #ffffff; --ink: #000000; --ink2: #333333; --line: #bbbbbb; --head: #ffffff; }
  main { max-width: none; padding: 0; }
  body { font-size: 10pt; }
  table { font-size: 7.5pt; }
  .wide { overflow: visible; }
  th, td { white-space: normal; padding: 2px 5px; }
  figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  details { display: none; }
}
`

export function reportHtml({ title, byline, blocks }: Report): string {
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    '<meta name="generator" content="MCNN Workbench"/>',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="by">${escapeHtml(byline)}</p>`,
    ...blocks.map(blockHtml),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function blockHtml(block: Block, index: number): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`
    case 'table':
      return tableHtml(block.table)
    case 'figure':
      return `<figure>\n<div tabindex="0" role="group" aria-label="${escapeHtml(block.caption)}">${inlineSvg(block.svg, index)}</div>\n<figcaption>${escapeHtml(block.caption)}</figcaption>\n</figure>`
    case 'file':
      return `<p>${escapeHtml(block.caption)}</p>\n<details><summary>${escapeHtml(block.name)}</summary>\n<pre tabindex="0">${escapeHtml(block.text)}</pre>\n</details>`
  }
}

/** Length above which the text of a cell may wrap. */
const longCell = 80

/** A table with more columns scrolls sideways in a window of 900 px. */
const mostColumns = 12

/** Leaves out columns of a wide table that have one value in all rows, and names that value in the caption. */
function withoutConstants({ caption, columns, rows, notes }: Table): Table {
  const [first = []] = rows
  const isConstant = first.map(
    (value, i) =>
      columns.length > mostColumns &&
      rows.length > 1 &&
      /[\p{L}\p{N}]/u.test(value) &&
      rows.every((row) => row[i] === value),
  )
  const constants = first.flatMap((value, i) => (isConstant[i] ? [`${columns[i]?.title ?? ''}: ${value}`] : []))
  const rest = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => !isConstant[i])
  return {
    caption: constants.length === 0 ? caption : `${caption.replace(/\.$/, '')}. In every row: ${constants.join('; ')}.`,
    columns: rest(columns),
    rows: rows.map(rest),
    notes,
  }
}

/** Keeps a number with its spread, and an interval or a count in brackets, on one line. */
function unbroken(escaped: string): string {
  return escaped.replace(/\S+ ± \S+|[[(][^\])]* [^\])]*[\])]/g, '<span>$&</span>')
}

function tableHtml(table: Table): string {
  const { caption, columns, rows, notes } = withoutConstants(table)
  const mark = (i: number): string => (columns[i]?.align === 'right' ? ' class="r"' : '')
  return [
    `<div class="wide" tabindex="0" role="group" aria-label="${escapeHtml(caption)}">`,
    '<table>',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${columns.map(({ title }, i) => `<th scope="col"${mark(i)}>${escapeHtml(title)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map(
      (row) =>
        `<tr>${row.map((cell, i) => `<td${cell.length > longCell ? ' class="long"' : mark(i)}>${columns[i]?.align === 'right' ? unbroken(escapeHtml(cell)) : escapeHtml(cell)}</td>`).join('')}</tr>`,
    ),
    '</tbody>',
    '</table>',
    '</div>',
    ...notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
  ].join('\n')
}

/** Inlines an SVG: in HTML it needs no namespace, and its ids must be unique in the page. */
function inlineSvg(svg: string, index: number): string {
  return svg
    .trimEnd()
    .replace(/ xmlns="[^"]*"/, '')
    .replace(/ id="(\w+)"/g, ` id="$1-${index}"`)
    .replace(/url\(#(\w+)\)/g, `url(#$1-${index})`)
}

/** Control characters are invalid in HTML, escaped or not. */
export function escapeHtml(text: string): string {
  // eslint-disable-next-line no-control-regex -- this expression removes control characters
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '\ufffd')
  return printable.replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c,
  )
}
