import { compileModule } from 'svelte/compiler'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Runes as in the window: Svelte's own plugin takes tests for a server, where effects never run. */
const runes: Plugin = {
  name: 'runes',
  transform: (code, id) => (/\.svelte(\.test)?\.ts$/.test(id) ? compileModule(code, { filename: id, generate: 'client' }).js : null),
}

export default defineConfig({
  test: {
    projects: [
      { plugins: [runes], resolve: { conditions: ['browser'] }, ssr: { resolve: { conditions: ['browser'] } }, test: { name: 'unit', server: { deps: { inline: ['svelte'] } }, include: ['{src-main,src-renderer,setup,bench}/**/*.test.ts'], exclude: ['**/*.integration.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['{src-main,bench}/**/*.integration.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // TensorFlow takes every core: two suites at a time would only slow each other down.
          fileParallelism: false,
          env: { TF_CPP_MIN_LOG_LEVEL: '2' },
          pool: 'forks',
        },
      },
    ],
  },
})
