/** The paper's own numbers, shown next to ours and never part of a mean. */
import { z } from 'zod'
import tables from '../../../resources/paper/tables.json'
import { arch, datasetId, datasetSizes, variants, type Arch, type Variant } from '../../contract/experiment'
import type { ComparisonRow } from '../../contract/studies/comparison'

const byVariant = z
  .record(z.string(), z.number())
  .refine((numbers) => Object.keys(numbers).every((name) => (variants as readonly string[]).includes(name)))
const schema = z.strictObject({
  source: z.string(),
  remarks: z.string(),
  /** Percent, and percentage points as printed: baseline − variant. */
  tableOne: z.array(z.strictObject({ dataset: datasetId, arch, accuracy: byVariant, drop: byVariant })),
  tableTwo: z.array(z.strictObject({ arch, firstLayer: byVariant, lastLayer: byVariant })),
})

const paper = schema.parse(tables)

export const paperSource: string = paper.source
export const paperTables: Pick<z.infer<typeof schema>, 'tableOne' | 'tableTwo'> = paper

/**
 * Returns the paper's numbers for a cell of Table I, in percent and points; null if it has none, and for runs on a
 * subset of the data.
 */
export function paperAccuracy(
  row: Pick<ComparisonRow, 'dataset' | 'arch' | 'trainExamples' | 'testExamples'>,
  of: Variant,
): { accuracy: number; drop: number | null } | null {
  const whole = datasetSizes[row.dataset]
  if (row.trainExamples < whole.train || row.testExamples < whole.test) return null
  const printed = paper.tableOne.find((one) => one.dataset === row.dataset && one.arch === row.arch)
  const accuracy = printed?.accuracy[of]
  return accuracy === undefined ? null : { accuracy, drop: printed?.drop[of] ?? null }
}

/** Returns the trainable filters of the first and last convolution in Table II; null if it has none. */
export function paperFilters(of: Arch, layer: 'first' | 'last', variantOf: Variant): number | null {
  const printed = paper.tableTwo.find((one) => one.arch === of)
  return (layer === 'first' ? printed?.firstLayer : printed?.lastLayer)?.[variantOf] ?? null
}
