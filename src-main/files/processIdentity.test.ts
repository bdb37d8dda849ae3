import { expect, it } from 'vitest'
import { isAlive, sameProcess, thisProcess } from './processIdentity'

it('is alive while its process runs, and is not a later process with the same pid', () => {
  const me = thisProcess()
  expect(isAlive(me)).toBe(true)
  expect(sameProcess(me, thisProcess())).toBe(true)
  expect(isAlive({ ...me, start: `${me.start}0` })).toBe(false)
  expect(isAlive({ pid: 2 ** 22 + 1, start: me.start })).toBe(false)
})
