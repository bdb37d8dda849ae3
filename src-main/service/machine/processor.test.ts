import os from 'node:os'
import { describe, expect, it } from 'vitest'
import { busyShare, processor, processorIn } from './processor'

/**
 * Two sockets of two cores with two threads each, numbered as Linux does: a core's second thread comes after all first
 * ones.
 */
const cpuinfo = Array.from(
  { length: 8 },
  (_, n) =>
    `processor\t: ${n}\nmodel name\t: A processor @ 2.0GHz: fast\nphysical id\t: ${(n >> 1) % 2}\ncore id\t\t: ${n % 2}\nflags\t\t: fpu sse avx\n`,
).join('\n')
const status = (list: string): string => `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\n`

describe('processorIn', () => {
  it('distinguishes cores from logical processors', () => {
    expect(processorIn(cpuinfo, status('0-7'), 8)).toMatchObject({
      model: 'A processor @ 2.0GHz: fast',
      allowed: [0, 1, 2, 3, 4, 5, 6, 7],
      logical: 8,
      physical: 4,
    })
  })

  it('counts only the processors that this process may use', () => {
    // 0 and 4 are one core's two threads.
    expect(processorIn(cpuinfo, status('0,4'), 2)).toMatchObject({ allowed: [0, 4], logical: 2, physical: 1 })
    expect(processorIn(cpuinfo, status('0-3'), 4)).toMatchObject({ logical: 4, physical: 4 })
  })

  it('counts no more cores than a quota allows', () => {
    expect(processorIn(cpuinfo, status('0-7'), 2)).toMatchObject({ allowed: { length: 8 }, logical: 2, physical: 2 })
  })

  it('uses the number of processors if nothing else is known', () => {
    expect(processorIn('', '', 3)).toMatchObject({ model: 'unknown', allowed: [0, 1, 2], logical: 3, physical: 3 })
    expect(processorIn('processor : 0\n\nprocessor : 1\n', '', 2)).toMatchObject({ logical: 2, physical: 2 })
  })

  it('treats other instructions as another processor', () => {
    const flagsOf = (text: string): string => processorIn(text, '', 1).flags
    expect(flagsOf(cpuinfo)).not.toBe(flagsOf(cpuinfo.replaceAll('avx', 'avx2')))
  })

  it('identifies this machine’s processor', () => {
    const { model, logical, physical, allowed } = processor()
    expect(model).toBe(os.cpus()[0]?.model)
    expect(logical).toBe(Math.min(os.availableParallelism(), allowed.length))
    expect(physical).toBeGreaterThan(0)
  })
})

describe('busyShare', () => {
  const stat = (...cpus: number[][]): string =>
    ['cpu  9 9 9 9', ...cpus.map((ticks, n) => `cpu${n} ${ticks.join(' ')}`), 'intr 1 2 3', ''].join('\n')

  it('is busy time divided by total time of the counted processors', () => {
    const before = stat([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    // The first processor: busy for 30 of 100 ticks, of which 10 were stolen, and 20 waiting for a disk. User time
    // includes the guest's 15.
    const after = stat([15, 0, 5, 50, 20, 0, 0, 10, 15, 0], [100, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(busyShare(before, after, [0])).toBeCloseTo(0.3, 12)
    expect(busyShare(before, after, [0, 1])).toBeCloseTo(0.65, 12)
    expect(busyShare(before, after, [5])).toBeNull()
    expect(busyShare('', '', [0])).toBeNull()
  })
})
