import { getPriority } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TrainerPriority } from './trainerPriority'

/** The id of no process: its niceness cannot be set. */
const pid = 2 ** 30
let busy = false
const session: number[] = []

function priorities(): TrainerPriority {
  return new TrainerPriority({ usual: 3, inUse: 10 }, (_, niceness) => {
    if (busy) throw Object.assign(new Error('Resource temporarily unavailable'), { code: 'EAGAIN' })
    session.push(niceness - getPriority())
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  busy = false
  session.length = 0
})
afterEach(() => vi.useRealTimers())

describe('the niceness of a trainer’s session', () => {
  it('rises while the window is in use and falls afterwards, with one change each', () => {
    const priority = priorities()
    priority.add(pid)
    for (let second = 0; second < 10; second++) {
      priority.reportUse()
      vi.advanceTimersByTime(1000)
    }
    expect(session).toEqual([3, 10])
    vi.advanceTimersByTime(3000)
    expect(session).toEqual([3, 10, 3])
  })

  it('is that of use if the trainer starts during use', () => {
    const priority = priorities()
    priority.reportUse()
    priority.add(pid)
    expect(session).toEqual([10])
  })

  it('is set again if Linux had just accepted another change', () => {
    const priority = priorities()
    busy = true
    priority.add(pid)
    priority.reportUse()
    vi.advanceTimersByTime(500)
    expect(session).toEqual([])
    busy = false
    vi.advanceTimersByTime(500)
    expect(session).toEqual([10])
  })

  it('stays unchanged after the trainer has ended', () => {
    const priority = priorities()
    const end = priority.add(pid)
    end()
    priority.reportUse()
    expect(session).toEqual([3])
    expect(vi.getTimerCount()).toBe(1)
    priority.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is never set without a window', () => {
    const never = vi.fn()
    const priority = new TrainerPriority(undefined, never)
    priority.add(process.pid)
    priority.reportUse()
    expect(never).not.toHaveBeenCalled()
    priority.close()
  })
})
