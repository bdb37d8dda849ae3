import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let now = 0
let events: EventTarget
const calls: string[] = []

beforeEach(async () => {
  now = 1000
  events = new EventTarget()
  calls.length = 0
  vi.stubGlobal('performance', { now: () => now })
  vi.stubGlobal(
    'window',
    Object.assign(events, {
      workbench: {
        call: (name: string) => {
          calls.push(name)
          return Promise.resolve({ ok: false, error: { code: 'unavailable', message: 'The service has ended.' } })
        },
      },
    }),
  )
  const { startUseReports } = await import('./use')
  startUseReports()
})
afterEach(() => vi.unstubAllGlobals())

describe('activity reports', () => {
  it('start with the window', () => {
    expect(calls).toEqual(['system.reportUse'])
  })

  it.each(['pointermove', 'pointerdown', 'wheel', 'keydown', 'hashchange'])(
    'are sent at most once a second for %s',
    (act) => {
      for (let i = 0; i < 100; i++) {
        now += 50
        events.dispatchEvent(new Event(act))
      }
      expect(calls).toHaveLength(1 + 5)
    },
  )

  it('are not sent for scrolling', () => {
    now += 5000
    events.dispatchEvent(new Event('scroll'))
    expect(calls).toHaveLength(1)
  })
})
