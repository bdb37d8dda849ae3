/** Generates nearly valid JSON values: valid ones with a few changes, as arbitraries, so that failures shrink. Pure. */
import fc from 'fast-check'
import { position } from './position'
import { mutatedText } from './mutatedText'

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
    node: position,
    value: fc.oneof(
      fc.constantFrom(...oddities),
      fc.double().map((value) => JSON.stringify(value)),
    ),
    key: fc.constantFrom(...oddKeys),
  }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'double' as const), node: position }),
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
