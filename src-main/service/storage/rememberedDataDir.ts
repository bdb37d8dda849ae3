/**
 * The data directory that the user chose because the default one could not be used. It is stored outside of any data
 * directory, so that the window and `mcnn` find it.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../contract/errors'
import { writeAtomicallySync } from '../../files/durable'

const stored = z.object({ dataDirectory: z.string().refine((folder) => path.isAbsolute(folder)) })

function fileOf(env: NodeJS.ProcessEnv): string {
  // The XDG Base Directory Specification requires ignoring a relative XDG_CONFIG_HOME.
  const xdg = env['XDG_CONFIG_HOME']
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.config')
  return path.join(base, 'mcnn-workbench', 'data-directory.json')
}

/** Returns null if the user chose none, or if the chosen one does not exist now. */
export function rememberedDataDir(env: NodeJS.ProcessEnv): string | null {
  try {
    const { dataDirectory } = stored.parse(JSON.parse(readFileSync(fileOf(env), 'utf8')))
    return statSync(dataDirectory).isDirectory() ? dataDirectory : null
  } catch {
    return null
  }
}

/** @param dataDir absolute; null forgets the choice */
export function rememberDataDir(dataDir: string | null, env: NodeJS.ProcessEnv = process.env): void {
  const file = fileOf(env)
  try {
    if (dataDir === null) return rmSync(file, { force: true })
    mkdirSync(path.dirname(file), { recursive: true })
    writeAtomicallySync(file, `${JSON.stringify({ dataDirectory: dataDir })}\n`)
  } catch (thrown) {
    process.stderr.write(`The choice of the data directory could not be stored: ${messageOf(thrown)}\n`)
  }
}
