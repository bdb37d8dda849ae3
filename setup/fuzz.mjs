/**
 * `npm run fuzz -- [--inputs N] [--seed N] [FILE]…`: runs the fuzz tests with many inputs, each file in a restricted
 * process. FILE is a part of a path, such as `pickle`.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { onNode24 } from './lib/command.mjs'
import { node24, root } from './lib/paths.mjs'
import { entry, runAttached } from './lib/program.mjs'
import { log } from './lib/progress.mjs'
import { provide } from './provide/provide.mjs'

/** Silence that counts as a hang, in ms: a hundred inputs take well under a second. */
const hangMs = 60_000

await entry(async () => {
  const { values, positionals } = parseArgs({
    options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const { inputs, seed } = values
  if (!/^[1-9]\d*$/.test(inputs) || !/^\d+$/.test(seed)) {
    log('--inputs and --seed are whole numbers')
    process.exitCode = 2
    return
  }
  await provide()
  process.chdir(root)
  // In memory if possible: histories are flushed to the disk.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mcnn-fuzz-'))
  const watchdog = setInterval(() => killHangingIn(folder), 1000)
  try {
    process.exitCode = await runAttached(
      node24,
      ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fuzz', ...positionals],
      {
        ...process.env,
        ...onNode24(),
        MCNN_FUZZ_FOLDER: folder,
        MCNN_FUZZ_INPUTS: inputs,
        MCNN_FUZZ_SEED: seed,
        VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true',
      },
    )
  } finally {
    clearInterval(watchdog)
    rmSync(folder, { recursive: true, force: true })
  }
})

/**
 * Kills each process that has not reported progress for a minute; its test then fails.
 * @param {string} folder
 */
function killHangingIn(folder) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.alive'))) {
    if (Date.now() - statSync(join(folder, name)).mtimeMs < hangMs) continue
    log(`process ${parseInt(name)} hangs`)
    rmSync(join(folder, name), { force: true })
    try {
      process.kill(parseInt(name), 'SIGKILL')
    } catch {
      // The process has ended.
    }
  }
}
