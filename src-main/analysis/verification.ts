/** Whether a run that was trained again came out the same, bit for bit, and what was otherwise. Pure. */
import type { Circumstance } from '../contract/publish'
import type { Environment, EpochMetrics, StepMetrics } from '../contract/records'
import { missing } from './numbers'

/** What a run measured that depends on its config alone: times and memory don't. */
export interface Measured {
  epochs: readonly EpochMetrics[]
  /** Sampled ones, ascending. */
  steps: readonly StepMetrics[]
  weightsSha256: string | null
}

const epochNumbers = { trainLoss: 'training loss', trainAccuracy: 'training accuracy', testLoss: 'test loss', testAccuracy: 'test accuracy', learningRate: 'learning rate' } as const
const stepNumbers = { loss: 'loss', learningRate: 'learning rate' } as const

export interface Outcome {
  /** Sentences; empty where all that was compared is the same. */
  differences: string[]
  compared: { epochs: number; steps: number; weights: boolean }
}

/**
 * @param kept what the history holds; what of it lies beyond `to` is left out
 * @param again what the second training gave
 * @param to up to which epoch and step the second training went; weights are compared where both have them
 */
export function differencesOf(kept: Measured, again: Measured, to: { epochs: number; step: number }): Outcome {
  const epochs = kept.epochs.filter((epoch) => epoch.epoch <= to.epochs)
  const steps = kept.steps.filter((step) => step.step <= to.step)
  const weights = kept.weightsSha256 !== null && again.weightsSha256 !== null
  return {
    differences: [
      ...held(steps, again.steps, 'step', (row) => row.step, stepNumbers),
      ...held(epochs, again.epochs, 'epoch', (row) => row.epoch, epochNumbers),
      ...(weights && kept.weightsSha256 !== again.weightsSha256 ? [`The final weights are others: SHA-256 ${short(again.weightsSha256)} instead of ${short(kept.weightsSha256)}.`] : []),
    ],
    compared: { epochs: epochs.length, steps: steps.length, weights },
  }
}

/** The first row that differs, by which number, and how many do. */
function held<T>(kept: readonly T[], again: readonly T[], what: 'epoch' | 'step', keyOf: (row: T) => number, numbers: Partial<Record<keyof T, string>>): string[] {
  const byKey = new Map(again.map((row) => [keyOf(row), row]))
  const fields = Object.entries(numbers) as [keyof T, string][]
  const wrong = kept.flatMap((row) => {
    const other = byKey.get(keyOf(row))
    if (!other) return [`${capital(what)} ${keyOf(row)} was not reached again.`]
    const field = fields.find(([name]) => !Object.is(row[name], other[name]))
    return field === undefined ? [] : [`The ${field[1]} of ${what} ${keyOf(row)} is ${numberOf(other[field[0]])} instead of ${numberOf(row[field[0]])}.`]
  })
  const [first] = wrong
  if (first === undefined) return []
  return [`${first}${wrong.length > 1 ? ` ${wrong.length} of ${kept.length} ${what}s compared differ.` : ''}`]
}

/** Every digit: a difference may be in the last one. */
const numberOf = (value: unknown): string => (typeof value === 'number' ? String(value) : missing)
const short = (sha256: string | null): string => `${(sha256 ?? missing).slice(0, 16)}…`
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** What decides the last bits beside the config, as it was told when the run was trained, and now. */
export interface Circumstances {
  environment: Environment
  datasetFingerprint: string
  /** How multi-band layers were computed, as the trainer told it. */
  convolutions: readonly string[]
}

/** What is otherwise now; what is not known of then is left out. */
export function circumstancesOf(then: Partial<{ [K in keyof Circumstances]: Circumstances[K] | null }>, now: Circumstances): Circumstance[] {
  const before = then.environment ?? null
  const rows: [string, string | null, string][] = [
    ['data', then.datasetFingerprint ?? null, now.datasetFingerprint],
    ['device', before && before.device, now.environment.device],
    ['processor', before && before.cpu, now.environment.cpu],
    ['TensorFlow', before && before.tensorflow, now.environment.tensorflow],
    // Ops side by side don't change how sums are split.
    ['threads in an op', before && numberOf(before.threads.intraOp), numberOf(now.environment.threads.intraOp)],
    ['GPU arithmetic', before && (before.gpuMath ?? missing), now.environment.gpuMath ?? missing],
    ['program', before && before.program, now.environment.program],
    ['commit', before && commitOf(before), commitOf(now.environment)],
    ['Node', before && before.node, now.environment.node],
    ['multi-band layers (tuning.json)', then.convolutions ? chosen(then.convolutions) : null, chosen(now.convolutions)],
  ]
  return rows.flatMap(([what, was, is]) => (was === null || was === undefined || was === is ? [] : [{ what, then: was, now: is }]))
}

function commitOf({ git }: Environment): string {
  return git === null ? missing : `${git.commit}${git.dirty ? ', with uncommitted changes' : ''}`
}

/** Without the times in brackets, which no two measurements have the same. A run that went on told them with each start. */
function chosen(sentences: readonly string[]): string {
  return [...new Set(sentences.map((sentence) => sentence.replace(/ \([^)]*\)/g, '')))].join(' ') || missing
}
