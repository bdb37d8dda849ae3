/** Checks one parser with many inputs against the same guarantees. */
import fc from 'fast-check'

/** Result of a parser; any exception other than its declared errors is a fault. */
export type Verdict = 'accepted' | 'refused'

export interface Prepared<T> {
  inputs: fc.Arbitrary<T>
  /** @throws whatever is not one of the parser's declared errors */
  run: (input: T) => Verdict | Promise<Verdict>
  close?: () => void | Promise<void>
}

export interface Target {
  /** What the parser reads, for the summary. */
  of: string
  /** @param folder empty, and the only place where anything may be written */
  prepare: (folder: string) => Promise<{ [K in 'check']: (options: CheckOptions) => Promise<Outcome> }>
}

export interface CheckOptions {
  inputs: number
  seed: number
  /** Called regularly, so that a watcher can detect a hang. */
  alive?: (done: number) => Promise<void>
  /** Limit of processor time for one input. */
  limitMs?: number
}

export interface Fault {
  message: string
  /** The smallest failing input, printed as JavaScript. */
  input: string
  /** Together with the seed, replays it. */
  path: string | null
}

export interface Outcome {
  inputs: number
  accepted: number
  refused: number
  /** Longest processor time of one input, in ms. */
  slowestMs: number
  fault: Fault | null
}

/** Far above the slowest input. */
const usualLimitMs = 2000

/** Makes a target of a parser and its inputs. */
export function target<T>(of: string, prepare: (folder: string) => Prepared<T> | Promise<Prepared<T>>): Target {
  return {
    of,
    async prepare(folder) {
      const prepared = await prepare(folder)
      return { check: (options) => check(prepared, options) }
    },
  }
}

/** Returns whether a call was refused with one of these errors; other errors are rethrown. */
export async function refusedWith(
  errors: readonly (abstract new (...args: never[]) => Error)[],
  call: () => unknown,
): Promise<Verdict> {
  try {
    await call()
    return 'accepted'
  } catch (thrown) {
    if (errors.some((error) => thrown instanceof error)) return 'refused'
    throw thrown
  }
}

const prototypes = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Map.prototype,
  Uint8Array.prototype,
]
const namesOf = (): string => prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join(' ')
const globals = (): number => Reflect.ownKeys(globalThis).length

async function check<T>(
  { inputs, run, close }: Prepared<T>,
  { inputs: count, seed, alive, limitMs = usualLimitMs }: CheckOptions,
): Promise<Outcome> {
  const outcome: Outcome = { inputs: 0, accepted: 0, refused: 0, slowestMs: 0, fault: null }
  const clean = namesOf()
  const before = globals()
  const property = fc.asyncProperty(inputs, async (input) => {
    const start = process.cpuUsage()
    const verdict = await run(input)
    const { user, system } = process.cpuUsage(start)
    const ms = (user + system) / 1000
    outcome[verdict]++
    outcome.slowestMs = Math.max(outcome.slowestMs, ms)
    if (++outcome.inputs % 100 === 0) await alive?.(outcome.inputs)
    if (ms > limitMs) throw new Error(`took ${Math.round(ms)} ms`)
    if (namesOf() !== clean || 'polluted' in {}) throw new Error('changed a prototype')
    if (globals() !== before) throw new Error('left a global behind')
  })
  try {
    const details = await fc.check(property, { numRuns: count, seed })
    outcome.fault = details.failed ? faultOf(details) : null
  } finally {
    await close?.()
  }
  return outcome
}

function faultOf<T>({ errorInstance, counterexample, counterexamplePath }: fc.RunDetails<[T]>): Fault {
  const thrown = errorInstance
  const [input] = counterexample ?? []
  const text = Buffer.isBuffer(input) ? `bytes ${input.toString('base64')}` : fc.stringify(input)
  return {
    message:
      thrown instanceof Error ? (thrown.stack ?? thrown.message).split('\n').slice(0, 4).join(' | ') : String(thrown),
    input: text.length > 4000 ? `${text.slice(0, 4000)}… (${text.length} characters)` : text,
    path: counterexamplePath,
  }
}
