/**
 * The registry of banks: how a multi-band layer derives filters from each base filter. Paper, section III-A.
 * Adding a named bank needs one entry in `banks`; a variant then uses it as `mcnn-a@name`.
 */

/**
 * For each band the nine taps of its 3 × 3 kernel, row by row: ±(1 + index of the base filter's tap), or 0 for no tap.
 * The identity is [1, 2, …, 9].
 */
export type BankTable = readonly (readonly number[])[]

/** Height and width of the kernels that banks are made for, in taps. */
export const bankSide = 3
const taps = bankSide * bankSide

/** Fewest and most filters of a bank. */
export const bankSizes = { least: 2, most: 8 } as const

/** Draws a whole number from `from` to `to`, both included. */
type DrawInteger = (from: number, to: number) => number

interface BankEntry {
  /** Follows the name of the layers in a variant's name, such as ', rotations'. */
  suffix: string
  /** Follows the meaning of the layers, such as ', by two bands'; '' for the paper's bank. */
  meaning: string
  /** A fixed table; or the number of bands and a function that draws a table for one layer of a run. */
  bands: BankTable | { count: number; draw: (integer: DrawInteger) => BankTable }
  /** Colour of variants with this bank in charts, as hex; null for the colours of other variants. */
  color: { light: string; dark: string } | null
}

/** s is the row and r the column of a tap, as in the paper. */
type TapOf = (s: number, r: number) => number

const table = (...bands: TapOf[]): BankTable =>
  bands.map((band) => Array.from({ length: taps }, (_, t) => band(Math.floor(t / bankSide), t % bankSide)))

const tap: TapOf = (s, r) => s * bankSide + r + 1
const signed =
  (exponent: TapOf): TapOf =>
  (s, r) =>
    (exponent(s, r) % 2 === 0 ? 1 : -1) * tap(s, r)
const end = bankSide - 1

const identity = signed(() => 0)
const diagonal = signed((s, r) => r + s)

/** The paper's bank, equations 1 to 4: h, (−1)^r h, (−1)^s h, (−1)^(r+s) h. */
export const signBank = table(
  identity,
  signed((_, r) => r),
  signed((s) => s),
  diagonal,
)

/** h rotated by 0°, 90°, 180° and 270° counterclockwise, then the same rotations of h with its columns reversed. */
export const symmetryBank = table(
  tap,
  (s, r) => tap(r, end - s),
  (s, r) => tap(end - s, end - r),
  (s, r) => tap(end - r, s),
  (s, r) => tap(s, end - r),
  (s, r) => tap(r, s),
  (s, r) => tap(end - s, r),
  (s, r) => tap(end - r, end - s),
)

/** Returns the base filter and three masks of random signs, none of which equals another or its negative. */
function drawSigns(integer: DrawInteger): BankTable {
  const [own = []] = signBank
  const masks: number[][] = [[...own]]
  while (masks.length < signBank.length) {
    const mask = own.map((source) => (integer(0, 1) === 0 ? source : -source))
    const agreements = masks.map((other) => other.filter((source, t) => source === mask[t]).length)
    if (agreements.every((n) => n > 0 && n < own.length)) masks.push(mask)
  }
  return masks
}

/** The first one is the paper's, which a variant's name leaves out. Ids are stored: never rename one. */
const banks = {
  signs: { suffix: '', meaning: '', bands: signBank, color: null },
  random: {
    suffix: ', random signs',
    meaning: ', by random fixed signs instead of the paper’s',
    bands: { count: signBank.length, draw: drawSigns },
    color: { light: '#9a8c00', dark: '#e6dc55' },
  },
  two: {
    suffix: ', two bands',
    meaning: ', by two bands: h and (−1)ʳ⁺ˢ h',
    bands: table(identity, diagonal),
    color: null,
  },
  rotations: {
    suffix: ', rotations',
    meaning: ', each filter also turned by 90°, 180° and 270°',
    bands: symmetryBank.slice(0, 4),
    color: null,
  },
  symmetries: {
    suffix: ', symmetries',
    meaning: ', each filter in its eight rotations and mirror images',
    bands: symmetryBank,
    color: null,
  },
} as const satisfies Record<string, BankEntry>

export type BankId = keyof typeof banks
export type NamedBank = Exclude<BankId, 'signs'>

/** The banks that a variant's name may contain, in the order of menus and help texts. */
export const namedBanks = (Object.keys(banks) as BankId[]).filter((id): id is NamedBank => id !== 'signs')

/** Returns a bank's declaration. */
export function bankEntry(id: BankId): BankEntry {
  return banks[id]
}

/** A bank as `parseVariant` returns it: an id, or masks of '+', '-' and '0'. */
type ParsedBank = BankId | readonly string[]

/** The banks whose table is the same for every run and layer. */
type FixedBank = { [Id in BankId]: (typeof banks)[Id]['bands'] extends BankTable ? Id : never }[BankId]

/**
 * Returns a bank's table.
 * @param integer draws the table of a random bank; called for no other
 */
export function bankTable(bank: FixedBank | readonly string[]): BankTable
export function bankTable(bank: ParsedBank, integer: DrawInteger): BankTable
export function bankTable(bank: ParsedBank, integer?: DrawInteger): BankTable {
  if (typeof bank !== 'string')
    return bank.map((mask) => Array.from(mask, (sign, t) => (sign === '0' ? 0 : sign === '-' ? -(t + 1) : t + 1)))
  const { bands } = bankEntry(bank)
  if (!('draw' in bands)) return bands
  if (!integer) throw new Error(`The bank ${bank} needs random numbers.`)
  return bands.draw(integer)
}

/** Returns the number of filters in a bank. */
export function bankSize(bank: ParsedBank): number {
  if (typeof bank !== 'string') return bank.length
  const { bands } = bankEntry(bank)
  return 'draw' in bands ? bands.count : bands.length
}

/** Returns whether two tables are equal. */
const same = (a: BankTable, b: BankTable): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Returns whether a table is the paper's, which has its own kernels. */
export function isSignBank(bank: BankTable): boolean {
  return same(bank, signBank)
}
