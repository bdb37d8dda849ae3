import { describe, expect, it } from 'vitest'
import { endingOf, isTemporary } from './threads.mjs'

describe('message of setup about thread counts', () => {
  it('is that of the measurement, without other output', () => {
    const words = '2 × 1, measured on this machine'
    expect(endingOf(`round 1\n{"half\n${JSON.stringify({ tuning: {}, words })}\nI0000 port.cc\n`)).toBe(words)
  })

  it.each(['', 'mcnn: it crashed\n', '{"words":', 'null', '{"words":3}', '{}'])(
    'states that the default is used if the command printed %j',
    (output) => {
      expect(endingOf(output)).toMatch(/not measured, TensorFlow’s default is used/)
    },
  )
})

it('measures again at the next start only if another training prevented it', () => {
  const answer = (tuning: object): string => `${JSON.stringify({ tuning, words: '' })}\n`
  expect(isTemporary(answer({ problem: 'another MCNN Workbench is training', temporary: true }))).toBe(true)
  expect(isTemporary(answer({ problem: 'the machine was busy' }))).toBe(false)
  expect(isTemporary('mcnn: it crashed\n')).toBe(false)
})
