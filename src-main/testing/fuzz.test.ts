/** Parsers that break a guarantee are detected, and mutations vary their inputs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, rejectedWith, type Outcome, type Verdict } from './fuzz'
import { mutatedBytes } from './mutatedBytes'
import { mutatedJson } from './mutatedJson'
import { mutatedText } from './mutatedText'

/** Checks a parser that behaves in a given way on every input whose text contains an exclamation mark. */
async function outcomeOf(bad: (text: string) => Verdict | Promise<Verdict>, limitMs = 2000): Promise<Outcome> {
  const inputs = mutatedText(['abc!', 'def'])
  return check(
    { inputs, run: (text) => (text.includes('!') ? bad(text) : 'accepted') },
    { inputs: 200, seed: 1, limitMs },
  )
}

describe('a parser that breaks a guarantee', () => {
  it('is detected if it crashes, with the smallest failing input', async () => {
    const { fault } = await outcomeOf(() => {
      throw new TypeError('x is undefined')
    })
    expect(fault).toContain('TypeError: x is undefined')
    expect(fault).toContain('input "abc!"')
  })

  it('is detected if it changes a prototype', async () => {
    try {
      const { fault } = await outcomeOf(() => {
        ;(Object.prototype as unknown as Record<string, unknown>)['polluted'] = true
        return 'accepted'
      })
      expect(fault).toContain('changed a prototype')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })

  it('is detected if it leaves a global variable', async () => {
    try {
      expect(
        (await outcomeOf(() => (((globalThis as unknown as Record<string, unknown>)['fuzzed'] = 1), 'accepted'))).fault,
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
    expect(fault).toMatch(/took \d+ ms/)
  })

  it('is not blamed for its declared errors', async () => {
    expect(
      (await outcomeOf(() => rejectedWith([RangeError], () => Promise.reject(new RangeError('no'))))).fault,
    ).toBeNull()
    expect(
      (await outcomeOf(() => rejectedWith([RangeError], () => Promise.reject(new Error('no'))))).fault,
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
