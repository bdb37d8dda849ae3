import type { Command } from 'commander'
import { WorkbenchError } from '../../contract/errors'
import type { Doctor } from '../../contract/records'
import { dataDirOf, withService } from '../client'
import { Failed } from '../failures'
import { writeJson, writeOut } from '../output'
import type { Globals } from '../program'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check that everything needed is there and works; exit code 1 where something is not')
    .action(async (_options: unknown, command: Command) => {
      const result = await examine(command)
      if (command.optsWithGlobals<Globals>().json) writeJson(result)
      else {
        const lines = result.checks.flatMap((check) => [
          `${check.ok ? '✓' : '✗'} ${check.name}: ${check.detail}`,
          ...(check.ok || check.fix === null ? [] : [`    ${check.fix}`]),
        ])
        writeOut([...lines, result.ok ? 'All is well.' : 'Something needs mending.', ''].join('\n'))
      }
      if (!result.ok) throw new Failed()
    })
}

/** A data directory or history that can't be opened is a finding, not the end of the examination. */
async function examine(command: Command): Promise<Doctor> {
  try {
    return await withService(command, (service) => service.call('system.doctor', {}))
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || thrown.code !== 'unavailable') throw thrown
    return {
      ok: false,
      node: process.versions.node,
      tensorflow: null,
      electron: null,
      threads: null,
      sqlite: 'not opened',
      dataDir: await dataDirOf(command),
      checks: [{ name: 'Data directory', ok: false, detail: thrown.message, fix: thrown.fix ?? null }],
    }
  }
}
