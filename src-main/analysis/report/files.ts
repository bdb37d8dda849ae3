/** Renders a report as files. Pure. */
import { formatComparison } from '../text/formats'
import { reportOf, type ReportFacts } from './content'
import { reportHtml } from './html'
import { reportLatex, reportMarkdown } from './texts'

/** Files by name below the report's folder. `index.html` is last: it is written when all others exist. */
export function reportFiles(facts: ReportFacts): Map<string, string> {
  const report = reportOf(facts)
  const files = new Map<string, string>()
  for (const block of report.blocks) {
    if (block.kind === 'figure') files.set(`figures/${block.file}.svg`, block.svg)
    if (block.kind === 'file') files.set(block.name, block.text)
  }
  files.set('comparison.json', formatComparison(facts.comparison, 'json'))
  files.set('comparison.csv', formatComparison(facts.comparison, 'csv'))
  files.set('report.md', reportMarkdown(report))
  files.set('report.tex', reportLatex(report))
  files.set('index.html', reportHtml(report))
  return files
}
