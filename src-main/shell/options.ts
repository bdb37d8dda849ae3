/** Reads the shell's paths from its arguments and environment. */
import path from 'node:path'
import { expandHome } from '../../setup/lib/home.mjs'
import { defaultDataDir } from '../service/storage/dataDir'
import { prepareDataDir } from '../service/storage/dataDirIdentity'

/** The last `--data-dir=DIR` or `--data-dir DIR`; else MCNN_DATA_DIR or the default. Absolute. */
export function dataDirOf(argv: readonly string[], env: NodeJS.ProcessEnv, folder: string): string {
  const values = argv.flatMap((argument, i) => {
    if (argument.startsWith('--data-dir=')) return [argument.slice('--data-dir='.length)]
    const next = argv[i + 1]
    return argument === '--data-dir' && next !== undefined && !next.startsWith('-') ? [next] : []
  })
  const given = values.at(-1)
  return given ? path.resolve(folder, expandHome(given)) : defaultDataDir(env)
}

/**
 * Creates what is missing of the data directory.
 * @returns false if it belongs to something else or cannot be written
 */
export function isPrepared(dataDir: string): boolean {
  try {
    prepareDataDir(dataDir)
    return true
  } catch {
    return false
  }
}

/** The Node that runs the service: MCNN_NODE, or the one in node_modules. */
export function serviceNode(env: NodeJS.ProcessEnv, appPath: string, platform: string, arch: string): string {
  if (env['MCNN_NODE']) return env['MCNN_NODE']
  const [name, file] = platform === 'win32' ? ['win', 'node.exe'] : [platform, 'node']
  return path.join(appPath, 'node_modules', `node-${name}-${arch}`, 'bin', file)
}
