import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeFrames, type Frames } from '../../testing/frames'
import { rowWindow, type Range } from './rowWindow.svelte'

let frames: Frames
let end: () => void

beforeEach(() => {
  frames = fakeFrames()
})
afterEach(() => {
  end()
  frames.next()
  vi.unstubAllGlobals()
})

interface Shown extends Range {
  rows: readonly (string | undefined)[]
  settled: boolean
}

/** Rows that take 1 ms each to make and to remove, and `changeMs` to change. */
function following(
  wanted: () => Range,
  count: () => number,
  restart?: () => string,
  at: (index: number) => string = (index) => `row ${index}`,
  changeMs = 1,
): () => Shown {
  let shown = (): Shown => ({ start: 0, end: 0, rows: [], settled: false })
  let before = new Map<number, string | undefined>()
  end = $effect.root(() => {
    const made = rowWindow<string>(
      {
        get wanted() {
          return wanted()
        },
        get count() {
          return count()
        },
        at,
      },
      5,
      restart,
    )
    shown = () => ({
      start: made.start,
      end: made.start + made.rows.length,
      rows: made.rows,
      settled: made.settled,
    })
    $effect(() => {
      const now = new Map(made.rows.map((row, i) => [made.start + i, row]))
      const indices = new Set([...before.keys(), ...now.keys()])
      const different = [...indices].filter((i) => before.get(i) !== now.get(i))
      const changes = different.filter((i) => before.has(i) && now.has(i)).length
      frames.spend(different.length - changes + changeMs * changes)
      before = now
    })
  })
  flushSync()
  return shown
}

describe('rendered rows of a list', () => {
  it('are the first ones at once and the others over several frames', () => {
    const range = following(
      () => ({ start: 0, end: 40 }),
      () => 1000,
    )
    expect(range()).toMatchObject({ start: 0, end: 5 })
    let before = 5
    while (frames.asked > 0) {
      frames.next()
      expect(range().end - before).toBeLessThanOrEqual(10)
      before = range().end
    }
    expect(range()).toMatchObject({ start: 0, end: 40 })
  })

  it.each([
    ['down', 10],
    ['up', -10],
  ])('follow a scroll %s by a few rows per frame and always include a visible row', (_, by) => {
    let wanted = $state.raw({ start: 100, end: 140 })
    const range = following(
      () => wanted,
      () => 1000,
    )
    while (frames.asked > 0) frames.next()
    wanted = { start: 100 + by, end: 140 + by }
    flushSync()
    let count = 0
    while (frames.asked > 0) {
      expect(frames.next()).toBeLessThanOrEqual(10)
      expect(range().start).toBeLessThanOrEqual(Math.max(100, 100 + by))
      expect(range().end).toBeGreaterThanOrEqual(Math.min(140, 140 + by))
      count++
    }
    expect(range()).toMatchObject(wanted)
    expect(count).toBeGreaterThan(1)
  })

  it('start in the visible area after a jump', () => {
    let wanted = $state.raw({ start: 0, end: 40 })
    const range = following(
      () => wanted,
      () => 1000,
    )
    while (frames.asked > 0) frames.next()
    wanted = { start: 900, end: 940 }
    flushSync()
    frames.next()
    expect(range().start).toBe(900)
    while (frames.asked > 0) frames.next()
    expect(range()).toMatchObject(wanted)
  })

  it('are never more than the list has', () => {
    let count = $state(1000)
    const range = following(
      () => ({ start: 0, end: Math.min(40, count) }),
      () => count,
    )
    while (frames.asked > 0) frames.next()
    count = 7
    flushSync()
    expect(range()).toMatchObject({ start: 0, end: 7 })
    while (frames.asked > 0) frames.next()
    count = 0
    flushSync()
    while (frames.asked > 0) frames.next()
    expect(range()).toMatchObject({ start: 0, end: 0 })
    count = 30
    flushSync()
    expect(range()).toMatchObject({ start: 0, end: 5 })
    while (frames.asked > 0) frames.next()
    expect(range()).toMatchObject({ start: 0, end: 30 })
  })

  it('start again if the list is replaced', () => {
    let key = $state('runs')
    const range = following(
      () => ({ start: 0, end: 40 }),
      () => 1000,
      () => key,
    )
    while (frames.asked > 0) frames.next()
    key = 'groups'
    flushSync()
    expect(range()).toMatchObject({ start: 0, end: 5 })
    while (frames.asked > 0) frames.next()
    expect(range()).toMatchObject({ start: 0, end: 40 })
  })

  it('show the current content of the list, row by row from the top', () => {
    let version = $state('old')
    const shown = following(
      () => ({ start: 10, end: 40 }),
      () => 1000,
      undefined,
      (index) => `${version} ${index}`,
    )
    while (frames.asked > 0) frames.next()
    version = 'new'
    flushSync()
    expect(shown().settled).toBe(false)
    expect(frames.next()).toBeLessThanOrEqual(10)
    expect(shown()).toMatchObject({ start: 10, end: 40, settled: false })
    expect(shown().rows[0]).toBe('new 10')
    expect(shown().rows.at(-1)).toBe('old 39')
    while (frames.asked > 0) expect(frames.next()).toBeLessThanOrEqual(10)
    expect(shown().rows.every((row) => row?.startsWith('new'))).toBe(true)
    expect(shown().settled).toBe(true)
  })

  it('do not speed up after updates, which take less time than new rows', () => {
    let version = $state(0)
    let wanted = $state.raw({ start: 100, end: 140 })
    following(
      () => wanted,
      () => 1000,
      undefined,
      (index) => `${version} ${index}`,
      0.01,
    )
    while (frames.asked > 0) frames.next()
    for (let i = 0; i < 5; i++) {
      version++
      flushSync()
      while (frames.asked > 0) frames.next()
    }
    wanted = { start: 130, end: 170 }
    flushSync()
    while (frames.asked > 0) expect(frames.next()).toBeLessThanOrEqual(10)
  })
})
