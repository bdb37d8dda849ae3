/** Frames and time for tests of what works frame by frame: nothing passes but what a test lets pass. */
import { vi } from 'vitest'

export interface Frames {
  /** Takes so long: in milliseconds. */
  spend(ms: number): void
  /** Lets one frame come; how long its work took. */
  next(): number
  readonly asked: number
}

export function fakeFrames(): Frames {
  let now = 1000
  let wanted: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => wanted.push(callback))
  vi.stubGlobal('performance', { now: () => now })
  return {
    spend: (ms) => void (now += ms),
    next: () => {
      const began = now
      const callbacks = wanted
      wanted = []
      for (const callback of callbacks) callback()
      return now - began
    },
    get asked() {
      return wanted.length
    },
  }
}
