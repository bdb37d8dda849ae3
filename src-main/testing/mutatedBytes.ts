/** Generates nearly valid bytes: valid ones with a few changes, as arbitraries, so that failures shrink. Pure. */
import fc from 'fast-check'
import { position } from './position'

/** Sizes, offsets and counts that often cause bugs. */
const edges = [
  0,
  1,
  2,
  7,
  8,
  127,
  128,
  255,
  256,
  511,
  512,
  32767,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
]

type ByteChange =
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'set'; at: number; value: number }
  | { kind: 'number'; at: number; width: 2 | 4 | 8; value: number; little: boolean }
  | { kind: 'digits'; at: number; text: string }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number; times: number }
  | { kind: 'cut'; at: number }
  | { kind: 'splice'; at: number; seed: number; from: number; length: number }

const byteChange: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), at: position, value: fc.nat(255) }),
  fc.record({
    kind: fc.constant('number' as const),
    at: position,
    width: fc.constantFrom(2 as const, 4 as const, 8 as const),
    value: fc.constantFrom(...edges),
    little: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('digits' as const),
    at: position,
    text: fc.constantFrom('-1', '00000000000', '77777777777', '99999999999999999999', '../', '/etc/', '\0'),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: position,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), at: position, length: fc.integer({ min: 1, max: 600 }) }),
  fc.record({
    kind: fc.constant('repeat' as const),
    at: position,
    length: fc.integer({ min: 1, max: 600 }),
    times: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: position }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: position,
    seed: fc.nat(1000),
    from: position,
    length: fc.integer({ min: 1, max: 2000 }),
  }),
)

function changedBytes(bytes: Buffer, change: ByteChange, seeds: readonly Uint8Array[]): Buffer {
  const at = Math.floor(change.at * (bytes.length + 1))
  const joined = (middle: Uint8Array, after: number): Buffer =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(after)])
  switch (change.kind) {
    case 'flip':
    case 'set': {
      if (at >= bytes.length) return bytes
      const out = Buffer.from(bytes)
      out[at] = change.kind === 'set' ? change.value : (bytes[at] ?? 0) ^ (1 << change.bit)
      return out
    }
    case 'number': {
      const number = Buffer.alloc(8)
      if (change.little) number.writeBigUInt64LE(BigInt(change.value))
      else number.writeBigUInt64BE(BigInt(change.value))
      const middle = change.little ? number.subarray(0, change.width) : number.subarray(8 - change.width)
      return joined(middle, at + change.width)
    }
    case 'digits':
      return joined(Buffer.from(change.text, 'latin1'), at + change.text.length)
    case 'insert':
      return joined(change.bytes, at)
    case 'remove':
      return joined(Buffer.alloc(0), at + change.length)
    case 'repeat':
      return joined(Buffer.concat(Array<Buffer>(change.times).fill(bytes.subarray(at, at + change.length))), at)
    case 'cut':
      return bytes.subarray(0, at)
    case 'splice': {
      const other = seeds[change.seed % seeds.length] ?? bytes
      const from = Math.floor(change.from * other.length)
      return joined(other.subarray(from, from + change.length), at + change.length)
    }
  }
}

/** A seed with up to six changes; sometimes bytes that are not valid. */
export function mutatedBytes(seeds: readonly Uint8Array[], most = 6): fc.Arbitrary<Buffer> {
  const mutated = fc
    .tuple(fc.nat(seeds.length - 1), fc.array(byteChange, { maxLength: most }))
    .map(([seed, changes]) =>
      changes.reduce<Buffer>((bytes, change) => changedBytes(bytes, change, seeds), Buffer.from(seeds[seed] ?? [])),
    )
  return fc.oneof(
    { weight: 19, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes): Buffer => Buffer.from(bytes)) },
  )
}
