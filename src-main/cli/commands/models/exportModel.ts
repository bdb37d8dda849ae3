import type { Command } from 'commander'
import { modelFormatFacts, type ModelFormat } from '../../../contract/models/modelFormats'
import { withReader, type Service } from '../../client'
import { findRun } from '../../lookup'
import { outFolder, reportKeptFiles, writeFileOut, type OutFlags } from '../../output/out'
import { writeJson, writeOut } from '../../output/output'
import { runName } from '../../output/progress'
import type { Globals } from '../../globals'

/**
 * Writes a run's network in a format for other programs.
 * @param explain throws a more specific error if there is no such run and it knows the reason
 */
export async function exportModel(
  name: string,
  format: ModelFormat,
  flags: OutFlags,
  command: Command,
  explain: (service: Service) => Promise<void>,
): Promise<void> {
  const write = (path: string, force: boolean) =>
    withReader(command, async (service) => {
      const run = await findRun(service, name).catch(async (thrown: unknown) => {
        await explain(service)
        throw thrown
      })
      return { run, ...(await service.call('runs.export', { id: run.id, format, path, force })) }
    })
  const { isFolder, name: formatName } = modelFormatFacts[format]
  const written = isFolder ? await folderOf(flags, formatName, write) : await writeFileOut(command, flags, write)
  const { run, ...made } = written.made
  reportKeptFiles(made.kept)
  if (command.optsWithGlobals<Globals>().json) return writeJson({ run: run.id, ...made })
  written.print(
    `${runName(run)}, as ${formatName}: ${written.name}, ${(made.bytes / 1e6).toFixed(1)} MB${made.sha256 === null ? '' : `, SHA-256 ${made.sha256}`}.\n`,
  )
}

async function folderOf<T>(
  { out, force }: OutFlags,
  what: string,
  write: (path: string, force: boolean) => Promise<T>,
): Promise<{ made: T; name: string; print: typeof writeOut }> {
  const folder = outFolder(out, what)
  return { made: await write(folder, force === true), name: folder, print: writeOut }
}
