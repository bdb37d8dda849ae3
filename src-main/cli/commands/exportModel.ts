import path from 'node:path'
import type { Command } from 'commander'
import { WorkbenchError } from '../../contract/errors'
import type { ModelFormat } from '../../contract/records'
import { findRun, withReader } from '../client'
import { writeJson, writeOut } from '../output'
import { runName } from '../progress'
import type { Globals } from '../program'

interface ModelFlags {
  format: ModelFormat
  out: string
  force?: true
}

/** A run's network in a format of other programs. */
export async function exportModel(name: string, { format, out, force }: ModelFlags, command: Command): Promise<void> {
  const { run, made } = await withReader(command, async (service) => {
    const found = await findRun(service, name)
    return { run: found, made: await service.call('runs.export', { id: found.id, format, path: path.resolve(out), force: force === true }).catch(explained) }
  })
  if (command.optsWithGlobals<Globals>().json) return writeJson({ run: run.id, ...made })
  writeOut(`${runName(run)}, as ${formatName[format]}: ${made.path}, ${(made.bytes / 1e6).toFixed(1)} MB${made.sha256 === null ? '' : `, SHA-256 ${made.sha256}`}.\n`)
}

/** Says how what is there can be replaced from here. */
function explained(thrown: unknown): never {
  if (thrown instanceof WorkbenchError && thrown.code === 'conflict' && thrown.field === 'path') throw new WorkbenchError('bad-input', thrown.message, { fix: 'Choose another name, or add --force to replace it.', field: 'path' })
  throw thrown
}

const formatName: Record<ModelFormat, string> = { onnx: 'ONNX', safetensors: 'safetensors', savedmodel: 'SavedModel' }
