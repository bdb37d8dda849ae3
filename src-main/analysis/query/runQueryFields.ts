/** The fields that a query over runs knows. Pure. */
import { archs, datasetIds, depthOf, variants } from '../../contract/experiment'
import { pickedOnValues } from '../../contract/runs/pickedOn'
import { runStates } from '../../contract/runs/states'
import { pickedRule } from '../statistics/picked'

/**
 * fraction: accuracies, above 1 taken as percent. duration: seconds, or 90s, 20min, 2h. date: 2026, 2026-05,
 * 2026-05-09.
 */
export type FieldKind = 'choice' | 'text' | 'number' | 'fraction' | 'duration' | 'date'

interface FieldOf<K extends FieldKind> {
  kind: K
  /** What it is, for completion. */
  says: string
  /** For choices all there are, for numbers what is usual. */
  values?: readonly string[]
}

const field = <K extends FieldKind>(kind: K, says: string, values?: readonly string[]): FieldOf<K> => ({
  kind,
  says,
  ...(values ? { values } : {}),
})

export const fields = {
  variant: field('choice', 'which layers are multi-band', variants),
  arch: field('choice', 'which network', archs),
  depth: field('number', 'layers of the network', [...new Set(archs.map((arch) => String(depthOf(arch))))]),
  dataset: field('choice', 'data set', datasetIds),
  state: field('choice', 'state of the run', runStates),
  tag: field('text', 'has this tag'),
  study: field('text', 'name or id of the study'),
  acc: field('fraction', 'test accuracy of the last epoch: 0.92 or 92'),
  best: field('fraction', `test accuracy of the best epoch, ${pickedRule}`),
  picked: field('choice', 'what the best epoch was picked on', pickedOnValues),
  loss: field('number', 'training loss of the last epoch'),
  testloss: field('number', 'test loss of the last epoch'),
  seed: field('number', 'seed'),
  epochs: field('number', 'epochs planned'),
  done: field('number', 'epochs finished'),
  params: field('number', 'trainable parameters'),
  filters: field('number', 'trainable filters'),
  ms: field('number', 'milliseconds per step'),
  speed: field('number', 'images per second'),
  time: field('duration', 'training time: 90s, 20min, 2h'),
  created: field('date', 'creation date, local time: 2026-05-09, today, "2026-05-09 14:31"'),
  note: field('text', 'text of the note'),
  config: field('text', 'id of the config'),
  id: field('text', 'id of the run'),
  is: field('choice', 'archived or trashed', ['archived', 'trashed']),
} as const satisfies Record<string, FieldOf<FieldKind>>

export type Field = keyof typeof fields
export const fieldNames = Object.keys(fields) as Field[]

export function isField(name: string): name is Field {
  return Object.hasOwn(fields, name)
}

export function valuesOf(name: Field): readonly string[] {
  const known: { values?: readonly string[] } = fields[name]
  return known.values ?? []
}
