import type { Command } from 'commander'
import { WorkbenchError } from '../../../contract/errors'
import { repairLosses, repairWords } from '../../../analysis/text/repair'
import { textTable } from '../../../analysis/text/table'
import { version } from '../../../../package.json'
import type { Doctor } from '../../../contract/system/system'
import { dataDirOf, withReader } from '../../client'
import { Failed } from '../../output/failures'
import { writeJson, writeOut } from '../../output/output'
import type { Globals } from '../../globals'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check that everything needed is installed and works; exit code 1 if something is not')
    .option(
      '--repair',
      'rebuild a corrupt or missing history from its records and journals; the corrupt file is kept in the backups',
    )
    .action(async (options: { repair?: true }, command: Command) => {
      if (options.repair) return repair(command)
      const result = await examine(command)
      if (command.optsWithGlobals<Globals>().json) writeJson(result)
      else {
        const lines = result.checks.flatMap((check) => [
          `${check.ok ? '✓' : '✗'} ${check.name}: ${check.detail}`,
          ...(check.ok || check.fix === null ? [] : [`    ${check.fix}`]),
        ])
        writeOut([...lines, result.ok ? 'No problems found.' : 'Problems found.', ''].join('\n'))
      }
      if (!result.ok) throw new Failed()
    })
}

async function repair(command: Command): Promise<void> {
  const { repairHistory } = await import('../../../service/storage/repair')
  const done = await repairHistory(await dataDirOf(command), `mcnn ${version}`)
  if (command.optsWithGlobals<Globals>().json) return writeJson(done)
  if (done.losses.length > 0) writeOut(`${textTable(repairLosses(done))}\n`)
  writeOut(`${repairWords(done)}\n`)
}

/** Reports a data directory or history that cannot be opened as a finding, so that the other checks still run. */
async function examine(command: Command): Promise<Doctor> {
  try {
    return await withReader(command, (service) => service.call('system.doctor', {}))
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || (thrown.code !== 'unavailable' && thrown.code !== 'damaged'))
      throw thrown
    return {
      ok: false,
      node: process.versions.node,
      tensorflow: null,
      electron: null,
      threads: null,
      sqlite: 'not opened',
      dataDir: await dataDirOf(command),
      checks: [
        {
          name: thrown.code === 'damaged' ? 'SQLite' : 'Data directory',
          ok: false,
          detail: thrown.message,
          fix: thrown.fix ?? null,
        },
      ],
    }
  }
}
