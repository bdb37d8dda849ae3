/**
 * The query language over runs: `variant:mcnn-f depth:32 acc>0.9 state:done,stopped -tag:paper "first try"`. All terms
 * must match; `-` negates one; commas are alternatives; `20..56` is a range; other words are searched everywhere. Pure.
 */
import { parseVariant, typedVariant } from '../../contract/experiment'
import { didYouMean, editDistance, matchName } from '../../contract/typedNames'
import { fields, fieldNames, isField, type Field } from './runQueryFields'
import { typedNumber } from '../text/numbers'

/** Both ends may be open: low ≤ (or <) x ≤ (or <) high. Dates are milliseconds since 1970. */
export interface Interval {
  low: number
  high: number
  lowOpen: boolean
  highOpen: boolean
}

interface Place {
  negated: boolean
  /** Range of characters in the query. */
  from: number
  to: number
}

export type Term = Place &
  (
    | { kind: 'anywhere'; text: string }
    | { kind: 'words'; field: Field; values: string[]; /** Matches the complete text only. */ exact: boolean }
    | { kind: 'numbers'; field: Field; alternatives: Interval[] }
  )

/** An error in a query, with the range of its characters. */
export class QueryError extends Error {
  readonly from: number
  readonly to: number

  constructor(message: string, from: number, to: number) {
    super(message)
    this.name = 'QueryError'
    this.from = from
    this.to = to
  }
}

/** @throws QueryError */
export function parseQuery(text: string): Term[] {
  return rawTerms(text).map(termOf)
}

/** A term as it is written, before it is parsed. */
export interface RawTerm {
  text: string
  from: number
}

/** Splits at blanks outside of quotes. @throws QueryError if a quote is not closed */
export function rawTerms(text: string): RawTerm[] {
  const terms: RawTerm[] = []
  let from = -1
  let quote = -1
  for (let i = 0; i <= text.length; i++) {
    const letter = text[i]
    if (letter === '"') quote = quote < 0 ? i : -1
    const blank = letter === undefined || (quote < 0 && /\s/.test(letter))
    if (blank && from >= 0) {
      terms.push({ text: text.slice(from, i), from })
      from = -1
    } else if (!blank && from < 0) from = i
  }
  if (quote >= 0) throw new QueryError('This quote is not closed.', quote, text.length)
  return terms
}

const shape = /^(-?)([a-z]+)(:|!=|>=|<=|=|>|<)(.*)$/is

function termOf({ text, from }: RawTerm): Term {
  const to = from + text.length
  const found = shape.exec(text)
  if (!found) {
    const negated = text.startsWith('-') && text.length > 1
    return { kind: 'anywhere', text: unquoted(negated ? text.slice(1) : text), negated, from, to }
  }
  const [, minus = '', written = '', operator = ':', value = ''] = found
  const name = written.toLowerCase()
  const at = from + minus.length
  if (!isField(name))
    throw new QueryError(`There is no field “${written}”${suggestion(name)}.`, at, at + written.length)
  const valueAt = at + written.length + operator.length
  if (value === '') throw new QueryError(`“${written}${operator}” needs a value.`, at, to)
  const place: Place = { negated: (minus === '-') !== (operator === '!='), from, to }
  const { kind } = fields[name]
  if (kind === 'choice' || kind === 'text') {
    if (operator !== ':' && operator !== '=' && operator !== '!=')
      throw new QueryError(`“${written}” can’t be compared with ${operator}; write ${written}:…`, at, to)
    const values = alternatives(value, valueAt).map((part) =>
      kind === 'choice' ? choice(name, part) : unquoted(part.text),
    )
    return { ...place, kind: 'words', field: name, values, exact: operator !== ':' }
  }
  return {
    ...place,
    kind: 'numbers',
    field: name,
    alternatives: alternatives(value, valueAt).map((part) => interval(name, operator, part)),
  }
}

/** Splits at commas outside of quotes. */
function alternatives(value: string, from: number): RawTerm[] {
  const parts: RawTerm[] = []
  let start = 0
  let quoted = false
  for (let i = 0; i <= value.length; i++) {
    if (value[i] === '"') quoted = !quoted
    if (i < value.length && (quoted || value[i] !== ',')) continue
    if (i === start)
      throw new QueryError('A value is missing next to a comma.', from + Math.max(0, start - 1), from + i)
    parts.push({ text: value.slice(start, i), from: from + start })
    start = i + 1
  }
  return parts
}

function choice(name: Field, { text, from }: RawTerm): string {
  const typed = unquoted(text)
  const known = fields[name].values
  // A variant without a registered name is in no list.
  const variant = name === 'variant' ? typedVariant(typed) : null
  if (variant !== null && parseVariant(variant) !== null) return variant
  const value = matchName(known, typed)
  if (value !== null) return value
  throw new QueryError(
    `“${text}” is no ${name}. ${didYouMean(known, typed)}Choices: ${known.join(', ')}.`,
    from,
    from + text.length,
  )
}

function interval(name: Field, operator: string, { text, from }: RawTerm): Interval {
  const to = from + text.length
  const read = (part: string): [number, number] => {
    const value = extent(name, part)
    if (value) return value
    const wanted = {
      fraction: 'an accuracy such as 0.92 or 92',
      duration: 'a time such as 90s, 20min or 2h',
      date: 'a day such as 2026-05-09, today or yesterday',
    }
    const { kind } = fields[name]
    throw new QueryError(
      `“${part}” is not ${kind in wanted ? wanted[kind as keyof typeof wanted] : 'a number'}.`,
      from,
      to,
    )
  }
  const range = /^(.+?)\.\.(.+)$/.exec(text)
  if (range) {
    if (operator !== ':' && operator !== '=' && operator !== '!=')
      throw new QueryError(`Write a range as ${name}:${text}.`, from, to)
    const [first = '', last = ''] = [range[1], range[2]]
    const low = exactValue(name, first) ?? read(first)[0]
    const high = exactValue(name, last) ?? read(last)[1]
    if (low > high) throw new QueryError('The range ends before it begins.', from, to)
    return { low, high, lowOpen: false, highOpen: fields[name].kind === 'date' }
  }
  const exact = exactValue(name, text)
  const [low, high] = read(text)
  switch (operator) {
    case '>':
      return { low: exact ?? high, high: Infinity, lowOpen: exact !== null, highOpen: true }
    case '>=':
      return { low: exact ?? low, high: Infinity, lowOpen: false, highOpen: true }
    case '<':
      return { low: -Infinity, high: exact ?? low, lowOpen: true, highOpen: true }
    case '<=':
      return { low: -Infinity, high: exact ?? high, lowOpen: true, highOpen: exact === null }
    default:
      return { low, high, lowOpen: false, highOpen: true }
  }
}

/** Returns the number itself; null for a date, which is an interval. */
function exactValue(name: Field, text: string): number | null {
  const { kind } = fields[name]
  if (kind === 'date') return null
  if (kind === 'duration') return secondsOf(text)
  const value = typedNumber(text.replace(/%$/, ''))
  if (value === null || kind === 'number') return value
  return value > 1 || text.endsWith('%') ? value / 100 : value
}

/** Returns the interval that is displayed as this number: 92.1 is 92.05 to 92.15. Ends of ranges are exact. */
function extent(name: Field, text: string): [number, number] | null {
  if (fields[name].kind === 'date') return dayExtent(text)
  const value = exactValue(name, text)
  if (value === null) return null
  if (fields[name].kind === 'duration') return [value * 0.995, value * 1.005]
  const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0
  const percent = fields[name].kind === 'fraction' && (Number(text.replace(/%$/, '')) > 1 || text.endsWith('%'))
  const half = 0.5 * 10 ** -decimals * (percent ? 0.01 : 1)
  return [value - half, value + half]
}

function secondsOf(text: string): number | null {
  const found = /^([\d.]+)(s|min|m|h|d)?$/i.exec(text)
  const value = found ? typedNumber(found[1] ?? '') : null
  if (value === null) return null
  return value * ({ s: 1, m: 60, min: 60, h: 3600, d: 86400 }[(found?.[2] ?? 's').toLowerCase()] ?? 1)
}

/**
 * Returns the interval of a year, a month, a day or a minute in local time, as `analysis/text/time.ts` shows it; also
 * of 'today' and 'yesterday'.
 */
function dayExtent(text: string): [number, number] | null {
  const plain = unquoted(text).toLowerCase()
  if (plain === 'today' || plain === 'yesterday') {
    const now = new Date()
    const at = (days: number): number => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime()
    return plain === 'today' ? [at(0), at(1)] : [at(-1), at(0)]
  }
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[t ](\d{2}):(\d{2}))?)?)?$/.exec(plain)
  if (!found) return null
  const [year = 0, month, day, hour, minute] = found
    .slice(1)
    .map((part: string | undefined) => (part === undefined ? undefined : Number(part)))
  const start = new Date(year, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0)
  if (start.getMonth() !== (month ?? 1) - 1 || (hour ?? 0) > 23 || (minute ?? 0) > 59) return null
  if (minute !== undefined) return [start.getTime(), start.getTime() + 60_000]
  const end =
    day !== undefined
      ? new Date(year, (month ?? 1) - 1, day + 1)
      : month !== undefined
        ? new Date(year, month, 1)
        : new Date(year + 1, 0, 1)
  return [start.getTime(), end.getTime()]
}

export function unquoted(text: string): string {
  return text.replaceAll('"', '')
}

/** Quotes a value for a query if needed. */
export function quoted(value: string): string {
  const plain = value.replaceAll('"', '')
  return /[\s,]/.test(plain) || plain === '' ? `"${plain}"` : plain
}

function suggestion(name: string): string {
  const slips = fieldNames
    .map((known) => ({ known, slip: editDistance(known, name) }))
    .filter(({ slip }) => slip <= 2)
    .sort((a, b) => a.slip - b.slip)
  const near = fieldNames.find((known) => known.startsWith(name) || name.startsWith(known)) ?? slips[0]?.known
  return near === undefined ? '' : `; did you mean ${near}`
}
