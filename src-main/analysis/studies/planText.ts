/** A study's plan as JSON text: formatting, and parsing with located errors. Pure. */
import {
  archs,
  datasetIds,
  precisionChoices,
  studyRequest,
  variants,
  type StudyRequest,
} from '../../contract/experiment'
import { didYouMean, matchName } from '../../contract/typedNames'
import { typedVariant } from '../../contract/variants/variants'

export interface TextError {
  /** 'training.epochs', or 'line 3, column 7' if the text is not JSON. */
  at: string
  message: string
}

export type ReadPlan = { plan: StudyRequest } | { errors: TextError[] }

/** @param plan a plan, complete or not */
export function planText(plan: unknown): string {
  // Keeps lists of numbers and names on one line.
  return `${JSON.stringify(plan, null, 2).replace(/\[[^[\]{}]*\]/g, (list) =>
    list
      .replace(/\s*\n\s*/g, ' ')
      .replace('[ ', '[')
      .replace(' ]', ']'),
  )}\n`
}

export function readPlan(text: string): ReadPlan {
  if (text.trim() === '') return { errors: [{ at: 'line 1, column 1', message: 'The text is empty.' }] }
  let json: unknown
  try {
    json = withTypedNames(JSON.parse(withoutTrailingCommas(text)))
  } catch (thrown) {
    return { errors: [syntaxError(text, thrown instanceof Error ? thrown.message : '')] }
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { errors: [{ at: 'line 1, column 1', message: 'A study is an object: { "name": …, "archs": …, … }.' }] }
  const parsed = studyRequest.safeParse(json)
  if (!parsed.success)
    return {
      errors: parsed.error.issues.map(({ path, message, ...issue }) => {
        const at = path.map(String).join('.') || 'the study'
        if (issue.code === 'unrecognized_keys')
          return { at, message: `has no ${issue.keys.map((key) => `“${key}”`).join(', ')}` }
        const value = valueAt(json, path)
        return { at, message: value === undefined ? 'is missing' : `${suggestion(path, value)}${message}` }
      }),
    }
  if (parsed.data.training.warmup !== null)
    return { errors: [{ at: 'training.warmup', message: 'must be null: networks that need a warm-up add their own' }] }
  return { plan: parsed.data }
}

/** Replaces trailing commas with spaces, so that positions in the text stay the same. */
function withoutTrailingCommas(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g, (_, quoted: string | undefined) => quoted ?? ' ')
}

/** Parsers of typed names, by their path in a plan. */
const names: Record<string, { choices: readonly string[]; typed: (text: string) => string }> = {
  archs: named(archs),
  variants: { choices: variants, typed: typedVariant },
  'training.dataset': named(datasetIds),
  'training.precision': named(precisionChoices),
}

function named(choices: readonly string[]): { choices: readonly string[]; typed: (text: string) => string } {
  return { choices, typed: (text) => matchName(choices, text) ?? text }
}

/** Returns the plan with canonical names; unknown names are unchanged. */
function withTypedNames(json: unknown, path = ''): unknown {
  const { typed } = names[path] ?? {}
  if (typeof json === 'string') return typed ? typed(json) : json
  if (Array.isArray(json)) return json.map((item: unknown) => (typed && typeof item === 'string' ? typed(item) : item))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, withTypedNames(value, path === '' ? key : `${path}.${key}`)]),
  )
}

function suggestion(path: readonly PropertyKey[], value: unknown): string {
  const { choices } = names[path.filter((part) => typeof part === 'string').join('.')] ?? {}
  return choices && typeof value === 'string' ? didYouMean(choices, value) : ''
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    json,
  )
}

/** Converts the engine's character position to a line and column. */
function syntaxError(text: string, parserMessage: string): TextError {
  const position = /position (\d+)/.exec(parserMessage)?.[1]
  const at = position === undefined ? text.trimEnd().length : Number(position)
  const before = text.slice(0, at).split('\n')
  const found = text.charAt(at)
  const message =
    found === '' || position === undefined
      ? 'Unexpected end of text.'
      : `Unexpected “${found === '\n' ? 'end of line' : found}”.`
  return { at: `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`, message }
}
