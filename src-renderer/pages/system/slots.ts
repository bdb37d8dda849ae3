/** Texts of the training slots. Pure. */
import type { TrainingSlots } from '../../../src-main/contract'
import { chosenSlots } from '../../../src-main/analysis/machine/choices'
import { parallelWords } from '../../../src-main/analysis/text/threads'

/** Returns the choices of how many runs train at the same time: powers of two, the largest count and the current one. */
export function countOptions({ most, choice, measured }: TrainingSlots): { value: string; label: string }[] {
  const counts = new Set([most, ...(choice.count === null ? [] : [choice.count])])
  for (let count = 1; count < most; count *= 2) counts.add(count)
  return [
    { value: 'null', label: `automatic (${chosenSlots({ parallel: measured ?? [] })})` },
    ...[...counts].sort((a, b) => a - b).map((count) => ({ value: String(count), label: String(count) })),
  ]
}

/** Returns what the choice means and what was measured. */
export function slotsNote({ slots, measured, most }: TrainingSlots): string {
  if (slots[0]?.kind === 'gpu') return 'Each GPU trains one run at a time. A change applies to runs that start later.'
  if (most === 1) return 'This machine has one core.'
  const words = parallelWords({ parallel: measured ?? [] })
  return `Runs share the cores equally and keep the number of threads with which they began. ${
    words ?? 'Not measured: `mcnn tune` measures how many runs at the same time are fastest.'
  }`
}
