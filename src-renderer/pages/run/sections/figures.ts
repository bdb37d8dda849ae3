/**
 * How complementary a run's filters are, as chart lines: by layer at one epoch, by epoch for one layer. Pure.
 */
import type { Term } from '../../../../src-main/analysis/help/glossary'
import type { EpochFigures } from '../../../../src-main/contract'
import type { Point } from '../../../../src-main/analysis/figures/line'

export type FigureName = 'cosine' | 'effectiveRank' | 'covered' | 'overlap'

/** `share`: drawn in percent, as the filter banks page shows it. */
export const figureNames: Readonly<Record<FigureName, { title: string; meaning: string; share: boolean; term: Term }>> =
  {
    cosine: {
      title: 'Redundancy, mean |cosine|',
      term: 'mean-cosine',
      share: false,
      meaning: 'Mean absolute cosine over all pairs of a layer’s filters: 0 = orthogonal, 1 = identical up to scale.',
    },
    effectiveRank: {
      title: 'Effective rank, share of filters',
      term: 'effective-rank',
      share: false,
      meaning:
        'Exponential of the entropy of the singular values (Roy & Vetterli 2007), divided by the number of filters: 1 = linearly independent and equally strong filters.',
    },
    covered: {
      title: 'Covered, % of the plane',
      term: 'coverage',
      share: true,
      meaning: 'Share of the frequency plane that at least one filter passes within 3 dB of its own peak.',
    },
    overlap: {
      title: 'Overlap, % of covered',
      term: 'overlap',
      share: true,
      meaning: 'Share of the covered plane that two or more filters pass.',
    },
  }

/**
 * Returns the figure as drawn: shares in percent, the others in 0..1; a rank is divided by the number of filters, so
 * that layers of different widths compare.
 */
export function figureOf(name: FigureName, figures: EpochFigures['layers'][number]['figures']): number | null {
  if (!figures) return null
  if (name === 'effectiveRank') return figures.effectiveRank === null ? null : figures.effectiveRank / figures.filters
  const value = figures[name]
  return value !== null && figureNames[name].share ? value * 100 : value
}

/** Returns the stored epoch nearest to `wanted`, or the newest if `wanted` is null; null if none is stored. */
export function nearestEpoch(all: readonly EpochFigures[], wanted: number | null): EpochFigures | null {
  const newest = all.at(-1) ?? null
  if (wanted === null || !newest) return newest
  return all.reduce((best, one) => (Math.abs(one.epoch - wanted) < Math.abs(best.epoch - wanted) ? one : best), newest)
}

/** x is the layer's number, from 1. */
export function byLayer(at: EpochFigures | null, name: FigureName): Point[] {
  return (at?.layers ?? []).map(({ figures }, i) => ({ x: i + 1, y: figureOf(name, figures) }))
}

export function byEpoch(all: readonly EpochFigures[], layer: string, name: FigureName): Point[] {
  return all.map(({ epoch, layers }) => ({
    x: epoch,
    y: figureOf(name, layers.find((one) => one.layer === layer)?.figures ?? null),
  }))
}

export function figuresCsv(all: readonly EpochFigures[]): string {
  const lines = all.flatMap(({ epoch, layers }) =>
    layers.flatMap(({ layer, figures }) =>
      figures
        ? [
            [
              epoch,
              layer,
              figures.covered,
              figures.overlap,
              figures.cosine ?? '',
              figures.effectiveRank ?? '',
              figures.filters,
            ].join(','),
          ]
        : [],
    ),
  )
  return `${['epoch,layer,covered,overlap,mean_abs_cosine,effective_rank,filters', ...lines].join('\n')}\n`
}
