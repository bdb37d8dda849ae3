import { describe, expect, it } from 'vitest'
import {
  chosenTests,
  countsOfCheck,
  countsOfFaults,
  countsOfPlaywright,
  countsOfVitest,
  suiteNames,
  summary,
  total,
} from './suites.mjs'

const passing = { assertionResults: [{}], status: 'passed' }

describe('counts of a vitest report', () => {
  it('are its numbers of tests', () => {
    const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, testResults: [passing] }
    expect(countsOfVitest(report, 0)).toEqual({ passed: 5, failed: 0, skipped: 3 })
  })

  it('count a file that could not be loaded as failed', () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      testResults: [passing, { assertionResults: [], status: 'failed' }],
    }
    expect(countsOfVitest(report, 1)).toEqual({ passed: 5, failed: 2, skipped: 0 })
  })

  it('count an error outside of every test as failed', () => {
    expect(countsOfVitest({ numPassedTests: 5, numFailedTests: 0, testResults: [passing] }, 1)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
    })
  })

  it('count a crash without a report as failed', () =>
    expect(countsOfVitest(null, 139)).toEqual({ passed: 0, failed: 1, skipped: 0 }))
})

describe('counts of a Playwright report', () => {
  it('are its numbers of tests; flaky ones count as passed', () => {
    expect(countsOfPlaywright({ stats: { expected: 6, unexpected: 1, flaky: 1, skipped: 2 } }, 1)).toEqual({
      passed: 7,
      failed: 1,
      skipped: 2,
    })
  })

  it('count no tests at all as failed', () => {
    expect(countsOfPlaywright({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } }, 1)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    })
    expect(countsOfPlaywright(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})

describe('counts of a fault campaign', () => {
  it('are its rounds, and at most as many failures as rounds with a problem', () => {
    expect(countsOfFaults({ rounds: 10, lost: 0, mismatches: 0, orphans: 0, unnoticed: 0 }, 0)).toEqual({
      passed: 10,
      failed: 0,
      skipped: 0,
    })
    expect(countsOfFaults({ rounds: 10, lost: 2, mismatches: 1, orphans: 0, unnoticed: 0 }, 1)).toEqual({
      passed: 7,
      failed: 3,
      skipped: 0,
    })
    expect(countsOfFaults({ rounds: 2, lost: 2, mismatches: 1, orphans: 5, unnoticed: 0 }, 1)).toEqual({
      passed: 0,
      failed: 2,
      skipped: 0,
    })
  })

  it('count a crash as failed', () => expect(countsOfFaults(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 }))
})

it('sums all suites in one line', () => {
  const all = total([countsOfCheck(0), countsOfCheck(2), { passed: 10, failed: 0, skipped: 3 }])
  expect(summary(all)).toBe('11 passed, 1 failed, 3 skipped')
})

describe('tests that arguments select', () => {
  const exists = (file: string): boolean => !file.includes('absent')

  it('are all suites without arguments', () =>
    expect(chosenTests([], exists)).toEqual({ suites: suiteNames, files: {}, unknown: null }))

  it('are suites by name, in their usual order', () =>
    expect(chosenTests(['e2e', 'unit'], exists)).toEqual({ suites: ['unit', 'e2e'], files: {}, unknown: null }))

  it('are files, each in its suite', () =>
    expect(chosenTests(['src-main/a.integration.test.ts', 'setup/b.test.ts', 'e2e/c.spec.ts'], exists)).toEqual({
      suites: ['unit', 'integration', 'e2e'],
      files: {
        unit: ['setup/b.test.ts'],
        integration: ['src-main/a.integration.test.ts'],
        e2e: ['e2e/c.spec.ts'],
      },
      unknown: null,
    }))

  it.each(['unti', 'are an error for %s', 'src-main/nn/random.ts'])('are an error for %s', (name) =>
    expect(chosenTests(['unit', name], exists).unknown).toBe(name),
  )
})
