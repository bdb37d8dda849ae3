/** Pages that are generated. `npm run docs` writes them; as a part of `npm test` this compares them. */
import { expect, it } from 'vitest'
import { entryOf, glossary } from '../../src-main/analysis/help/glossary'
import { buildProgram, everyCommand } from '../../src-main/cli/program'
import { serviceCalls } from '../../src-main/contract/calls'
import { runColumns } from '../../src-main/contract/runs/columns'
import type { RunColumn } from '../../src-main/contract/runs/runColumn'
import { heading, hint, reference } from './generated'

it('the page of the command line matches the program’s own description', async () => {
  const nameOf = (command: (typeof commands)[number]): string =>
    command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
  const commands = everyCommand(buildProgram())
  const sections = commands.map((command) => {
    let help = ''
    command
      .configureHelp({ showGlobalOptions: false })
      .configureOutput({ writeOut: (part) => void (help += part), getOutHelpWidth: () => 100 })
      .outputHelp()
    return `\n## ${nameOf(command)}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`
  })
  const intro =
    '\nCall it as `npx mcnn` in this folder. The options of `mcnn` itself are options of every command. The window and the\ncommand line work on the same history.\n'
  await expect(`${heading('Command line', 'src-main/cli/')}${intro}${sections.join('')}`, hint).toMatchFileSnapshot(
    reference('command-line.md'),
  )
})

it('the glossary page matches the window’s glossary', async () => {
  const anchorOf = (term: string): string =>
    term
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-')
  const link = (id: string): string => {
    const term = entryOf(id)?.term ?? id
    return `[${term}](#${anchorOf(term)})`
  }
  const sections = glossary.map(
    ({ title, entries }) =>
      `\n## ${title}\n${Object.values(entries)
        .map(
          ({ term, text, see = [] }) =>
            `\n### ${term}\n\n${text}\n${see.length > 0 ? `\nSee ${see.map(link).join(', ')}.\n` : ''}`,
        )
        .join('')}`,
  )
  await expect(
    `${heading('Glossary', 'src-main/analysis/help/glossary.ts')}${sections.join('')}`,
    hint,
  ).toMatchFileSnapshot(reference('glossary.md'))
})

const tableOf = (heads: string[], rows: string[][]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')

it('the page of run columns matches the contract', async () => {
  const columns: RunColumn[] = Object.values(runColumns)
  const code = (name: string | undefined): string => (name === undefined ? '' : `\`${name}\``)
  const rows = columns.map(({ doc, table, query, csv }) => [
    doc,
    table?.label ?? '',
    query === undefined ? '' : `${code(query.name)} (${query.kind})`,
    code(csv?.name),
  ])
  const intro =
    '\nWhat a list of runs knows of each run: its column in the table, its field in a query, its name in a CSV export.\n\n'
  await expect(
    `${heading('Columns of runs', 'src-main/contract/runs/columns.ts')}${intro}${tableOf(['value', 'table', 'query', 'CSV'], rows)}`,
    hint,
  ).toMatchFileSnapshot(reference('run-columns.md'))
})

it('the page of calls matches the contract', async () => {
  const rows = Object.entries(serviceCalls).map(([name, call]) => [
    `\`${name}\``,
    call.access,
    'path' in call ? 'file dialog' : '',
  ])
  const intro =
    '\nCalls with `read` access are answered while another program holds the history; calls with `write` access are refused then.\nA window cannot make a call that takes a path: the shell makes it with a path from a file dialog.\n\n'
  await expect(
    `${heading('Calls', 'src-main/contract/calls.ts')}${intro}${tableOf(['call', 'access', 'path from'], rows)}`,
    hint,
  ).toMatchFileSnapshot(reference('calls.md'))
})
