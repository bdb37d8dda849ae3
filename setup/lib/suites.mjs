/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

export const suiteNames = ['lint', 'types', 'unit', 'integration', 'faults', 'e2e', 'audit']

/** Which test file belongs to which suite. The first match counts. */
const suiteOfFile = /** @type {const} */ ([
  [/\.integration\.test\.ts$/, 'integration'],
  [/\.test\.ts$/, 'unit'],
  [/^e2e\/.*\.spec\.ts$/, 'e2e'],
])

/**
 * Returns which tests the arguments of `npm test` name: suites, and test files relative to the repository's root.
 * Without arguments every suite runs.
 * @param {string[]} args
 * @param {(file: string) => boolean} exists
 * @returns {{ suites: string[], files: Record<string, string[]>, unknown: string | null }} files by suite; unknown:
 *   the first argument that names neither
 */
export function chosenTests(args, exists) {
  /** @type {Record<string, string[]>} */
  const files = {}
  for (const arg of args.filter((name) => !suiteNames.includes(name))) {
    const suite = suiteOfFile.find(([pattern]) => pattern.test(arg))?.[1]
    if (suite === undefined || !exists(arg)) return { suites: [], files: {}, unknown: arg }
    // A suite that is also named runs completely.
    if (!args.includes(suite)) files[suite] = [...(files[suite] ?? []), arg]
  }
  const suites = suiteNames.filter((name) => args.length === 0 || args.includes(name) || name in files)
  return { suites, files, unknown: null }
}

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {}

/** @param {Record<string, unknown>} from @param {string[]} names @returns {number} */
const sum = (from, ...names) => names.reduce((total, name) => total + Number(from[name] ?? 0), 0)

/**
 * A suite that fails without a failed test (a crash, an error outside of every test, no report) counts as one failed.
 * @param {Counts} counts
 * @param {number} code the suite's exit code
 * @returns {Counts}
 */
const judged = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts)

/** A check without tests of its own. @param {number} code @returns {Counts} */
export const countsOfCheck = (code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 })

/**
 * @param {unknown} report of vitest's json reporter, null if there is none
 * @param {number} code
 * @returns {Counts}
 */
export function countsOfVitest(report, code) {
  const counts = record(report)
  const results = Array.isArray(counts['testResults']) ? counts['testResults'].map(record) : []
  // A file that can't be loaded has no tests to count.
  const broken = results.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && Array.isArray(assertionResults) && assertionResults.length === 0,
  )
  return judged(
    {
      passed: sum(counts, 'numPassedTests'),
      failed: sum(counts, 'numFailedTests') + broken.length,
      skipped: sum(counts, 'numPendingTests', 'numTodoTests'),
    },
    code,
  )
}

/**
 * @param {unknown} report of Playwright's json reporter, null if there is none
 * @param {number} code
 * @returns {Counts}
 */
export function countsOfPlaywright(report, code) {
  const stats = record(record(report)['stats'])
  return judged(
    { passed: sum(stats, 'expected', 'flaky'), failed: sum(stats, 'unexpected'), skipped: sum(stats, 'skipped') },
    code,
  )
}

/**
 * @param {unknown} report of the fault campaign: what went wrong may be more than one thing a round
 * @param {number} code
 * @returns {Counts}
 */
export function countsOfFaults(report, code) {
  const sums = record(report)
  const rounds = Number(sums['rounds'] ?? 0)
  const failed = Math.min(rounds, sum(sums, 'lost', 'mismatches', 'orphans', 'unnoticed'))
  return judged({ passed: rounds - failed, failed, skipped: 0 }, code)
}

/** @param {Counts[]} all @returns {Counts} */
export const total = (all) =>
  all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  })

/** @param {Counts} counts */
export const summary = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`
