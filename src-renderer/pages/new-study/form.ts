/** The form of a new study: the typed values and their validation by the contract. Pure. */
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

/** Numbers are stored as typed text, because an unfinished field may not be a number. */
export interface StudyForm {
  name: string
  dataset: DatasetId
  archs: Arch[]
  /** A typed depth that is not among the choices. */
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
  /** Null if there are errors. */
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
 * Converts the form to a request. `number` parses a text, `empty` replaces an empty one.
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

/** Returns the study as typed, complete or not: a number if the text is one, else the text, null for an empty field. */
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

/** Returns the errors of `check` with their paths in the study's JSON. */
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
  // Zod checks relations between list items only if everything else is valid, so lists are checked separately too.
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
  // Limits that depend on the data set, which the contract's schema does not know.
  const sizes = datasetSizes[form.dataset]
  for (const [field, most] of [
    ['trainExamples', sizes.maxTrain],
    ['testExamples', sizes.maxTest],
  ] as const) {
    const asked = typed(form[field])
    if (typeof asked !== 'number') continue
    if (asked > most) errors[field] ??= `At most ${most}`
    else if (asked < sizes.classes) errors[field] ??= `At least ${sizes.classes} (one per class)`
  }
  const held = typed(form.validationExamples)
  if (typeof held === 'number') {
    const all = typed(form.trainExamples) ?? sizes.train
    if (held < sizes.classes) errors.validationExamples ??= `At least ${sizes.classes} (one per class)`
    else if (held + leastExamples > all) errors.validationExamples = `Leaves too few of ${all} images to train on`
  }
  const valid = result.success && Object.keys(errors).length === 0
  return { plan: valid ? result.data : null, errors }
}

/** Converts a plan to a form; the inverse of `check`. */
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

/** Returns the problem of a typed depth and the nearest choices; null if it is empty or valid. */
export function depthProblem(text: string): { message: string; nearest: Arch[] } | null {
  const typedDepth = text.trim()
  if (typedDepth === '' || archOfDepth(typedDepth) !== null) return null
  const depth = Number(typedDepth)
  if (!/^\d{1,6}$/.test(typedDepth) || depth < 1) return { message: 'Enter a whole number', nearest: [] }
  const below = resnets.filter((one) => depthOf(one) < depth).slice(-1)
  const above = resnets.filter((one) => depthOf(one) > depth).slice(0, 1)
  const exists = depth >= 8 && depth % 6 === 2
  return {
    message: exists ? `ResNet-${depth} isn’t available` : `ResNet-${depth} does not exist: depths are 6n + 2`,
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

/** Returns the number of a text; undefined if it is empty, null if it is not a number. */
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
  // [null] gives the error “a whole number”, [] “at least one seed”, and too many seeds the error of the maximum.
  if (typeof count !== 'number' || !Number.isInteger(count)) return [null]
  return Array.from({ length: Math.max(0, Math.min(count, 101)) }, (_, i) => i + 1)
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1)
}
