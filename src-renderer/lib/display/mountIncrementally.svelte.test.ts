import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mountIncrementally } from './mountIncrementally.svelte'
import { fakeFrames, type Frames } from '../../testing/frames'

let frames: Frames
let end: () => void

beforeEach(() => {
  frames = fakeFrames()
})
afterEach(() => {
  end()
  // Runs the requested frames.
  frames.next()
  vi.unstubAllGlobals()
})

/** Mounts parts that take `ms` each. Returns a function that returns the number of mounted parts. */
function making(
  total: () => number,
  first: number,
  ms: number,
  restart: () => string | boolean = () => false,
): () => number {
  let made = 0
  let shown = (): number => 0
  end = $effect.root(() => {
    const mount = mountIncrementally(total, first, restart)
    shown = () => mount.shown
    $effect(() => {
      frames.spend(Math.max(0, mount.shown - made) * ms)
      made = mount.shown
    })
  })
  flushSync()
  return shown
}

describe('mountIncrementally', () => {
  it('mounts the first parts at once and the others over short frames', () => {
    const shown = making(() => 100, 5, 1)
    expect(shown()).toBe(5)
    let count = 0
    while (shown() < 100) {
      expect(frames.next()).toBeLessThanOrEqual(10)
      expect(++count).toBeLessThan(40)
    }
    expect(count).toBeGreaterThan(10)
    frames.next()
    expect(frames.asked).toBe(0)
  })

  it('mounts one part per frame if each takes longer than a frame', () => {
    const shown = making(() => 4, 1, 30)
    for (const parts of [2, 3, 4]) {
      frames.next()
      expect(shown()).toBe(parts)
    }
  })

  it('mounts parts that are added later, one by one', () => {
    let total = $state(2)
    const shown = making(() => total, 1, 20)
    frames.next()
    expect(shown()).toBe(2)
    total = 5
    flushSync()
    expect(shown()).toBe(2)
    frames.next()
    expect(shown()).toBe(3)
  })

  it('starts again when the restart key changes', () => {
    let key = $state('a')
    const shown = making(
      () => 50,
      2,
      0.01,
      () => key,
    )
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(50)
    key = 'b'
    flushSync()
    expect(shown()).toBe(2)
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(50)
  })

  it('forgets the measured pace when it starts again', () => {
    let ready = $state(false)
    let ms = 0.01
    let made = 0
    let shown = (): number => 0
    end = $effect.root(() => {
      const mount = mountIncrementally(
        () => 20,
        1,
        () => ready,
      )
      shown = () => mount.shown
      $effect(() => {
        frames.spend(Math.max(0, mount.shown - made) * ms)
        made = mount.shown
      })
    })
    flushSync()
    while (frames.asked > 0) frames.next()
    expect(shown()).toBe(20)
    ready = true
    ms = 30
    flushSync()
    expect(frames.next()).toBeCloseTo(30)
    expect(shown()).toBe(2)
  })

  it('stops when the component is destroyed', () => {
    making(() => 100, 1, 1)
    frames.next()
    end()
    frames.next()
    expect(frames.asked).toBe(0)
  })
})
