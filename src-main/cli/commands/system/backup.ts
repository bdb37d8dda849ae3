import type { Command } from 'commander'
import { dataDirOf } from '../../client'
import { addOut, writeFileOut, type OutFlags } from '../../output/out'
import { writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'

export function addBackup(program: Command): void {
  const command = program.command('backup').description('copy the history, even during training')
  addOut(command, '<file>', 'the file to write (default: a new file in the data directory’s backups)', false).action(
    async ({ out, force }: Partial<OutFlags>, command: Command) => {
      const { locateDataDir } = await import('../../../service/storage/dataDirIdentity')
      const { makeBackup, writeBackup } = await import('../../../service/storage/backups')
      const paths = locateDataDir(await dataDirOf(command))
      const { made, name, print } =
        out === undefined
          ? { made: await makeBackup(paths), name: null, print: writeOut }
          : await writeFileOut(command, { out, ...(force && { force }) }, (file, overwrite) =>
              writeBackup(paths, file, overwrite),
            )
      if (command.optsWithGlobals<Globals>().json) writeJson(made)
      else print(`${name ?? made.file}: ${(made.bytes / 1e6).toFixed(1)} MB, complete.\n`)
    },
  )
}
