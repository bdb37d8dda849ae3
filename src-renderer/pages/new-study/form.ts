/** The form of a new study: what was typed, and what the contract says to it. Pure. */
import { typedNumber } from '../../../src-main/analysis/text/numbers'
import {
  archs,
  compareVariants,
  datasetSizes,
  defaultMilestones,
  depthOf,
  leastExamples,
  matchName,
  recipe,
  resnets,
  studyRequest,
  type Arch,
  type DatasetId,
  type PrecisionChoice,
  type StudyRequest,
  type Variant,
} from '../../../src-main/contract'

/** Numbers are kept as typed: a field half typed is not a number yet. */
export interface StudyForm {
  name: string
  dataset: DatasetId
  archs: Arch[]
  /** A depth that is typed and not one of the choices. */
  depthText: string
  variants: Variant[]
  seedMode: 'count' | 'list'
  seedCount: string
  seedList: string
  epochs: string
  batchSize: string
  learningRate: string
  momentum: string
  weightDecay: string
  /** Null follows the epochs. */
  milestones: string | null
  gamma: string
  augment: boolean
  precision: PrecisionChoice
  trainExamples: string
  testExamples: string
  validationExamples: string
}

export type FormField = Exclude<keyof StudyForm, 'seedMode' | 'seedCount' | 'seedList' | 'depthText'> | 'seeds'

export function emptyForm(): StudyForm {
  return {
    name: '',
    dataset: 'synthetic',
    archs: ['resnet-8'],
    depthText: '',
    variants: ['baseline', 'mcnn-f', 'mcnn-l'],
    seedMode: 'count',
    seedCount: '3',
    seedList: '1, 2, 3',
    epochs: '10',
    batchSize: String(recipe.batchSize),
    learningRate: String(recipe.learningRate),
    momentum: String(recipe.momentum),
    weightDecay: String(recipe.weightDecay),
    milestones: null,
    gamma: String(recipe.gamma),
    augment: recipe.augment,
    precision: recipe.precision,
    trainExamples: '',
    testExamples: '',
    validationExamples: '',
  }
}

export type FormErrors = Partial<Record<FormField, string>>

export interface Checked {
  /** Null where something is wrong. */
  plan: StudyRequest | null
  errors: FormErrors
}

export function milestonesText(form: StudyForm): string {
  if (form.milestones !== null) return form.milestones
  const epochs = typed(form.epochs)
  return typeof epochs === 'number' && Number.isInteger(epochs) && epochs >= 1 && epochs <= 10000
    ? defaultMilestones(epochs).join(', ')
    : ''
}

/**
 * What the form holds as the contract has it; `number` reads a text that is not empty, `empty` stands for one that is.
 */
function requestOf(
  form: StudyForm,
  number: (text: string) => unknown,
  empty: null | undefined,
  seeds: unknown,
  milestones: unknown,
): Record<string, unknown> {
  const one = (text: string): unknown => (text.trim() === '' ? empty : number(text))
  const limit = (text: string): unknown => (text.trim() === '' ? null : number(text))
  return {
    name: form.name,
    archs: form.archs,
    variants: form.variants,
    seeds,
    training: {
      dataset: form.dataset,
      trainExamples: limit(form.trainExamples),
      testExamples: limit(form.testExamples),
      ...(form.validationExamples.trim() === '' ? {} : { validationExamples: limit(form.validationExamples) }),
      epochs: one(form.epochs),
      batchSize: one(form.batchSize),
      learningRate: one(form.learningRate),
      momentum: one(form.momentum),
      weightDecay: one(form.weightDecay),
      milestones,
      gamma: one(form.gamma),
      warmup: null,
      augment: form.augment,
      precision: form.precision,
    },
  }
}

/**
 * Returns the study as it is typed, complete or not: numbers where a text is one, else the text itself, null for an
 * empty field.
 */
export function draftOf(form: StudyForm): unknown {
  const asTyped = (text: string): unknown => typedNumber(text.trim()) ?? text.trim()
  const listed = (text: string): unknown[] => parts(text).map(asTyped)
  const counted = seedsOf(form)
  const seeds =
    form.seedMode === 'list'
      ? listed(form.seedList)
      : Array.isArray(counted) && counted.includes(null)
        ? asTyped(form.seedCount)
        : counted
  return requestOf(form, asTyped, null, seeds, listed(milestonesText(form)))
}

/** Returns what is wrong with the form, by path into a plan: what `check` says, as the study's text names it. */
export function problemsOf(errors: FormErrors): { at: string; message: string }[] {
  return fields.flatMap((field) => {
    const message = errors[field]
    return message === undefined ? [] : [{ at: topFields.includes(field) ? field : `training.${field}`, message }]
  })
}

export function check(form: StudyForm): Checked {
  const seeds = seedsOf(form)
  const milestones = wholes(milestonesText(form))
  const result = studyRequest.safeParse(requestOf(form, (text) => typed(text) ?? text, undefined, seeds, milestones))
  // What relates items of a list to each other is only checked in a plan that is right elsewhere: checked as typed too.
  const lists = studyRequest.safeParse({
    name: 'plan',
    archs: ['resnet-8'],
    variants: ['baseline'],
    seeds,
    training: { ...recipe, milestones },
  })
  const errors: FormErrors = {}
  for (const issue of [...(result.error?.issues ?? []), ...(lists.error?.issues ?? [])]) {
    const field = fieldOf(issue.path.map(String).join('.'))
    errors[field] ??= sentence(issue.message)
  }
  const depth = depthProblem(form.depthText)
  if (depth !== null) errors.archs = depth.message
  // What depends on the data set, which the contract's schema does not know of.
  const sizes = datasetSizes[form.dataset]
  for (const [field, most] of [
    ['trainExamples', sizes.maxTrain],
    ['testExamples', sizes.maxTest],
  ] as const) {
    const asked = typed(form[field])
    if (typeof asked !== 'number') continue
    if (asked > most) errors[field] ??= `At most ${most}`
    else if (asked < sizes.classes) errors[field] ??= `At least ${sizes.classes}, one a class`
  }
  const held = typed(form.validationExamples)
  if (typeof held === 'number') {
    const all = typed(form.trainExamples) ?? sizes.train
    if (held < sizes.classes) errors.validationExamples ??= `At least ${sizes.classes}, one a class`
    else if (held + leastExamples > all) errors.validationExamples = `Leaves too few of ${all} to train on`
  }
  const valid = result.success && Object.keys(errors).length === 0
  return { plan: valid ? result.data : null, errors }
}

/** The form that holds a plan: `check` gives it back. */
export function formOf(plan: StudyRequest): StudyForm {
  const { training, seeds } = plan
  const counted = seeds.every((seed, i) => seed === i + 1)
  const byDefault = defaultMilestones(training.epochs).join() === training.milestones.join()
  return {
    ...emptyForm(),
    name: plan.name,
    dataset: training.dataset,
    archs: archs.filter((one) => plan.archs.includes(one)),
    variants: [...plan.variants].sort(compareVariants),
    seedMode: counted ? 'count' : 'list',
    seedCount: String(seeds.length),
    seedList: seeds.join(', '),
    epochs: String(training.epochs),
    batchSize: String(training.batchSize),
    learningRate: String(training.learningRate),
    momentum: String(training.momentum),
    weightDecay: String(training.weightDecay),
    milestones: byDefault ? null : training.milestones.join(', '),
    gamma: String(training.gamma),
    augment: training.augment,
    precision: training.precision,
    trainExamples: training.trainExamples === null ? '' : String(training.trainExamples),
    testExamples: training.testExamples === null ? '' : String(training.testExamples),
    validationExamples: typeof training.validationExamples !== 'number' ? '' : String(training.validationExamples),
  }
}

/** Returns the ResNet of a typed depth or name ('20', 'ResNet-20'); null if it is none of the choices. */
export function archOfDepth(text: string): Arch | null {
  return resnets.find((one) => String(depthOf(one)) === text.trim()) ?? matchName(resnets, text)
}

/** What is wrong with a typed depth, with the choices nearest to it; null where nothing is typed. */
export function depthProblem(text: string): { message: string; nearest: Arch[] } | null {
  const typedDepth = text.trim()
  if (typedDepth === '' || archOfDepth(typedDepth) !== null) return null
  const depth = Number(typedDepth)
  if (!/^\d{1,6}$/.test(typedDepth) || depth < 1) return { message: 'A depth is a whole number', nearest: [] }
  const below = resnets.filter((one) => depthOf(one) < depth).slice(-1)
  const above = resnets.filter((one) => depthOf(one) > depth).slice(0, 1)
  const exists = depth >= 8 && depth % 6 === 2
  return {
    message: exists ? `ResNet-${depth} is not among the choices` : `ResNet-${depth} does not exist: depth is 6n + 2`,
    nearest: [...below, ...above],
  }
}

/** The form field that a path into a plan ('training.epochs', 'seeds.2') belongs to. */
export function fieldOf(path: string): FormField {
  const [first = '', second = ''] = path.replace(/^plan\./, '').split('.')
  const name = first === 'training' ? second : first
  return (fields as readonly string[]).includes(name) ? (name as FormField) : 'name'
}

const topFields: readonly FormField[] = ['name', 'archs', 'variants', 'seeds']
const fields: readonly FormField[] = [
  'name',
  'dataset',
  'archs',
  'variants',
  'seeds',
  'epochs',
  'batchSize',
  'learningRate',
  'momentum',
  'weightDecay',
  'milestones',
  'gamma',
  'augment',
  'precision',
  'trainExamples',
  'testExamples',
  'validationExamples',
]

/** A number where the text is one; else what no schema takes for a number. */
function typed(text: string): number | undefined | null {
  const trimmed = text.trim()
  return trimmed === '' ? undefined : typedNumber(trimmed)
}

function parts(text: string): string[] {
  return text
    .trim()
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
}

function wholes(text: string): (number | undefined | null)[] {
  return parts(text).map(typed)
}

function seedsOf(form: StudyForm): unknown {
  if (form.seedMode === 'list') return wholes(form.seedList)
  const count = typed(form.seedCount)
  // A list of one that is not a number says “a whole number”; none says “at least one seed”; too many say how many at
  // most.
  if (typeof count !== 'number' || !Number.isInteger(count)) return [null]
  return Array.from({ length: Math.max(0, Math.min(count, 101)) }, (_, i) => i + 1)
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1)
}
