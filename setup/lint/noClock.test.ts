import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import { noClock } from './noClock.mjs'

const linter = new Linter()

function found(code: string): (string | undefined)[] {
  const config: Linter.Config = {
    plugins: { own: { rules: { clock: noClock } } },
    rules: { 'own/clock': 'error' },
    languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
  }
  return linter.verify(code, [config]).map(({ messageId }) => messageId)
}

describe('noClock', () => {
  it.each([
    'await expect.poll(() => states).toEqual(["paused"])',
    'await new Promise((resolve) => setImmediate(resolve))',
    'vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }); vi.advanceTimersByTime(20)',
    'const at = new Date().toISOString()',
    'const used = process.cpuUsage()',
    'await app.firstWindow({ timeout: startMs })',
  ])('accepts %s', (code) => {
    expect(found(code)).toEqual([])
  })

  it.each([
    ['a sleep', 'await new Promise((resolve) => setTimeout(resolve, 100))', 'wait'],
    ['a sleep of a module', 'import { setTimeout as wait } from "node:timers/promises"', 'wait'],
    ['a poll by interval', 'const timer = setInterval(() => look(), 20)', 'wait'],
    ['a timer of the global object', 'globalThis.setTimeout(end, 5)', 'wait'],
    ['a blocked thread', 'Atomics.wait(cell, 0, 0, 8000)', 'wait'],
    ['Playwright’s sleep', 'await page.waitForTimeout(300)', 'wait'],
    ['Playwright’s sleep of a call’s result', 'await (await window()).waitForTimeout(300)', 'wait'],
    ['a timing', 'const before = performance.now()', 'clock'],
    ['a timing by dates', 'const before = Date.now()', 'clock'],
    ['a timing in nanoseconds', 'const before = process.hrtime.bigint()', 'clock'],
    ['a test’s own limit', 'test.setTimeout(180_000)', 'limit'],
    ['a poll’s own limit', 'await expect.poll(lives, { timeout: 2000 }).toBe(false)', 'limit'],
    ['an expectation’s own limit', 'await expect(rows).toHaveCount(3, { timeout: 60_000 })', 'limit'],
  ])('rejects %s', (_, code, id) => {
    expect(found(code)).toEqual([id])
  })
})
