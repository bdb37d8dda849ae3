import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { expandHome } from './home.mjs'

it('expands a leading ~/ only', () => {
  expect(expandHome('~/x y')).toBe(join(homedir(), 'x y'))
  expect(expandHome('~')).toBe(homedir())
  for (const path of ['/a/~/b', '~other/x', './~', 'x', '']) expect(expandHome(path)).toBe(path)
})
