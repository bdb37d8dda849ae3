/**
 * A small fixed sample of each parser's campaign, the mutations, and the detection of a parser that breaks a guarantee.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WorkbenchError } from '../../src-main/contract/errors'
import { filterOf } from '../../src-main/history/runs/runFilter'
import { refusedWith, target, type Outcome, type Verdict } from './check'
import { mutatedBytes } from './mutations/bytes'
import { mutatedJson } from './mutations/json'
import { mutatedText } from './mutations/text'
import { campaign } from './summary'
import { targetNames, targets } from './targets'

/** A query may be refused, in words. */
function filterSql(query: string): string {
  try {
    return filterOf(query).where
  } catch (thrown) {
    if (thrown instanceof WorkbenchError) return thrown.message
    throw thrown
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-fuzz-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('sample of every parser', () => {
  it.each(targetNames)('%s keeps its guarantees', async (name) => {
    const { check } = await targets[name].prepare(folder)
    const outcome = await check({ inputs: 120, seed: 20 })
    expect(outcome.fault).toBeNull()
    expect(outcome.inputs).toBe(120)
    // Inputs that are all refused at the door test the door only.
    expect(outcome.accepted).toBeGreaterThan(0)
    expect(outcome.refused).toBeGreaterThan(0)
  })
})

describe('earlier finding of a campaign', () => {
  it('stays fixed: a bound that is no SQL number', () => {
    for (const query of ['loss<1e999', 'loss<=1e999', 'acc>-1e999', 'loss:-1e999..1e999', 'ms!=1e999'])
      expect(filterSql(query), query).not.toContain('()')
    expect(filterSql('loss<1e999')).toContain('IS NOT NULL')
  })
})

/** What comes of a parser that behaves so on every input whose text holds an exclamation mark. */
async function outcomeOf(bad: (text: string) => Verdict | Promise<Verdict>, limitMs = 2000): Promise<Outcome> {
  const { check } = await target<string>('a test', () => ({
    inputs: mutatedText(['abc!', 'def']),
    run: (text) => (text.includes('!') ? bad(text) : 'accepted'),
  })).prepare(folder)
  return check({ inputs: 200, seed: 1, limitMs })
}

describe('a parser that breaks a guarantee', () => {
  it('is detected if it crashes, with the smallest failing input', async () => {
    const { fault } = await outcomeOf(() => {
      throw new TypeError('x is undefined')
    })
    expect(fault).toMatchObject({ message: expect.stringContaining('TypeError: x is undefined') })
    expect(fault?.input).toBe('"abc!"')
  })

  it('is detected if it changes a prototype', async () => {
    try {
      const { fault } = await outcomeOf(() => {
        ;(Object.prototype as unknown as Record<string, unknown>)['polluted'] = true
        return 'accepted'
      })
      expect(fault?.message).toContain('changed a prototype')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })

  it('is detected if it leaves a global variable', async () => {
    try {
      expect(
        (await outcomeOf(() => (((globalThis as unknown as Record<string, unknown>)['fuzzed'] = 1), 'accepted'))).fault
          ?.message,
      ).toContain('global')
    } finally {
      Reflect.deleteProperty(globalThis, 'fuzzed')
    }
  })

  it('is detected if it takes too long', async () => {
    const limitMs = 50
    const { fault } = await outcomeOf((text) => {
      // Processor time, as the limit: a busy machine takes longer for it, but not more of it.
      const begin = process.cpuUsage()
      for (let ms = 0; ms < 2 * limitMs;) {
        Math.hypot(text.length, 1)
        const { user, system } = process.cpuUsage(begin)
        ms = (user + system) / 1000
      }
      return 'accepted'
    }, limitMs)
    expect(fault?.message).toMatch(/took \d+ ms/)
  })

  it('is not blamed for its declared errors', async () => {
    expect(
      (await outcomeOf(() => refusedWith([RangeError], () => Promise.reject(new RangeError('no'))))).fault,
    ).toBeNull()
    expect(
      (await outcomeOf(() => refusedWith([RangeError], () => Promise.reject(new Error('no'))))).fault,
    ).not.toBeNull()
  })
})

describe('mutations', () => {
  const some = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { numRuns: 500, seed: 3 })

  it('keep some inputs valid, change most, and are equal for the same seed', () => {
    const seed = Buffer.from('a valid file of some length')
    const bytes = some(mutatedBytes([seed]))
    expect(bytes.filter((one) => one.equals(seed)).length).toBeGreaterThan(20)
    expect(bytes.filter((one) => !one.equals(seed)).length).toBeGreaterThan(300)
    expect(some(mutatedBytes([seed]))).toEqual(bytes)
  })

  it('add keys such as __proto__ as own properties and pollute no prototype', () => {
    const values = some(mutatedJson([{ a: { b: [1, 2] }, c: 'x' }]))
    expect(values.filter((value) => JSON.stringify(value)?.includes('"__proto__"')).length).toBeGreaterThan(10)
    expect('polluted' in {}).toBe(false)
  })
})

describe('stored full campaign', () => {
  it('had a hundred thousand inputs for every parser, and no fault', () => {
    const kept = campaign.parse(JSON.parse(readFileSync('bench/results/campaigns/fuzz.json', 'utf8')))
    expect(Object.keys(kept.parsers).sort()).toEqual([...targetNames].sort())
    for (const [name, { inputs, fault }] of Object.entries(kept.parsers))
      expect([name, inputs >= 100_000, fault]).toEqual([name, true, null])
    expect(kept.faults).toBe(0)
    expect(JSON.stringify(kept)).not.toMatch(/\/(home|work|tmp|root|dev)\//)
  })
})
