import { describe, expect, it } from 'vitest'
import { commandNames, commands } from './commands'
import { nextZoom, zoomSteps } from './preferences'

describe('nextZoom', () => {
  it('visits every step and stops at the ends', () => {
    const up = [0.8]
    while (up.length < 20) up.push(nextZoom(up.at(-1) ?? 1, 1))
    expect([...new Set(up)]).toEqual(zoomSteps)
    const down = [2]
    while (down.length < 20) down.push(nextZoom(down.at(-1) ?? 1, -1))
    expect([...new Set(down)]).toEqual([...zoomSteps].reverse())
  })

  it('goes from a value between steps to the next step', () => {
    expect(nextZoom(1.05, 1)).toBe(1.1)
    expect(nextZoom(1.05, -1)).toBe(1)
    expect(nextZoom(Math.fround(1.1), 1)).toBe(1.25)
  })
})

describe('commands', () => {
  it('have unique keys', () => {
    const keys = commandNames.flatMap((name) => commands[name].keys ?? [])
    expect(new Set(keys).size).toBe(keys.length)
  })
})
