/** The contenders of a benchmark. */
import { precisions, type Precision, type Variant } from '../src-main/contract/experiment'

export const names = ['stock-eager', 'step', 'epoch', 'tensorflow', 'pytorch'] as const
export type Name = (typeof names)[number]

export interface Contender {
  name: Name
  precision: Precision
  variant: Variant
}

/** Its id on the command line and in messages, e.g. `step/float32/mcnn-a`. */
export function idOf({ name, precision, variant }: Contender): string {
  return `${name}/${precision}/${variant}`
}

/** Our own code and its stack: a failure of one of these is a failure of the benchmark. */
export function isOwn({ name }: Contender): boolean {
  return name !== 'tensorflow' && name !== 'pytorch'
}

/** In the order of a round: contenders that are compared run one soon after the other. */
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

/** Returns the contenders whose id is in `only` or starts with an entry: `step/float32` is all of ours in float32. */
export function chosen(contenders: readonly Contender[], only: readonly string[]): Contender[] {
  if (only.length === 0) return [...contenders]
  return contenders.filter((contender) => only.some((prefix) => `${idOf(contender)}/`.startsWith(`${prefix}/`)))
}

/** Measured memory in GB at ResNet-32 and batch 128: a constant part, and a part proportional to depth and batch. */
const memory: Record<Name, [number, number]> = {
  'stock-eager': [0.4, 2.3],
  step: [0.4, 0.5],
  epoch: [0.4, 0.5],
  tensorflow: [0.4, 0.5],
  pytorch: [0.5, 0.6],
}

/**
 * Returns one group if all fit into memory, else one group per precision, because only contenders of one precision are
 * compared.
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
