import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { audit } from './lib/audit.mjs'
import { allOnPath, onNode24 } from './lib/command.mjs'
import { findDisplay } from './provide/display.mjs'
import { electronHere } from './provide/electron.mjs'
import { node24, root, runtime } from './lib/paths.mjs'
import { entry, runAttached } from './lib/program.mjs'
import { log, write } from './lib/progress.mjs'
import { provide } from './provide/provide.mjs'
import { codeOf, receivedSignal } from './lib/signals.mjs'
import {
  chosenTests,
  countsOfCheck,
  countsOfFaults,
  countsOfPlaywright,
  countsOfVitest,
  suiteNames,
  summary,
  total,
} from './lib/suites.mjs'

/** Rounds of the fault campaign; `npm run faults` runs more. */
const faultRounds = 10
/** Folders whose borders, cycles and orphans are checked; `bench` and `setup` have entries of their own. */
const cruised = [
  'src-main',
  'src-renderer',
  'bench',
  'setup',
  'electron.vite.config.ts',
  '--config',
  '.dependency-cruiser.mjs',
]
const reports = join(runtime, 'reports')

/** @param {string} line */
const print = (line) => write(`${line}\n`, 1)

/** @param {string} file @returns {unknown} */
function reportIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

await entry(async () => {
  const { suites: wanted, files, unknown } = chosenTests(process.argv.slice(2), (file) => existsSync(join(root, file)))
  if (unknown !== null) {
    log(`there is no suite or test file ${unknown}; usage: npm test -- [${suiteNames.join('|')}|FILE]…`)
    process.exitCode = 2
    return
  }
  const windows = wanted.includes('e2e')
  const display = windows ? await findDisplay(process.env) : null
  await provide({ electron: windows, xvfb: windows && display === null })

  process.chdir(root)
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const env = {
    ...process.env,
    ...onNode24(),
    NODE_ENV: undefined,
    ELECTRON_RUN_AS_NODE: undefined,
    MCNN_NODE: node24,
    MCNN_ELECTRON_DIST: electronHere()?.dist,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'e2e.json'),
    VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true',
  }
  const onXvfb = ['-a', '-s', '-screen 0 1920x1200x24', node24]
  const [xvfbRun = 'xvfb-run'] = allOnPath('xvfb-run')
  const tool = (/** @type {string} */ script, /** @type {string[]} */ ...args) =>
    runAttached(node24, [join('node_modules', script), ...args], env)
  const vitest = async (/** @type {string} */ project) => {
    const file = join(reports, `${project}.json`)
    const code = await tool(
      'vitest/vitest.mjs',
      'run',
      '--project',
      project,
      '--reporter',
      'default',
      '--reporter',
      'json',
      `--outputFile.json=${file}`,
      ...(files[project] ?? []),
    )
    return countsOfVitest(reportIn(file), code)
  }

  /** @type {Record<string, () => Promise<import('./lib/suites.mjs').Counts>>} */
  const suites = {
    lint: async () =>
      total([
        countsOfCheck(await tool('eslint/bin/eslint.js', '.')),
        countsOfCheck(await tool('dependency-cruiser/bin/dependency-cruiser.mjs', ...cruised)),
        countsOfCheck(await tool('knip/bin/knip.js', '--no-progress')),
        countsOfCheck(await tool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')),
      ]),
    types: async () =>
      total([
        countsOfCheck(await tool('typescript/bin/tsc', '-p', '.')),
        countsOfCheck(await tool('svelte-check/bin/svelte-check', '--tsconfig', 'src-renderer/tsconfig.json')),
      ]),
    unit: () => vitest('unit'),
    integration: () => vitest('integration'),
    faults: async () => {
      const file = join(reports, 'faults.json')
      // The same faults each time, so that a failure can be reproduced.
      const code = await runAttached(
        node24,
        [join('out', 'main', 'faults.js'), '--rounds', String(faultRounds), '--report', file],
        env,
      )
      return countsOfFaults(reportIn(file), code)
    },
    e2e: async () => {
      const args = [
        'node_modules/playwright/cli.js',
        'test',
        '-c',
        'e2e/playwright.config.ts',
        '--reporter=list,json',
        ...(files['e2e'] ?? []),
      ]
      const code = await (display === null
        ? runAttached(xvfbRun, [...onXvfb, ...args], env)
        : runAttached(node24, args, env))
      return countsOfPlaywright(reportIn(env.PLAYWRIGHT_JSON_OUTPUT_NAME), code)
    },
    audit: async () => {
      const found = await audit()
      if (found.kind === 'faults') for (const sentence of found.sentences) print(sentence)
      if (found.kind === 'unanswered')
        print(`the registry did not answer, so vulnerabilities of the packages are unknown (${found.why})`)
      return {
        passed: found.kind === 'clean' ? 1 : 0,
        failed: found.kind === 'faults' ? found.sentences.length : 0,
        skipped: found.kind === 'unanswered' ? 1 : 0,
      }
    },
  }

  const results = []
  for (const name of wanted) {
    print(`\n── ${name}`)
    const counts = await suites[name]?.()
    // After Ctrl-C no further suite runs.
    const signal = receivedSignal()
    if (signal !== null) process.exit(codeOf(signal))
    if (counts !== undefined) results.push({ name, counts })
  }
  print('')
  for (const { name, counts } of results) print(`${name}: ${summary(counts)}`)
  const all = total(results.map(({ counts }) => counts))
  print(`\n${summary(all)}`)
  process.exitCode = all.failed === 0 ? 0 : 1
})
