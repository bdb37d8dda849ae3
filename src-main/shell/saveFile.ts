/** Files that a person saves somewhere of their choice. */
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { WorkbenchError } from '../contract/errors'

const kinds: Record<string, string> = { csv: 'Comma-separated values', md: 'Markdown', tex: 'LaTeX', txt: 'Text', json: 'JSON', svg: 'SVG picture', png: 'PNG picture', onnx: 'ONNX model', safetensors: 'safetensors' }

export function fileFilter(name: string): { name: string; extensions: string[] } {
  const extension = path.extname(name).slice(1)
  return { name: kinds[extension] ?? extension, extensions: [extension] }
}

/**
 * Writes a file whole or not at all: temp file beside it, fsync, rename.
 * @throws WorkbenchError unavailable with the system's reason
 */
export async function saveFile(file: string, content: Uint8Array): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    // Never through a link or over a file that is there already under the temporary name.
    const handle = await open(part, 'wx', 0o666)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined)
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new WorkbenchError('unavailable', `${path.basename(file)} could not be saved (${why}).`, { fix: 'Choose another folder, or free some space.', cause })
  }
}
