/** The result of a campaign: no path, host or date of its machine, only the seed. */
import { z } from 'zod'

const fault = z.strictObject({ message: z.string(), input: z.string(), path: z.string().nullable() })

export const parserResult = z.strictObject({
  of: z.string(),
  inputs: z.int(),
  accepted: z.int(),
  refused: z.int(),
  slowestMs: z.number(),
  /** Peak memory of its process. */
  memoryMb: z.number(),
  seconds: z.number(),
  fault: fault.nullable(),
})
export type ParserResult = z.infer<typeof parserResult>

export const campaign = z.strictObject({
  seed: z.int(),
  inputs: z.int(),
  parsers: z.record(z.string(), parserResult),
  faults: z.int(),
})
export type Campaign = z.infer<typeof campaign>

export function campaignOf(seed: number, parsers: Record<string, ParserResult>): Campaign {
  const all = Object.values(parsers)
  return {
    seed,
    inputs: all.reduce((sum, { inputs }) => sum + inputs, 0),
    parsers,
    faults: all.filter(({ fault }) => fault !== null).length,
  }
}
