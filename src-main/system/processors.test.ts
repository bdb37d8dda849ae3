import { expect, it } from 'vitest'
import { processorsIn } from './processors'

it.each([
  ['0-3,8', [0, 1, 2, 3, 8]],
  ['5', [5]],
  ['3-1', []],
  ['', []],
  ['0-99999999999,x,1', [1]],
])('reads the processors in %j', (list, expected) => expect(processorsIn(list)).toEqual(expected))
