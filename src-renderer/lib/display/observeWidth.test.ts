import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { observeWidth } from './observeWidth'
import { fakeFrames, type Frames } from '../../testing/frames'

let frames: Frames
let layOut: (width: number) => void
let watched: boolean

beforeEach(() => {
  frames = fakeFrames()
  watched = false
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(onResize: (entries: { contentRect: { width: number } }[]) => void) {
        layOut = (width) => onResize([{ contentRect: { width } }])
      }
      observe(): void {
        watched = true
      }
      disconnect(): void {
        watched = false
      }
    },
  )
})
afterEach(() => vi.unstubAllGlobals())

const element = {
  get clientWidth(): number {
    throw new Error('forced a layout')
  },
} as unknown as HTMLElement

describe('observeWidth', () => {
  it('reports the newest width in a frame after the layout, without forcing a layout', () => {
    const widths: number[] = []
    observeWidth(element, (width) => widths.push(width))
    layOut(300.6)
    layOut(310.2)
    expect(widths).toEqual([])
    frames.next()
    frames.next()
    expect(widths).toEqual([310])
  })

  it('reports nothing after the element is destroyed', () => {
    const widths: number[] = []
    const { destroy } = observeWidth(element, (width) => widths.push(width))
    layOut(300)
    destroy()
    frames.next()
    expect(widths).toEqual([])
    expect(watched).toBe(false)
  })
})
