/** Help text below a command's options, wrapped to the width of the terminal. */
import type { Command } from 'commander'

/** Columns below which descriptions are not wrapped. */
export const minWidthToWrap = 20

export interface HelpSection {
  heading: string
  /** A term with its description in columns; a term alone, such as an example, is printed as it is. */
  items: readonly (string | readonly [term: string, description: string])[]
}

/** Adds sections that are aligned and wrapped as the options are. */
export function addSections(command: Command, sections: readonly HelpSection[]): Command {
  return command.addHelpText('after', () => {
    const help = command.createHelp()
    help.prepareContext({ helpWidth: command.configureOutput().getOutHelpWidth?.() ?? 80 })
    return sections
      .map(({ heading, items }) => {
        const widest = Math.max(0, ...items.map((item) => (typeof item === 'string' ? 0 : item[0].length)))
        return [
          heading,
          ...items.map((item) =>
            typeof item === 'string' ? `  ${item}` : help.formatItem(item[0], widest, item[1], help),
          ),
        ].join('\n')
      })
      .map((text) => `\n${text}`)
      .join('\n')
  })
}
