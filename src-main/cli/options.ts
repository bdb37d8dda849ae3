/** Flags whose values are numbers and lists, read strictly: '1e', '' and '1.5 ' are mistakes, not numbers. */
import { InvalidArgumentError, Option } from 'commander'
import { typedNumber } from '../analysis/numbers'
import { typedVariant, variant, type Variant } from '../contract/experiment'

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

/** Whole numbers parted by commas; 'none' is the empty list. */
export function wholeNumbers(text: string): number[] {
  return text === 'none' ? [] : text.split(',').map((part) => wholeNumber(part.trim()))
}

/** Words parted by commas, each one of `choices`. */
export function oneOrMoreOf<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(',').map((part) => {
      const found = choices.find((choice) => choice === part.trim())
      if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
      return found
    })
}

/** Variants parted by commas, which none of them has in its name. */
export function variantList(text: string): Variant[] {
  return text.split(',').map((part) => oneVariant(part.trim()))
}

export function oneVariant(text: string): Variant {
  const parsed = variant.safeParse(typedVariant(text))
  if (!parsed.success) throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'is not a variant'}.`)
  return parsed.data
}

/** Names of layers or patterns, parted by commas. */
export function layerList(text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '')
}

/** An option of one of some words. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices])
}
