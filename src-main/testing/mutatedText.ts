/** Generates nearly valid texts: valid ones with a few changes, as arbitraries, so that failures shrink. Pure. */
import fc from 'fast-check'
import { position } from './position'

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
    at: position,
    text: fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary', minLength: 1, maxLength: 4 })),
  }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'double' as const),
    at: position,
    length: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant('other' as const), at: position, seed: fc.nat(1000) }),
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
