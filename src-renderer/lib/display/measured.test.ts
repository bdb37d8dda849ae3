import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { widthOf } from './measured'
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
      constructor(told: (entries: { contentRect: { width: number } }[]) => void) {
        layOut = (width) => told([{ contentRect: { width } }])
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
    throw new Error('asked for its size')
  },
} as unknown as HTMLElement

describe('widthOf', () => {
  it('tells the newest width in a frame after the layout, without asking for one', () => {
    const told: number[] = []
    widthOf(element, (width) => told.push(width))
    layOut(300.6)
    layOut(310.2)
    expect(told).toEqual([])
    frames.next()
    frames.next()
    expect(told).toEqual([310])
  })

  it('tells nothing any more when the element is gone', () => {
    const told: number[] = []
    const { destroy } = widthOf(element, (width) => told.push(width))
    layOut(300)
    destroy()
    frames.next()
    expect(told).toEqual([])
    expect(watched).toBe(false)
  })
})
