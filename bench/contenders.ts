/** Who takes part in a benchmark. */
import { precisions, type Precision, type Variant } from '../src-main/contract/experiment'

export const names = ['stock-eager', 'step', 'epoch', 'tensorflow', 'pytorch'] as const
export type Name = (typeof names)[number]

export interface Contender {
  name: Name
  precision: Precision
  variant: Variant
}

/** What of it is named on the command line and in messages, e.g. `step/float32/mcnn-a`. */
export function idOf({ name, precision, variant }: Contender): string {
  return `${name}/${precision}/${variant}`
}

/** Our own code, or what it stands on: a failure of one of these is the benchmark's own. */
export function isOwn({ name }: Contender): boolean {
  return name !== 'tensorflow' && name !== 'pytorch'
}

/** In the order of a round: those that are compared with each other take their turns one soon after the other. */
export const lineup: readonly Contender[] = [
  { name: 'stock-eager', precision: 'float32', variant: 'baseline' },
  { name: 'tensorflow', precision: 'float32', variant: 'baseline' },
  { name: 'pytorch', precision: 'float32', variant: 'baseline' },
  { name: 'epoch', precision: 'float32', variant: 'baseline' },
  { name: 'step', precision: 'float32', variant: 'baseline' },
  { name: 'step', precision: 'float32', variant: 'mcnn-f' },
  { name: 'step', precision: 'float32', variant: 'mcnn-l' },
  { name: 'step', precision: 'float32', variant: 'mcnn-a' },
  { name: 'step', precision: 'bfloat16', variant: 'mcnn-a' },
  { name: 'step', precision: 'bfloat16', variant: 'mcnn-l' },
  { name: 'step', precision: 'bfloat16', variant: 'mcnn-f' },
  { name: 'step', precision: 'bfloat16', variant: 'baseline' },
  { name: 'epoch', precision: 'bfloat16', variant: 'baseline' },
  { name: 'pytorch', precision: 'bfloat16', variant: 'baseline' },
  { name: 'tensorflow', precision: 'bfloat16', variant: 'baseline' },
]

/** Those whose id is one of `only` or lies beneath it: `step/float32` is all of ours in float32. */
export function chosen(contenders: readonly Contender[], only: readonly string[]): Contender[] {
  if (only.length === 0) return [...contenders]
  return contenders.filter((contender) => only.some((prefix) => `${idOf(contender)}/`.startsWith(`${prefix}/`)))
}

/**
 * GB that one takes at ResNet-32 and batch 128, as measured: what it stands on, and what grows with depth and batch.
 */
const memory: Record<Name, [number, number]> = {
  'stock-eager': [0.4, 2.3],
  step: [0.4, 0.5],
  epoch: [0.4, 0.5],
  tensorflow: [0.4, 0.5],
  pytorch: [0.5, 0.6],
}

/**
 * All at once where they fit into memory, else those of each precision, which is as far as anything is compared.
 * @param available bytes
 */
export function groupsOf(
  contenders: readonly Contender[],
  depth: number,
  batch: number,
  available: number,
): Contender[][] {
  const bytes = contenders.reduce(
    (sum, { name }) => sum + 1e9 * (memory[name][0] + memory[name][1] * (depth / 32) * (batch / 128)),
    0,
  )
  if (bytes <= available) return [[...contenders]]
  return precisions
    .map((precision) => contenders.filter((c) => c.precision === precision))
    .filter((group) => group.length > 0)
}
