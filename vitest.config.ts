import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{src-main,src-renderer,setup,bench}/**/*.test.ts'], exclude: ['**/*.integration.test.ts'], testTimeout: 30_000 } },
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
