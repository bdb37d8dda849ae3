import { expect, it } from 'vitest'
import { writerOf } from './messages'

const write = writerOf({
  Outer: {
    name: [1, 'string'],
    on: [2, 'bool'],
    count: [3, 'int64'],
    inner: [4, 'Inner', 'many'],
    by: [5, 'Inner', 'map'],
  },
  Inner: { sizes: [1, 'int64', 'many'], raw: [2, 'bytes'] },
})

it('writes every field that is set, false and 0 included, and no other', () => {
  // Tag = number · 8 + wire type; https://protobuf.dev/programming-guides/encoding.
  expect([...write('Outer', { on: false, count: 0 })]).toEqual([0x10, 0, 0x18, 0])
  expect([...write('Outer', {})]).toEqual([])
})

it('writes lists packed, bytes as they are, negative numbers in ten bytes and maps as pairs', () => {
  expect([...write('Inner', { sizes: [1, 300], raw: Uint8Array.of(7, 0) })]).toEqual([
    0x0a, 3, 1, 0xac, 2, 0x12, 2, 7, 0,
  ])
  expect([...write('Inner', { sizes: [-1] })]).toEqual([0x0a, 10, ...new Array<number>(9).fill(0xff), 1])
  expect([...write('Outer', { name: 'é', inner: [{ raw: Uint8Array.of(1) }], by: { a: {} } })]).toEqual([
    0x0a, 2, 0xc3, 0xa9, 0x22, 3, 0x12, 1, 1, 0x2a, 5, 0x0a, 1, 0x61, 0x12, 0,
  ])
})

it('throws for a field that the description lacks, at any depth', () => {
  expect(() => write('Outer', { nmae: 'x' })).toThrow('Outer has no field nmae.')
  expect(() => write('Outer', { inner: [{ sizes: [1] }, { seizes: [1] }] })).toThrow('Inner has no field seizes.')
  expect(() => write('Outer', { by: { a: { seizes: [1] } } })).toThrow('Inner has no field seizes.')
})
