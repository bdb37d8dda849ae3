/** Parsers of flags with numbers, names and lists. Numbers are parsed strictly: '1e', '' and '1.5 ' are rejected. */
import { InvalidArgumentError, Option } from 'commander'
import { expandHome } from '../../setup/lib/home.mjs'
import { typedNumber } from '../analysis/text/numbers'
import { typedVariant, variant, variants, type Variant } from '../contract/experiment'
import { didYouMean, listItems, matchName } from '../contract/typedNames'

export function realNumber(text: string): number {
  const value = typedNumber(text)
  if (value === null) throw new InvalidArgumentError('It must be a number.')
  return value
}

export function wholeNumber(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

/** Returns whole numbers separated by commas or spaces; 'none' is the empty list. */
export function wholeNumbers(text: string): number[] {
  return text.trim() === 'none' ? [] : someItems(listItems(text).flatMap((item) => item.split(/\s+/))).map(wholeNumber)
}

/** Returns a parser of one of `choices`. */
export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = matchName(choices, text)
    if (found === null)
      throw new InvalidArgumentError(`${didYouMean(choices, text)}Allowed choices are ${choices.join(', ')}.`)
    return found
  }
}

/** Returns a parser of a list of `choices`, separated by commas, or also by spaces if no choice contains one. */
export function oneOrMoreOf<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) => {
    const items = listItems(text).flatMap((item) => (matchName(choices, item) === null ? item.split(/\s+/) : [item]))
    return someItems(items).map(oneOf(choices))
  }
}

/** Returns variants separated by commas; no variant's name contains a comma. */
export function variantList(text: string): Variant[] {
  return someItems(listItems(text)).map(oneVariant)
}

export function oneVariant(text: string): Variant {
  const parsed = variant.safeParse(typedVariant(text))
  if (!parsed.success)
    throw new InvalidArgumentError(
      `${didYouMean(variants, text)}It ${parsed.error.issues[0]?.message ?? 'is not a variant'}.`,
    )
  return parsed.data
}

/** Returns names of layers or patterns separated by commas. */
export function layerList(text: string): string[] {
  return someItems(listItems(text))
}

/** Returns an option whose value is one of `choices`. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description).choices([...choices])
  return option.argParser(oneOf(choices))
}

function someItems(items: string[]): string[] {
  if (items.length === 0) throw new InvalidArgumentError('The list is empty.')
  return items
}

/** Parses every path that a flag or an argument names: expands a leading `~/`. */
export function typedPath(text: string): string {
  // An unset variable in a script gives an empty path, which would mean the working directory.
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return expandHome(text)
}
