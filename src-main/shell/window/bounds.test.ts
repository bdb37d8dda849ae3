import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openingBounds, readWindowState } from './bounds'

const primary = { x: 0, y: 0, width: 1920, height: 1050 }
const second = { x: 1920, y: 0, width: 2560, height: 1400 }
const state = { x: 100, y: 80, width: 1400, height: 900, maximized: false }

describe('openingBounds', () => {
  it('opens at 1280 × 800 the first time, smaller on a small display, but never below the minimum', () => {
    expect(openingBounds(null, [primary])).toEqual({ width: 1280, height: 800 })
    expect(openingBounds(null, [{ x: 0, y: 0, width: 1024, height: 740 }])).toEqual({ width: 1024, height: 740 })
    expect(openingBounds(null, [{ x: 0, y: 0, width: 800, height: 480 }])).toEqual({ width: 900, height: 600 })
    expect(openingBounds(null, [])).toEqual({ width: 1280, height: 800 })
  })

  it('opens at the stored position', () => {
    expect(openingBounds(state, [primary])).toEqual({ x: 100, y: 80, width: 1400, height: 900 })
    expect(openingBounds({ ...state, x: 2500 }, [primary, second])).toEqual({
      x: 2500,
      y: 80,
      width: 1400,
      height: 900,
    })
  })

  it('keeps the size and lets the system place it if the display is gone', () => {
    expect(openingBounds({ ...state, x: 2500 }, [primary])).toEqual({ width: 1400, height: 900 })
    expect(openingBounds({ ...state, y: -500 }, [primary])).toEqual({ width: 1400, height: 900 })
    expect(openingBounds({ ...state, y: 1040 }, [primary])).toEqual({ width: 1400, height: 900 })
    expect(openingBounds({ ...state, x: -1350 }, [primary])).toEqual({ width: 1400, height: 900 })
  })

  it('never exceeds the display or falls below the minimum', () => {
    expect(openingBounds({ ...state, width: 9000, height: 9000 }, [primary])).toEqual({
      x: 100,
      y: 80,
      width: 1920,
      height: 1050,
    })
    expect(openingBounds({ ...state, width: 300, height: 200 }, [primary])).toEqual({
      x: 100,
      y: 80,
      width: 900,
      height: 600,
    })
  })
})

describe('readWindowState', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'mcnn-bounds-')), 'window.json')

  it('reads the written state', () => {
    writeFileSync(file, JSON.stringify(state))
    expect(readWindowState(file)).toEqual(state)
  })

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"x":1}',
    '{"x":1e99,"y":0,"width":1,"height":1,"maximized":false}',
    '{"x":0.5,"y":0,"width":1,"height":1,"maximized":false}',
  ])('ignores %j', (text) => {
    writeFileSync(file, text)
    expect(readWindowState(file)).toBeNull()
  })

  it('ignores a missing file', () => {
    expect(readWindowState(`${file}.gone`)).toBeNull()
  })
})
