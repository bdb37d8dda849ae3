/** Choices on a study's page, stored in the address so that a link opens the same view. Pure. */
import { axes, bandKinds, type Axis, type BandKind } from '../../../../src-main/analysis/figures/curves'
import type { ScaleKind } from '../../../../src-main/analysis/figures/scale'

export type Test = 'welch' | 'paired'

export interface Choices {
  /** Key of the plan's row; null for the first. */
  row: string | null
  measure: 'accuracy' | 'error'
  band: BandKind
  scale: ScaleKind
  axis: Axis
  /** Time constant of the smoothing in epochs; 0 for none. */
  smooth: number
  /** The test whose interval Table I shows. */
  test: Test
}

const defaults: Choices = {
  row: null,
  measure: 'accuracy',
  band: 'std',
  scale: 'linear',
  axis: 'epoch',
  smooth: 0,
  test: 'welch',
}
const names: Record<keyof Choices, string> = {
  row: 'row',
  measure: 'of',
  band: 'band',
  scale: 'scale',
  axis: 'by',
  smooth: 'smooth',
  test: 'test',
}
export const mostSmooth = 20

/** Invalid values in an address become defaults. */
export function choicesOf(hash: string): Choices {
  const query = queryOf(hash)
  const of = (name: keyof Choices): string | null => query.get(names[name])
  const one = <T extends string>(name: keyof Choices, allowed: readonly T[], otherwise: T): T =>
    allowed.find((value) => value === of(name)) ?? otherwise
  const smooth = Number(of('smooth') ?? NaN)
  return {
    row: of('row'),
    measure: one('measure', ['accuracy', 'error'], defaults.measure),
    band: one('band', bandKinds, defaults.band),
    scale: one('scale', ['linear', 'log'], defaults.scale),
    axis: one('axis', axes, defaults.axis),
    smooth: smooth >= 0 && smooth <= mostSmooth ? smooth : 0,
    test: one('test', ['welch', 'paired'], defaults.test),
  }
}

/** Returns the address with changed choices; default values are left out. */
export function withChoices(hash: string, made: Partial<Choices>): string {
  const query = queryOf(hash)
  for (const [name, value] of Object.entries({ ...choicesOf(hash), ...made }) as [
    keyof Choices,
    string | number | null,
  ][]) {
    if (value === defaults[name] || value === null) query.delete(names[name])
    else query.set(names[name], String(value))
  }
  return joined(hash, query)
}

/** Returns the address of a section of the same page, with the same choices. */
export function withSection(hash: string, section: string): string {
  const query = queryOf(hash)
  query.set('at', section)
  return joined(hash, query)
}

function queryOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.split('?', 2)[1] ?? '')
}

function joined(hash: string, query: URLSearchParams): string {
  const text = query.toString()
  return `${hash.split('?', 1)[0] ?? ''}${text === '' ? '' : `?${text}`}`
}
