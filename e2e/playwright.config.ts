import path from 'node:path'
import { defineConfig } from 'playwright/test'

const results = path.join(__dirname, '../test-results')

export default defineConfig({
  testDir: __dirname,
  testMatch: '*.spec.ts',
  outputDir: path.join(results, 'e2e'),
  // Training takes every core: a second window would only slow the first down.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
})
