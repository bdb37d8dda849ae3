/** Builds the command line from all commands. */
import { Command } from 'commander'
import { version } from '../../package.json'
import { limitProblem } from '../../setup/lib/kernelLevels.mjs'
import { WorkbenchError } from '../contract/errors'
import { didYouMean } from '../contract/typedNames'
import { addBackup } from './commands/system/backup'
import { addCompare } from './commands/studies/compare'
import { addDatasets } from './commands/datasets'
import { addDoctor } from './commands/system/doctor'
import { addExport } from './commands/publish/export'
import { addFilters } from './commands/models/filters'
import { addImport } from './commands/publish/import'
import { addModels } from './commands/models/models'
import { addReport } from './commands/publish/report'
import { addRuns } from './commands/runs/runs'
import { addStudy } from './commands/studies/study'
import { addTrain } from './commands/runs/train'
import { addTune } from './commands/system/tune'
import { addVerify } from './commands/publish/verify'
import { nameOf, report, usageError, UsageError } from './output/failures'
import { addSections, minWidthToWrap, type HelpSection } from './help'
import { typedPath } from './options'

const sections = [
  {
    heading: 'Examples:',
    items: [
      ['$ mcnn study run quick-start', 'six short runs on the built-in data, compared'],
      ['$ mcnn study run how-deep', 'which layers to replace: accuracy against parameters'],
      '$ mcnn datasets import cifar-10-binary.tar.gz',
      '$ mcnn train --arch resnet-20 --variant mcnn-f --epochs 2 --seed 1',
      '$ mcnn study run --name "Table I" --archs resnet-32,resnet-56 --seeds 5',
      '$ mcnn compare "Table I" --format latex',
      '$ mcnn filters RUN --layer stem --filter 0 --out bank.svg',
      '$ mcnn export RUN --out model.onnx',
    ],
  },
  {
    heading: 'Exit codes:',
    items: [
      ['0', 'done'],
      ['1', 'failed'],
      ['2', 'wrong use or bad input; nothing was changed'],
      ['130', 'interrupted'],
    ],
  },
  {
    heading: 'Errors:',
    items: [
      'One sentence on standard error. With --json also one document on standard',
      'output: {"error": {"code": "…", "message": "…", "fix": "…" or null}}',
    ],
  },
] satisfies HelpSection[]

/** @returns the exit code */
export async function runCli(argv: string[]): Promise<number> {
  const program = buildProgram()
  let running = program
  program.hook('preAction', (_, command) => {
    running = command
    const problem = limitProblem(process.env)
    if (problem) throw new WorkbenchError('bad-input', problem.message, { fix: problem.fix })
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (thrown) {
    const isHelp = thrown instanceof UsageError && thrown.of.code === 'commander.help' && thrown.of.exitCode !== 0
    return report(isHelp ? noCommand(thrown.command) : thrown, running, wantsJson(argv))
  }
}

export function buildProgram(): Command {
  const program = new Command('mcnn')
    .description('Trains multi-band convolutional networks next to their baselines and compares them honestly.')
    .version(version, '--version', 'print the version')
    .option('--json', 'one JSON document on standard output, or JSON lines if the command streams')
    .option(
      '--data-dir <dir>',
      'where data sets, runs and the history are stored (default: $MCNN_DATA_DIR, else the folder chosen in the window, else the user’s data folder)',
      typedPath,
    )
    .helpOption('--help', 'print the help of a command')
    .helpCommand('help [command]', 'print the same as --help')
  addSections(program, sections)
  for (const add of [
    addDoctor,
    addModels,
    addDatasets,
    addTrain,
    addStudy,
    addCompare,
    addRuns,
    addFilters,
    addVerify,
    addReport,
    addExport,
    addImport,
    addTune,
    addBackup,
  ])
    add(program)
  // Commander prints errors in several lines and exits: both are done here instead.
  for (const command of everyCommand(program))
    command
      .exitOverride((error) => {
        throw new UsageError(error, command)
      })
      .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
      .configureHelp({ showGlobalOptions: true, minWidthToWrap })
      .allowExcessArguments(false)
  return program
}

/** Read from the raw arguments, in case the others cannot be parsed. */
function wantsJson(argv: string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? undefined : end).includes('--json')
}

export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

/** Returns the error for a command group without a command, or for `help` of a command that it does not have. */
function noCommand(group: Command): Error {
  const names = group.commands.map((command) => command.name())
  const fix = `\`${nameOf(group)} --help\` describes the commands.`
  const [help, asked] = group.args
  if (help === 'help' && asked !== undefined)
    return usageError(`There is no command ${JSON.stringify(asked)}. ${didYouMean(names, asked)}`.trim(), fix)
  return usageError(`${nameOf(group)} needs a command: ${names.join(', ')}.`, fix)
}
