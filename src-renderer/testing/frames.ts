/** Frames and time for tests of what works frame by frame: nothing passes but what a test lets pass. */
import { vi } from 'vitest'

export interface Frames {
  /** Takes so long: in milliseconds. */
  spend(ms: number): void
  /**
   * Lets one frame come.
   * @param renderMs what layout and painting take
   * @returns how long the work in it took
   */
  next(renderMs?: number): number
  readonly asked: number
}

export function fakeFrames(): Frames {
  let now = 1000
  let wanted: (() => void)[] = []
  let messages: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => wanted.push(callback))
  vi.stubGlobal('performance', { now: () => now })
  vi.stubGlobal(
    'MessageChannel',
    class {
      port1 = { onmessage: (): void => undefined, close: (): void => undefined }
      port2 = { postMessage: (): void => void messages.push(() => this.port1.onmessage()) }
    },
  )
  return {
    spend: (ms) => void (now += ms),
    next: (renderMs = 0) => {
      const began = now
      const callbacks = wanted
      wanted = []
      for (const callback of callbacks) callback()
      const took = now - began
      now += renderMs
      const received = messages
      messages = []
      for (const receive of received) receive()
      return took
    },
    get asked() {
      return wanted.length
    },
  }
}
