import { describe, expect, it } from 'vitest'
import { presets } from '../analysis/studies/presets'
import { typedPath } from './options'
import { buildProgram, everyCommand } from './program'

const commands = everyCommand(buildProgram())
const helpOf = (command: (typeof commands)[number]): string => {
  let text = ''
  command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => 80 }).outputHelp()
  return text
}

describe('help of every command at a width of 80 columns', () => {
  it.each(commands.map((command) => [command.name(), command] as const))(
    '%s: fits, and no term touches its description',
    (_, command) => {
      const lines = helpOf(command).split('\n')
      expect(lines.filter((line) => Array.from(line).length > 80)).toEqual([])
      const terms = [
        ...command.options.filter(({ hidden }) => !hidden).map(({ flags }) => flags),
        ...command.commands.map((one) => one.name()),
      ]
      for (const term of terms)
        expect(
          lines.some(
            (line) =>
              line.startsWith(`  ${term}  `) || line.startsWith(`  ${term} [`) || line.startsWith(`  ${term} <`),
          ),
          term,
        ).toBe(true)
    },
  )
})

it('parses every path of every command in the same way', () => {
  const isPath = /[<[](file|dir|path)[\]>]$/
  const typed = commands.flatMap((command) => [
    ...command.options
      .filter(({ flags }) => isPath.test(flags))
      .map(({ flags, parseArg }) => ({ name: flags, parseArg })),
    ...command.registeredArguments
      .filter((argument) => ['file', 'dir', 'path'].includes(argument.name()))
      .map((argument) => ({ name: `${command.name()} ${argument.name()}`, parseArg: argument.parseArg })),
  ])
  expect(typed.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      '--data-dir <dir>',
      '--out <file>',
      '--out <dir>',
      '--out <path>',
      'create file',
      'import file',
      'import path',
    ]),
  )
  for (const { name, parseArg } of typed) expect(parseArg, name).toBe(typedPath)
})

it('lists every preset with its description in one column', () => {
  const run = commands.find((command) => command.name() === 'run' && command.parent?.name() === 'study')
  const lines = (run ? helpOf(run) : '').split('\n')
  const widest = Math.max(...presets.map(({ id }) => id.length))
  for (const { id, hint } of presets)
    expect(lines.find((line) => line.trimStart().startsWith(`${id} `))).toContain(
      `  ${id.padEnd(widest)}  ${hint.split(' ')[0] ?? ''}`,
    )
})
