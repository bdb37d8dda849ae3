import { compileModule } from 'svelte/compiler'
import type { Plugin } from 'vite'
import { defineConfig, defineProject } from 'vitest/config'
import { awaitPoints } from './setup/awaitPoints'

/** Runes as in the window: Svelte's own plugin takes tests for a server, where effects never run. */
const runes: Plugin = {
  name: 'runes',
  transform: (code, id) =>
    /\.svelte(\.test)?\.ts$/.test(id) ? compileModule(code, { filename: id, generate: 'client' }).js : null,
}

/**
 * A limit ends a test that hangs; it asserts nothing. The slowest test takes a tenth of it on two quiet cores, so that
 * the suite passes on a machine that is busy with other things. Tests set no limits of their own below these.
 */
const limits = {
  testTimeout: 900_000,
  hookTimeout: 900_000,
  teardownTimeout: 120_000,
  expect: { poll: { timeout: 300_000, interval: 20 } },
}

/** Set by `npm run fuzz`. */
const fuzzFolder = process.env['MCNN_FUZZ_FOLDER']

/** @param folder the only one in which parsers may write */
const fuzz = (folder: string) =>
  defineProject({
    plugins: [runes],
    resolve: { conditions: ['browser'] },
    ssr: { resolve: { conditions: ['browser'] } },
    test: {
      name: 'fuzz',
      include: ['{src-main,src-renderer}/**/*.fuzz.test.ts'],
      setupFiles: ['src-main/testing/withoutFsync.ts'],
      ...limits,
      testTimeout: 0,
      pool: 'forks',
      env: { TMPDIR: folder },
      // Parsers may write in one folder, and start no process and no thread.
      execArgv: [
        '--permission',
        '--allow-fs-read=*',
        `--allow-fs-write=${folder}`,
        '--allow-addons',
        '--max-old-space-size=1024',
        '--disable-warning=SecurityWarning',
      ],
    },
  })

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [runes],
        resolve: { conditions: ['browser'] },
        ssr: { resolve: { conditions: ['browser'] } },
        test: {
          name: 'unit',
          server: { deps: { inline: ['svelte'] } },
          include: ['{src-main,src-renderer,setup,bench,docs}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts'],
          ...limits,
        },
      },
      ...(fuzzFolder === undefined ? [] : [fuzz(fuzzFolder)]),
      {
        plugins: [awaitPoints],
        test: {
          name: 'integration',
          include: ['{src-main,bench}/**/*.integration.test.ts'],
          ...limits,
          // TensorFlow takes every core: two suites at a time would only slow each other down.
          fileParallelism: false,
          env: { TF_CPP_MIN_LOG_LEVEL: '2', MCNN_OTHER_TRAINERS: 'ignore' },
          pool: 'forks',
        },
      },
    ],
  },
})
