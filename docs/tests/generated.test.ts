/** Pages that are generated. `npm run docs` writes them; as a part of `npm test` this compares them. */
import { expect, it } from 'vitest'
import { entryOf, glossary } from '../../src-main/analysis/help/glossary'
import { buildProgram, everyCommand } from '../../src-main/cli/program'
import { heading, hint, reference } from './generated'

it('the command line is as the program describes itself', async () => {
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

it('the glossary is the window’s', async () => {
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
