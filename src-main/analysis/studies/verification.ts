/** Whether a run that was trained again came out the same, bit for bit, and what was otherwise. Pure. */
import { epochFields, stepFields, type Metric } from '../../contract/runs/metrics'
import type { Circumstance, Verifiable, Verification } from '../../contract/publish/verification'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics, StepMetrics } from '../../contract/runs/metrics'
import { duration, missing, plural, whole } from '../text/numbers'

/** Something a run keeps that is more than a number. */
export interface KeptRecord {
  /** 'base filters of stem after epoch 2'; names it within the run. */
  words: string
  epoch: number
  /** Of its contents. */
  sha256: string
  /** Computed for some epochs only: it is no difference if it was not computed again. */
  sampled?: boolean
}

/** A fact that the history holds twice, such as a run's summary of its epochs: both must agree. */
export interface StoredTwice {
  words: string
  kept: string | number | null
  given: string | number | null
}

/** What a run measured. */
export interface Measured {
  epochs: readonly EpochMetrics[]
  /** Sampled ones, ascending. */
  steps: readonly StepMetrics[]
  weightsSha256: string | null
  records?: readonly KeptRecord[]
}

export interface Outcome {
  /** Sentences; empty where all that was compared is the same. */
  differences: string[]
  compared: { epochs: number; steps: number; weights: boolean }
}

/**
 * @param kept what the history holds; what of it lies beyond `to` is left out
 * @param again what the second training gave
 * @param to up to which epoch and step the second training went, `whole` for all that is kept; weights are compared
 *   if both have them
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

/** The first row that differs, by which number, and how many do. */
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
 * Returns the first record that came out otherwise, and how many did. Records that were not kept are not missed: older
 * programs kept fewer.
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

/** Returns a sentence if facts that the history holds twice disagree. */
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
    ['TensorFlow', before && before.tensorflow, now.environment.tensorflow],
    // Ops side by side don't change how sums are split.
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

/** Each variable that either has; none if it is not known what was set then. */
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

/**
 * Without the times in brackets, which no two measurements have the same. A run that went on told them with each start.
 */
function chosen(sentences: readonly string[]): string {
  return [...new Set(sentences.map((sentence) => sentence.replace(/ \([^)]*\)/g, '')))].join(' ') || missing
}

/**
 * Of the event that keeps a verdict, of the whole run or of a part: `info` where it came out the same, else `warning`.
 */
export const verifiedKinds = {
  whole: 'verified',
  epochs: 'verified-part',
  steps: 'verified-part',
} as const satisfies Record<Verification['extent'], string>

/** What came out, in a few words: what was not trained again may differ. */
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

/** Said where nothing explains a difference; null where there is none, or something may. */
export function unexplained({
  same,
  circumstances,
  remarks,
}: Pick<Verdict, 'same' | 'circumstances' | 'remarks'>): string | null {
  return same || circumstances.length > 0 || remarks.length > 0
    ? null
    : 'The machine and the program are the same: the stored results may have been changed, or a computation was faulty.'
}

/** The whole verdict as text, line by line. */
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

/** The verdict as an event of the run: short, for its history is read line by line. */
export function verdictSentence(verdict: Verdict): string {
  const { same, differences, circumstances } = verdict
  const [first] = differences
  const otherwise =
    circumstances.length === 0
      ? ''
      : ` Different from the original training: ${circumstances.map(({ what }) => what).join(', ')}.`
  return `Verified: retrained (${extentWords(verdict)}; ${comparedWords(verdict)} compared), the results ${same ? 'are identical, bit for bit.' : `differ. ${first ?? ''}`}${otherwise}`.trimEnd()
}

/**
 * Seconds to train a run again, from its own times; null where it has told too little.
 * @param epochs the first so many of it; null: all that it measured
 */
export function secondsAgain(
  {
    epochs: all,
    startupSeconds,
    epochSeconds,
    restSeconds,
  }: Pick<Verifiable, 'epochs' | 'startupSeconds' | 'epochSeconds' | 'restSeconds'>,
  epochs: number | null,
): number | null {
  if (epochSeconds === null) return all > 0 || epochs !== null ? null : startupSeconds + restSeconds
  return startupSeconds + (epochs ?? all) * epochSeconds + (epochs === null ? restSeconds : 0)
}

/** Seconds until `rest` more steps are done, from how long `done` took; null before that says anything. */
export function secondsLeft(done: number, rest: number, seconds: number): number | null {
  return done < 1 || seconds < 1 ? null : (rest * seconds) / done
}

/**
 * A clock over a work's progress, from the first step that is told: seconds until its end, null before they can be
 * told.
 */
export function remaining(): (done: number, total: number) => number | null {
  let since: { at: number; done: number } | null = null
  return (done, total) => {
    const now = performance.now()
    if (total > 0) since ??= { at: now, done }
    return since && secondsLeft(done - since.done, total - done, (now - since.at) / 1000)
  }
}
