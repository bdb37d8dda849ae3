/** Generates nearly valid inputs: valid ones with a few changes, as arbitraries, so that failures shrink. Pure. */
import fc from 'fast-check'

/** A position as a fraction, because inputs differ in length. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

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
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), at: place, value: fc.nat(255) }),
  fc.record({
    kind: fc.constant('number' as const),
    at: place,
    width: fc.constantFrom(2 as const, 4 as const, 8 as const),
    value: fc.constantFrom(...edges),
    little: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('digits' as const),
    at: place,
    text: fc.constantFrom('-1', '00000000000', '77777777777', '99999999999999999999', '../', '/etc/', '\0'),
  }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.integer({ min: 1, max: 600 }) }),
  fc.record({
    kind: fc.constant('repeat' as const),
    at: place,
    length: fc.integer({ min: 1, max: 600 }),
    times: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    seed: fc.nat(1000),
    from: place,
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

/** Text that no user types, but programs send. */
const fragments = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '"',
  "'",
  '\\',
  '`',
  '${',
  '--',
  ';',
  '/*',
  '%',
  '%ff',
  '%2e%2e%2f',
  '../',
  '..',
  '\0',
  '\n',
  '\r\n',
  '\u2028',
  '\ud800',
  '\ufeff',
  '𝕏',
  'ﬁ',
  'İ',
  '٣',
  '9'.repeat(400),
  '1e999',
  '-0',
  '0x10',
  'NaN',
  'Infinity',
  '[',
  '{',
  '[['.repeat(60),
  'a'.repeat(3000),
  ' '.repeat(500),
  ',',
  ',,',
  ':',
  '=',
  '!=',
  '>',
  '..',
  '#/',
  '?',
  '&',
  '(',
  ')',
  '*',
  '+',
  "' OR 1=1 --",
  "'; DROP TABLE runs; --",
  "x') UNION SELECT 1 --",
  'javascript:',
  'file:///',
]

type TextChange =
  | { kind: 'insert'; at: number; text: string }
  | { kind: 'remove' | 'double'; at: number; length: number }
  | { kind: 'other'; at: number; seed: number }

const textChange: fc.Arbitrary<TextChange> = fc.oneof(
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    text: fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', minLength: 1, maxLength: 4 })),
  }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'double' as const),
    at: place,
    length: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant('other' as const), at: place, seed: fc.nat(1000) }),
)

function changedText(text: string, change: TextChange, seeds: readonly string[]): string {
  const at = Math.floor(change.at * (text.length + 1))
  switch (change.kind) {
    case 'insert':
      return text.slice(0, at) + change.text + text.slice(at)
    case 'remove':
      return text.slice(0, at) + text.slice(at + change.length)
    case 'double':
      return text.slice(0, at + change.length) + text.slice(at)
    case 'other':
      return text.slice(0, at) + (seeds[change.seed % seeds.length] ?? '').slice(at)
  }
}

export function mutatedText(seeds: readonly string[], most = 6): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(seeds.length - 1), fc.array(textChange, { maxLength: most }))
    .map(([seed, changes]) => changes.reduce((text, change) => changedText(text, change, seeds), seeds[seed] ?? ''))
}

/** Values as JSON creates them, including an own key `__proto__`. */
const oddities: readonly string[] = [
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '0',
  '-1',
  '0.5',
  '1e308',
  '-1e308',
  '9007199254740993',
  '2147483648',
  '4294967296',
  '"__proto__"',
  '"constructor"',
  '"../../etc/passwd"',
  '"/etc/passwd"',
  '"a\\u0000b"',
  '"\\ud800"',
  '{"__proto__": {"polluted": true}}',
  '{"constructor": {"prototype": {"polluted": true}}}',
  '{"toString": 1, "valueOf": 2}',
  '{"length": 1e9}',
  '[[[[[[[[[[1]]]]]]]]]]',
  '{"then": 1}',
  '{"toJSON": 1}',
  JSON.stringify('x'.repeat(5000)),
  JSON.stringify(Array(2000).fill(0)),
  `${'['.repeat(500)}${']'.repeat(500)}`,
  JSON.stringify('AAAA'.repeat(1024)),
]
const oddKeys = ['__proto__', 'constructor', 'prototype', 'extra', 'toString', '', 'id', '0']

type JsonChange =
  { kind: 'replace' | 'add'; node: number; value: string; key: string } | { kind: 'remove' | 'double'; node: number }

const jsonChange: fc.Arbitrary<JsonChange> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('replace' as const, 'replace' as const, 'add' as const),
    node: place,
    value: fc.oneof(
      fc.constantFrom(...oddities),
      fc.double().map((value) => JSON.stringify(value)),
    ),
    key: fc.constantFrom(...oddKeys),
  }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const), node: place }),
)

type Container = Record<string, unknown> | unknown[]
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null
/** Sets an own key, whatever its name. */
const put = (container: Container, key: string, value: unknown): void =>
  void Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true })

/** Returns up to a number of places in a value that contain another value. */
function slots(value: unknown, most = 2000): { container: Container; key: string }[] {
  const found: { container: Container; key: string }[] = []
  const waiting: unknown[] = [value]
  for (let next = waiting.shift(); next !== undefined && found.length < most; next = waiting.shift())
    if (isContainer(next))
      for (const key of Object.keys(next)) {
        found.push({ container: next, key })
        waiting.push((next as Record<string, unknown>)[key])
      }
  return found
}

function changedJson(whole: { value: unknown }, change: JsonChange): void {
  const all = slots(whole)
  const slot = all[Math.floor(change.node * all.length)]
  if (!slot) return
  const { container, key } = slot
  const here = (container as Record<string, unknown>)[key]
  if (change.kind === 'replace') put(container, key, JSON.parse(change.value))
  else if (change.kind === 'add') {
    if (Array.isArray(here)) here.push(JSON.parse(change.value))
    else if (isContainer(here)) put(here, change.key, JSON.parse(change.value))
  } else if (change.kind === 'remove') {
    if (Array.isArray(container)) container.splice(Number(key), 1)
    else if (container !== whole) Reflect.deleteProperty(container, key)
  } else if (Array.isArray(here)) here.push(...(structuredClone(here) as unknown[]))
  else if (Array.isArray(container)) container.push(here)
  // The same value under another name.
  else if (container !== whole) put(container, `${key}.again`, here)
}

/** A JSON value with up to four changes to its parts. */
export function mutatedJson(seeds: readonly unknown[], most = 4): fc.Arbitrary<unknown> {
  const texts = seeds.map((seed) => JSON.stringify(seed))
  return fc.tuple(fc.nat(seeds.length - 1), fc.array(jsonChange, { maxLength: most })).map(([seed, changes]) => {
    const whole = { value: JSON.parse(texts[seed] ?? 'null') as unknown }
    for (const change of changes) changedJson(whole, change)
    return whole.value
  })
}

/** JSON text: of a changed value, or valid text with changes. */
export function mutatedJsonText(seeds: readonly unknown[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: mutatedJson(seeds).map((value) => JSON.stringify(value) ?? '') },
    { weight: 2, arbitrary: mutatedText(seeds.map((seed) => JSON.stringify(seed))) },
  )
}
