import { existsSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { filesIn, onNode24, run } from '../lib/command.mjs'
import { SetupError } from '../lib/failures.mjs'
import { licences } from './licences.mjs'
import { logFile, node24, root, shown } from '../lib/paths.mjs'
import { step } from '../lib/progress.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'

const stamp = join(root, 'out/.stamp')
const outputs = [
  'out/main/index.js',
  'out/main/service.js',
  'out/main/trainer.js',
  'out/main/feeder.js',
  'out/main/models.js',
  'out/main/cli.js',
  'out/main/bench.js',
  'out/main/bench-worker.js',
  'out/preload/preload.js',
  'out/renderer/index.html',
  'out/licences.json',
]

/** Results and Python files in `bench/` are used in place, so they do not affect the build. @param {string} file */
const isBuilt = (file) => !file.endsWith('.test.ts') && (!file.startsWith('bench/') || file.endsWith('.ts'))

/** Key of the build, from the contents: a checkout that only changes timestamps builds nothing. */
function key() {
  const folders = ['src-main', 'src-renderer', 'resources', 'bench'].filter((folder) => existsSync(join(root, folder))) // git keeps no empty folder
  const sources = [...folders, 'setup/lib'].flatMap((folder) => filesIn(join(root, folder)).map(shown).filter(isBuilt))
  const files = [
    'electron.vite.config.ts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'setup/provide/licences.mjs',
    ...sources.sort(),
  ]
  return keyOf(...files.flatMap((file) => [file, readFileSync(join(root, file))]))
}

export const build = {
  tools: [],
  bytes: 50e6,

  isDone: () => readStamp(stamp, key()) !== null,

  provide: () =>
    step('build', async () => {
      const from = key() // Before the build: what is edited meanwhile is built next time.
      rmSync(stamp, { force: true })
      const { code, output } = await run(node24, ['node_modules/electron-vite/bin/electron-vite.js', 'build'], {
        env: { ...onNode24(), NODE_ENV: undefined, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
      })
      if (code !== 0) {
        writeSync(2, `\n${output.trimEnd().split('\n').slice(-30).join('\n')}\n`)
        throw new SetupError(
          `the build failed (see above): correct the sources and call again (${shown(logFile)} has the whole output).`,
        )
      }
      writeFileSync(join(root, 'out/licences.json'), `${JSON.stringify(licences(), null, 1)}\n`)
      writeStamp(stamp, from, outputs)
    }),
}
