/**
 * Tests a parser of outside input with nearly valid inputs. A parser may reject an input with its declared errors; it
 * may not throw another error, take long, write outside of its folder, change a prototype or leave a global variable.
 *
 * The unit suite runs a small fixed sample. `npm run fuzz` sets the variables below and runs each file in a process that
 * Node's permission model restricts to MCNN_FUZZ_FOLDER.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'

/** Result of a parser; any exception other than its declared errors is a fault. */
export type Verdict = 'accepted' | 'rejected'

export interface Prepared<T> {
  inputs: fc.Arbitrary<T>
  /** @throws errors that the parser does not declare */
  run: (input: T) => Verdict | Promise<Verdict>
  close?: () => void | Promise<void>
}

export interface CheckOptions {
  inputs: number
  seed: number
  /** Limit of processor time for one input; far above that of the slowest one. */
  limitMs?: number
}

export interface Outcome {
  inputs: number
  accepted: number
  rejected: number
  /** What went wrong, with the smallest failing input; null if nothing did. */
  fault: string | null
}

const campaignFolder = process.env['MCNN_FUZZ_FOLDER']
const options = {
  inputs: Number(process.env['MCNN_FUZZ_INPUTS'] ?? 120),
  seed: Number(process.env['MCNN_FUZZ_SEED'] ?? 20),
}

/**
 * Defines the test of a parser.
 * @param reads what the parser reads
 * @param prepare receives an empty folder, the only place where the parser may write
 */
export function fuzz<T>(reads: string, prepare: (folder: string) => Prepared<T> | Promise<Prepared<T>>): void {
  it(`accepts or rejects any input: ${reads}`, async () => {
    const parent = mkdtempSync(path.join(campaignFolder ?? tmpdir(), 'mcnn-fuzz-'))
    try {
      const folder = path.join(parent, 'inside')
      mkdirSync(folder)
      const outcome = await check(await prepare(folder), options)
      expect(outcome.fault).toBeNull()
      // If every input was rejected at once, the rest of the parser was not tested.
      expect(outcome.accepted).toBeGreaterThan(0)
      expect(outcome.rejected).toBeGreaterThan(0)
      expect(readdirSync(parent)).toEqual(['inside'])
    } finally {
      rmSync(parent, { recursive: true, force: true })
    }
  })
}

/** Returns whether a call was rejected with one of these errors; other errors are rethrown. */
export async function rejectedWith(
  errors: readonly (abstract new (...args: never[]) => Error)[],
  call: () => unknown,
): Promise<Verdict> {
  try {
    await call()
    return 'accepted'
  } catch (thrown) {
    if (errors.some((error) => thrown instanceof error)) return 'rejected'
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
const countNames = (): string => prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join(' ')
const countGlobals = (): number => Reflect.ownKeys(globalThis).length

export async function check<T>(
  { inputs, run, close }: Prepared<T>,
  { inputs: numRuns, seed, limitMs = 2000 }: CheckOptions,
): Promise<Outcome> {
  const outcome: Outcome = { inputs: 0, accepted: 0, rejected: 0, fault: null }
  const [names, globals] = [countNames(), countGlobals()]
  const property = fc.asyncProperty(inputs, async (input) => {
    const start = process.cpuUsage()
    outcome[await run(input)]++
    const { user, system } = process.cpuUsage(start)
    if (++outcome.inputs % 100 === 0) await reportProgress(outcome.inputs)
    if (user + system > 1000 * limitMs) throw new Error(`took ${Math.round((user + system) / 1000)} ms`)
    if (countNames() !== names || 'polluted' in {}) throw new Error('changed a prototype')
    if (countGlobals() !== globals) throw new Error('left a global variable')
  })
  try {
    const details = await fc.check(property, { numRuns, seed })
    outcome.fault = details.failed ? describeFault(details) : null
  } finally {
    await close?.()
  }
  return outcome
}

/** Shows the campaign that this process does not hang. */
async function reportProgress(inputs: number): Promise<void> {
  if (campaignFolder === undefined) return
  writeFileSync(path.join(campaignFolder, `${process.pid}.alive`), String(inputs))
  await new Promise((resolve) => setImmediate(resolve))
}

function describeFault<T>({ errorInstance, counterexample, counterexamplePath }: fc.RunDetails<[T]>): string {
  const [input] = counterexample ?? []
  const text = Buffer.isBuffer(input) ? `bytes ${input.toString('base64')}` : fc.stringify(input)
  const message =
    errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance)
  return `${message.split('\n').slice(0, 4).join(' | ')}\ninput ${text.slice(0, 4000)}\npath ${counterexamplePath}`
}
