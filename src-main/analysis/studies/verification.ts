/** Compares a run with its second training, bit for bit, and lists what differs in the circumstances. Pure. */
import { epochFields, stepFields, type Metric } from '../../contract/runs/metrics'
import type { Circumstance, Verification } from '../../contract/publish/verification'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import { duration, missing, plural, whole } from '../text/numbers'

/** A stored record of a run that is more than one number. */
export interface KeptRecord {
  /** Name within the run, such as 'base filters of stem after epoch 2'. */
  words: string
  epoch: number
  /** SHA-256 of its contents. */
  sha256: string
  /** Whether it is computed for some epochs only: it is no difference if it is missing in the second training. */
  sampled?: boolean
}

/** A fact that the history stores twice, such as a summary of the epochs: both must agree. */
export interface StoredTwice {
  words: string
  kept: string | number | null
  given: string | number | null
}

/** The measurements of a run. */
export interface Measured {
  epochs: readonly EpochMetrics[]
  /** Sampled steps, ascending. */
  steps: readonly StepMetrics[]
  weightsSha256: string | null
  records?: readonly KeptRecord[]
}

export interface Outcome {
  /** Sentences; empty if everything that was compared is identical. */
  differences: string[]
  compared: { epochs: number; steps: number; weights: boolean }
}

/**
 * @param kept the stored data; data after `to` is ignored
 * @param again the data of the second training
 * @param to last epoch and step of the second training, `whole` for all of them; weights are compared if both have them
 */
export function differencesOf(
  kept: Measured,
  again: Measured,
  to: { epochs: number; step: number; whole?: boolean },
): Outcome {
  const epochs = to.whole ? kept.epochs : kept.epochs.filter((epoch) => epoch.epoch <= to.epochs)
  const steps = to.whole ? kept.steps : kept.steps.filter((step) => step.step <= to.step)
  const records = (kept.records ?? []).filter((record) => to.whole || record.epoch <= to.epochs)
  const weights = kept.weightsSha256 !== null && again.weightsSha256 !== null
  return {
    differences: [
      ...held(steps, again.steps, 'step', (row) => row.step, stepFields),
      ...held(epochs, again.epochs, 'epoch', (row) => row.epoch, epochFields),
      ...othersAmong(records, again.records ?? []),
      ...(weights && kept.weightsSha256 !== again.weightsSha256
        ? [`The final weights differ: SHA-256 ${short(again.weightsSha256)} instead of ${short(kept.weightsSha256)}.`]
        : []),
    ],
    compared: { epochs: epochs.length, steps: steps.length, weights },
  }
}

/** Returns the first row that differs, in which number, and how many rows differ. */
function held<T>(
  kept: readonly T[],
  again: readonly T[],
  what: 'epoch' | 'step',
  keyOf: (row: T) => number,
  metrics: Partial<Record<keyof T, Metric>>,
): string[] {
  const byKey = new Map(again.map((row) => [keyOf(row), row]))
  const fields = (Object.entries(metrics) as [keyof T, Metric][]).filter(([, metric]) => metric.computed)
  const wrong = kept.flatMap((row) => {
    const other = byKey.get(keyOf(row))
    if (!other) return [`${capital(what)} ${keyOf(row)} was not reached again.`]
    const field = fields.find(([name]) => !Object.is(row[name] ?? null, other[name] ?? null))
    return field === undefined
      ? []
      : [
          `The ${field[1].words} of ${what} ${keyOf(row)} is ${numberOf(other[field[0]])} instead of ${numberOf(row[field[0]])}.`,
        ]
  })
  const [first] = wrong
  if (first === undefined) return []
  return [`${first}${wrong.length > 1 ? ` ${wrong.length} of ${kept.length} ${what}s compared differ.` : ''}`]
}

/**
 * Returns the first record that differs, and how many do. Records that were not stored are ignored: older programs
 * stored fewer.
 */
function othersAmong(kept: readonly KeptRecord[], again: readonly KeptRecord[]): string[] {
  const computed = new Map(again.map(({ words, sha256 }) => [words, sha256]))
  const wrong = kept.filter(
    ({ words, sha256, sampled = false }) => computed.get(words) !== sha256 && !(sampled && !computed.has(words)),
  )
  const [first] = wrong
  if (!first) return []
  const what = computed.has(first.words) ? 'differ' : 'are missing in the retraining'
  return [
    `The ${first.words} ${what}.${wrong.length > 1 ? ` ${wrong.length} of ${kept.length} compared records differ.` : ''}`,
  ]
}

/** Returns a sentence if facts that the history stores twice disagree. */
export function disagreements(facts: readonly StoredTwice[]): string[] {
  const wrong = facts.filter(({ kept, given }) => kept !== given)
  const [first] = wrong
  if (!first) return []
  const more =
    wrong.length > 1 ? ` ${plural(wrong.length - 1, 'other fact disagrees', 'other facts disagree')} likewise.` : ''
  return [
    `The ${first.words} in the run’s row is ${valueOf(first.kept)}, but its config and measurements give ${valueOf(first.given)}.${more}`,
  ]
}

const valueOf = (value: string | number | null): string => (value === null ? missing : String(value))

/** All digits: a difference may be in the last one. */
const numberOf = (value: unknown): string => (typeof value === 'number' ? String(value) : missing)
const short = (sha256: string | null): string => `${(sha256 ?? missing).slice(0, 16)}…`
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The circumstances besides the config that determine the last bits, then and now. */
export interface Circumstances {
  environment: Environment
  datasetFingerprint: string
  /** The kernels of multi-band layers, as the trainer reported them. */
  convolutions: readonly string[]
}

/** Returns the circumstances that changed; unknown ones are left out. */
export function circumstancesOf(
  then: Partial<{ [K in keyof Circumstances]: Circumstances[K] | null }>,
  now: Circumstances,
): Circumstance[] {
  const before = then.environment ?? null
  const rows: [string, string | null, string][] = [
    ['data', then.datasetFingerprint ?? null, now.datasetFingerprint],
    ['device', before && before.device, now.environment.device],
    ['CPU', before && before.cpu, now.environment.cpu],
    ['vector instructions', before?.instructions ?? null, now.environment.instructions ?? missing],
    ['kernels', before?.kernels ?? null, now.environment.kernels ?? missing],
    ['TensorFlow', before && before.tensorflow, now.environment.tensorflow],
    // The number of parallel operations does not change how sums are split.
    ['threads per op', before && numberOf(before.threads.intraOp), numberOf(now.environment.threads.intraOp)],
    ['GPU arithmetic', before && (before.gpuMath ?? missing), now.environment.gpuMath ?? missing],
    ['program', before && before.program, now.environment.program],
    ['commit', before && commitOf(before), commitOf(now.environment)],
    ['Node', before && before.node, now.environment.node],
    ...variableRows(before?.variables, now.environment.variables),
    ['multi-band layers (tuning.json)', then.convolutions ? chosen(then.convolutions) : null, chosen(now.convolutions)],
  ]
  return rows.flatMap(([what, was, is]) =>
    was === null || was === undefined || was === is ? [] : [{ what, then: was, now: is }],
  )
}

/** Compares each variable that either has; none if it is unknown what was set then. */
function variableRows(
  then: Environment['variables'],
  now: Environment['variables'] = {},
): [string, string | null, string][] {
  if (then === undefined) return []
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort()
  return names.map((name) => [`environment variable ${name}`, then[name] ?? 'not set', now[name] ?? 'not set'])
}

function commitOf({ git }: Environment): string {
  return git === null ? missing : `${git.commit}${git.dirty ? ', with uncommitted changes' : ''}`
}

/** Removes the times in brackets, which vary. A resumed run reported them at each start. */
function chosen(sentences: readonly string[]): string {
  return [...new Set(sentences.map((sentence) => sentence.replace(/ \([^)]*\)/g, '')))].join(' ') || missing
}

/**
 * Kind of the event with the verdict, for a complete or a partial verification: `info` if identical, else `warning`.
 */
export const verifiedKinds = {
  whole: 'verified',
  epochs: 'verified-part',
  steps: 'verified-part',
} as const satisfies Record<Verification['extent'], string>

/** Returns the verdict in a few words; what was not retrained may still differ. */
export function verdictWords({ same, whole: all }: { same: boolean; whole: boolean }): string {
  return !same ? 'it differs' : all ? 'identical, bit for bit' : 'identical as far as retrained, bit for bit'
}

type Verdict = Omit<Verification, 'kept'>

/** 'all 3 epochs', 'its first epoch', 'its first 20 steps' */
export function extentWords({ extent, epochs, steps }: Pick<Verdict, 'extent' | 'epochs' | 'steps'>): string {
  const first = (count: number, one: string): string => `its first ${count === 1 ? one : `${whole(count)} ${one}s`}`
  return extent === 'whole'
    ? epochs === 1
      ? 'its one epoch'
      : `all ${plural(epochs, 'epoch')}`
    : extent === 'epochs'
      ? first(epochs, 'epoch')
      : first(steps, 'step')
}

/** '24 sampled steps, 3 epochs and the final weights' */
export function comparedWords({ compared }: Pick<Verdict, 'compared'>): string {
  return `${plural(compared.steps, 'sampled step')}, ${plural(compared.epochs, 'epoch')}${compared.weights ? ' and the final weights' : ''}`
}

/** Returns a sentence about an unexplained difference; null if there is none, or if circumstances may explain it. */
export function unexplained({
  same,
  circumstances,
  remarks,
}: Pick<Verdict, 'same' | 'circumstances' | 'remarks'>): string | null {
  return same || circumstances.length > 0 || remarks.length > 0
    ? null
    : 'The machine and the program are the same: the stored results may have been changed, or a computation was faulty.'
}

/** Returns the complete verdict as text, line by line. */
export function verdictText(verdict: Verdict): string {
  const { runId, same, differences, circumstances, remarks, seconds } = verdict
  const nothing = unexplained(verdict)
  return [
    `${runId}: ${verdictWords({ same, whole: verdict.extent === 'whole' })} (${extentWords(verdict)} again, ${comparedWords(verdict)} compared, in ${duration(seconds)}).`,
    ...differences.map((sentence) => `  ${sentence}`),
    ...(circumstances.length === 0
      ? []
      : [
          `${circumstancesTitle(same)}:`,
          ...circumstances.map(({ what, then, now }) => `  ${what}: ${then} then, ${now} now`),
        ]),
    ...remarks,
    ...(nothing === null ? [] : [nothing]),
    '',
  ].join('\n')
}

export function circumstancesTitle(same: boolean): string {
  return same
    ? 'Differences from the original training, without effect'
    : 'Differences from the original training that may explain it'
}

/** Returns the verdict as a short event of the run. */
export function verdictSentence(verdict: Verdict): string {
  const { same, differences, circumstances } = verdict
  const [first] = differences
  const otherwise =
    circumstances.length === 0
      ? ''
      : ` Different from the original training: ${circumstances.map(({ what }) => what).join(', ')}.`
  return `Verified: retrained (${extentWords(verdict)}; ${comparedWords(verdict)} compared), the results ${same ? 'are identical, bit for bit.' : `differ. ${first ?? ''}`}${otherwise}`.trimEnd()
}

/** @param process the program that trains next to a verification */
export function sharedMachineWords(process: number): string {
  return `Another MCNN Workbench (process ${process}) trains on this machine: both take longer, the result is not affected.`
}
