import path from 'node:path'
import type { Command } from 'commander'
import { dataDirOf } from '../client'
import { writeJson, writeOut } from '../output'
import type { Globals } from '../program'

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the history, also while something trains')
    .option('--out <file>', 'where to (default: a new file in the data directory’s backups)')
    .action(async (options: { out?: string }, command: Command) => {
      const { prepareDataDir } = await import('../../service/dataDir')
      const { makeBackup } = await import('../../service/backups')
      const made = await makeBackup(await prepareDataDir(await dataDirOf(command)), options.out === undefined ? undefined : path.resolve(options.out))
      if (command.optsWithGlobals<Globals>().json) writeJson(made)
      else writeOut(`${made.file}: ${(made.bytes / 1e6).toFixed(1)} MB, whole.\n`)
    })
}
