import { describe, expect, it } from 'vitest'
import { PickleError, readPickle } from './pickle'
import { Pickler } from '../testSupport'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const pickle = (text: string): Buffer => Buffer.concat([Buffer.from([0x80, 2]), bytes(text)])

describe('readPickle', () => {
  it('reads lists of numbers and byte arrays, and skips texts', () => {
    const p = new Pickler()
    const many = Array.from({ length: 2500 }, (_, i) => i * 30)
    p.dictionary({
      batch_label: () => p.string('training batch 1 of 5'),
      labels: () => p.integers([6, 9, -1, 255, 256, 70000, ...many]),
      data: () => p.array(2, 3, Buffer.from([1, 2, 3, 4, 5, 6])),
      names: () =>
        p.list(
          Array.from({ length: 300 }, (_, i) => `picture ${i}`),
          (name) => void p.string(name),
        ),
    })
    const entries = readPickle(p.done())
    expect([...entries.keys()].sort()).toEqual(['data', 'labels'])
    expect(entries.get('labels')).toEqual([6, 9, -1, 255, 256, 70000, ...many])
    expect(entries.get('data')).toMatchObject({ shape: [2, 3], fortran: false, bytes: Buffer.from([1, 2, 3, 4, 5, 6]) })
  })

  it('returns views of the input, not copies', () => {
    const p = new Pickler()
    p.dictionary({ data: () => p.array(1, 3, Buffer.from([1, 2, 3])) })
    const input = p.done()
    const data = readPickle(input).get('data')
    expect(data && !Array.isArray(data) && data.bytes.buffer).toBe(input.buffer)
  })

  it.each([
    [
      'a call of the system',
      pickle('cposix\nsystem\n(U\x04evilt' + 'R.'),
      /wants to load "posix.system".*nothing was run/,
    ],
    ['a name that is a property of every object', pickle('c__proto__\nconstructor\n.'), /wants to load/],
    ['an opcode that builds objects', pickle('(i__main__\nX\n.'), /opcode 0x69 at byte 3/],
    ['another protocol', Buffer.from([0x80, 4, 0x2e]), /not a Python pickle of protocol 2/],
    ['no pickle', bytes('hello'), /not a Python pickle/],
    ['nothing', Buffer.alloc(0), /not a Python pickle/],
    ['an end in the middle', pickle('U\x10abc'), /truncated/],
    ['an end in a number', pickle('J\x01'), /truncated/],
    ['a length beyond the input', pickle('T\xff\xff\xff\xff'), /truncated/],
    ['no end', pickle('N'), /truncated/],
    ['a mark never opened', pickle('t.'), /never opened/],
    ['an empty stack', pickle('R.'), /more values than it contains/],
    ['a reference to nothing', pickle('h\x05.'), /refers to a missing value/],
    ['an append to a number', pickle('K\x01K\x02a.'), /not a list/],
    ['no dictionary', pickle('K\x01.'), /is not a dictionary/],
    ['a key that is no text', pickle('}K\x01K\x02s.'), /key that is not a short text/],
    ['a list in itself as a key', pickle('}]q\x00h\x00s.'), /key that is not a short text/],
  ])('rejects %s', (_, input, message) => {
    expect(() => readPickle(input)).toThrow(PickleError)
    expect(() => readPickle(input)).toThrow(message)
  })

  it('reads a list that contains itself without an endless loop', () => {
    expect(readPickle(pickle('}U\x01a]q\x00h\x00as.'))).toEqual(new Map())
  })

  it('rejects arrays of the wrong size or type', () => {
    const wrongSize = new Pickler()
    wrongSize.dictionary({ data: () => wrongSize.array(2, 3, Buffer.from([1, 2, 3])) })
    expect(() => readPickle(wrongSize.done())).toThrow(/wrong size/)
    const floats = new Pickler()
    floats.dictionary({ data: () => floats.array(1, 8, Buffer.alloc(8), { dtype: 'f8' }) })
    expect(() => readPickle(floats.done())).toThrow(/not bytes/)
  })

  it('gives up on millions of opcodes', () => {
    expect(() => readPickle(Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(5_000_000, 'N')]))).toThrow(
      /too many parts/,
    )
  })
})
