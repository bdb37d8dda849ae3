/** Fake frames and time for tests: time passes only when a test advances it. */
import { vi } from 'vitest'

export interface Frames {
  /** Advances the clock by milliseconds. */
  spend(ms: number): void
  /**
   * Runs one frame.
   * @param renderMs duration of layout and painting
   * @returns duration of the frame's tasks
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
      const duration = now - began
      now += renderMs
      const received = messages
      messages = []
      for (const receive of received) receive()
      return duration
    },
    get asked() {
      return wanted.length
    },
  }
}
