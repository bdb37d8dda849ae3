import { afterEach, describe, expect, it, vi } from 'vitest'
import { Control, StopRequested } from './control'

afterEach(() => void vi.useRealTimers())

function recorded() {
  const states: string[] = []
  return { states, control: new Control((state) => states.push(state)) }
}

describe('Control', () => {
  it('lets the run continue without requests', async () => {
    const { control, states } = recorded()
    await control.betweenSteps()
    expect(states).toEqual([])
    expect(control.pausedTime).toBe(0)
  })

  it('holds the run from pause to resume, counts the time and reports both', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { control, states } = recorded()
    control.pause()
    let through = false
    const wait = control.betweenSteps().then(() => (through = true))
    // `expect.poll` would advance a faked clock.
    while (states.length === 0) await recorded().control.betweenSteps()
    // A run without a pause needs one iteration of the event loop.
    await recorded().control.betweenSteps()
    expect({ through, states }).toEqual({ through: false, states: ['paused'] })
    vi.advanceTimersByTime(20)
    control.resume()
    await wait
    expect(states).toEqual(['paused', 'resumed'])
    expect(control.pausedTime).toBe(20)
  })

  it('stops a running and a paused run', async () => {
    const running = recorded()
    running.control.stop()
    await expect(running.control.betweenSteps()).rejects.toBeInstanceOf(StopRequested)

    const paused = recorded()
    paused.control.pause()
    const wait = paused.control.betweenSteps()
    await expect.poll(() => paused.states).toEqual(['paused'])
    paused.control.stop()
    await expect(wait).rejects.toBeInstanceOf(StopRequested)
    expect(paused.states).toEqual(['paused'])
  })

  it('does not hold a run whose pause was cancelled at once', async () => {
    const { control, states } = recorded()
    control.pause()
    control.resume()
    await control.betweenSteps()
    expect(states).toEqual([])
  })
})
