import { describe, expect, it } from 'vitest'
import { Control, StopRequested } from './control'

function recorded() {
  const states: string[] = []
  return { states, control: new Control((state) => states.push(state)) }
}

describe('Control', () => {
  it('lets the run through when nobody asks for anything', async () => {
    const { control, states } = recorded()
    await control.betweenSteps()
    expect(states).toEqual([])
    expect(control.pausedTime).toBe(0)
  })

  it('holds the run from pause to resume, counts the time and tells both', async () => {
    const { control, states } = recorded()
    control.pause()
    let through = false
    const wait = control.betweenSteps().then(() => (through = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect({ through, states }).toEqual({ through: false, states: ['paused'] })
    control.resume()
    await wait
    expect(states).toEqual(['paused', 'resumed'])
    expect(control.pausedTime).toBeGreaterThan(10)
  })

  it('stops a running and a paused run', async () => {
    const running = recorded()
    running.control.stop()
    await expect(running.control.betweenSteps()).rejects.toBeInstanceOf(StopRequested)

    const paused = recorded()
    paused.control.pause()
    const wait = paused.control.betweenSteps()
    await new Promise((resolve) => setTimeout(resolve, 5))
    paused.control.stop()
    await expect(wait).rejects.toBeInstanceOf(StopRequested)
    expect(paused.states).toEqual(['paused'])
  })

  it('does not hold a run whose pause was taken back at once', async () => {
    const { control, states } = recorded()
    control.pause()
    control.resume()
    await control.betweenSteps()
    expect(states).toEqual([])
  })
})
