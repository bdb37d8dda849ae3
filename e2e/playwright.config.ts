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
  // A limit ends a test that hangs; it asserts nothing. The slowest test takes a tenth of it on two quiet cores, so
  // that the suite passes on a machine that is busy with other things. Tests set no limits of their own below these.
  timeout: 20 * 60_000,
  expect: { timeout: 5 * 60_000 },
  reporter: [['list']],
})
