/** Computes rows and ratios from milliseconds. Pure. */
import { z } from 'zod'
import { mean, median } from '../src-main/analysis/statistics/statistics'
import { precision, variant, type Precision, type Variant } from '../src-main/contract/experiment'
import { idOf, names, type Contender, type Name } from './contenders'

/** The results of a contender's requests. */
export interface Measured {
  contender: Contender
  /** Version of TensorFlow or PyTorch. */
  version: string
  /** 'cpu' or the GPU's name, as the contender reports it. */
  device: string
  /** Milliseconds of each timed step, round by round. For an epoch: one value, the mean over its steps. */
  rounds: number[][]
}

export const row = z.strictObject({
  name: z.enum(names),
  precision,
  variant,
  depth: z.int(),
  batch: z.int(),
  msMin: z.number(),
  msMedian: z.number(),
  imagesPerSecond: z.number(),
})
export type Row = z.infer<typeof row>

export const ratio = z.strictObject({
  name: z.string(),
  /** Ids of the two contenders. */
  of: z.string(),
  to: z.string(),
  device: z.string(),
  /** Median over the rounds of the ratio within a round. */
  median: z.number(),
  /** Ratio of the lowest values. */
  min: z.number(),
  atMost: z.number(),
  aim: z.number().nullable(),
})
export type Ratio = z.infer<typeof ratio>

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

export function rowOf({ contender, rounds }: Measured, depth: number, batch: number): Row {
  const all = rounds.flat()
  const msMedian = median(all)
  const { name, precision: p, variant: v } = contender
  return {
    name,
    precision: p,
    variant: v,
    depth,
    batch,
    msMin: rounded(Math.min(...all), 2),
    msMedian: rounded(msMedian, 2),
    imagesPerSecond: rounded((batch / msMedian) * 1000, 1),
  }
}

interface Target {
  name: string
  of: [Name, Variant]
  /** Compared with the fastest measured one of these. */
  to: [Name, Variant][]
  /** Statistic over the steps of a round. Only the mean of an epoch is known, so it is compared with a mean. */
  by: (values: readonly number[]) => number
  atMost: number
  aim: number | null
  in: readonly Precision[]
}

const both = ['float32', 'bfloat16'] as const
/** The ratios with a target. */
const targets: readonly Target[] = [
  {
    name: 'step / stock tfjs-node',
    of: ['step', 'baseline'],
    to: [['stock-eager', 'baseline']],
    by: median,
    atMost: 0.33,
    aim: null,
    in: ['float32'],
  },
  {
    name: 'step / faster of TensorFlow and PyTorch',
    of: ['step', 'baseline'],
    to: [
      ['tensorflow', 'baseline'],
      ['pytorch', 'baseline'],
    ],
    by: median,
    atMost: 1,
    aim: 0.9,
    in: both,
  },
  {
    name: 'epoch with data and metrics / steps alone',
    of: ['epoch', 'baseline'],
    to: [['step', 'baseline']],
    by: mean,
    atMost: 1.03,
    aim: null,
    in: both,
  },
  {
    name: 'mcnn-f / baseline',
    of: ['step', 'mcnn-f'],
    to: [['step', 'baseline']],
    by: median,
    atMost: 1.02,
    aim: null,
    in: both,
  },
  {
    name: 'mcnn-l / baseline',
    of: ['step', 'mcnn-l'],
    to: [['step', 'baseline']],
    by: median,
    atMost: 1.02,
    aim: null,
    in: both,
  },
  {
    name: 'mcnn-a / baseline',
    of: ['step', 'mcnn-a'],
    to: [['step', 'baseline']],
    by: median,
    atMost: 1,
    aim: 0.8,
    in: both,
  },
]

/**
 * Returns every ratio whose two sides were measured on the same device, and a sentence for each that could not be
 * computed.
 */
export function ratiosOf(measured: readonly Measured[]): { ratios: Ratio[]; notes: string[] } {
  const ratios: Ratio[] = []
  const notes: string[] = []
  for (const target of targets) {
    for (const p of target.in) {
      const find = ([name, v]: [Name, Variant]): Measured | undefined =>
        measured.find(({ contender: c }) => c.name === name && c.variant === v && c.precision === p)
      const of = find(target.of)
      const to = target.to
        .flatMap((side) => find(side) ?? [])
        .sort((a, b) => median(a.rounds.flat()) - median(b.rounds.flat()))
      if (!of || to.length === 0) continue
      const comparable = to.filter(({ device }) => device === of.device)
      for (const { contender, device } of to.filter((side) => !comparable.includes(side)))
        notes.push(`${idOf(of.contender)} ran on ${of.device}, ${idOf(contender)} on ${device}: not compared.`)
      const fastest = comparable[0]
      if (!fastest) continue
      const missing = target.to.length - comparable.length
      ratios.push({
        name: `${p} ${missing === 0 ? target.name : `${target.of[0]} / ${fastest.contender.name}`}`,
        of: idOf(of.contender),
        to: idOf(fastest.contender),
        device: of.device,
        ...compare(
          of.rounds.map(target.by),
          fastest.rounds.map(target.by),
          target.by === mean ? null : [of.rounds.flat(), fastest.rounds.flat()],
        ),
        atMost: target.atMost,
        aim: target.aim,
      })
    }
  }
  return { ratios, notes }
}

/** @param all every step of the two, if single steps can be compared */
function compare(
  of: readonly number[],
  to: readonly number[],
  all: [number[], number[]] | null,
): { median: number; min: number } {
  const [lowOf, lowTo] = (all ?? [of, to]).map((values) => Math.min(...values))
  const perRound = of.map((value, i) => value / (to[i] ?? NaN))
  return { median: rounded(median(perRound), 3), min: rounded((lowOf ?? NaN) / (lowTo ?? NaN), 3) }
}

/** Says whether a ratio's target was met. */
export function verdict({ median: value, atMost, aim }: Ratio): string {
  if (value > atMost) return `missed by ${(value - atMost).toFixed(3)}`
  return aim === null ? 'met' : value <= aim ? 'met, aim too' : `met, ${(value - aim).toFixed(3)} above the aim`
}
