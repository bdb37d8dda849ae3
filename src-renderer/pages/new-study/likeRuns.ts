/** A plan copied from existing runs, with which "Duplicate" fills the form. Pure. */
import { canonicalJson } from '../../../src-main/analysis/text/canonicalJson'
import { defaultWarmup, type Arch, type ExperimentConfig, type StudyRequest } from '../../../src-main/contract'

export interface LikeRuns {
  plan: StudyRequest
  /** Names of the settings in which the runs differ; the plan has the first run's values. */
  differing: string[]
  /** Networks whose runs used a different warm-up than a new study does. */
  warmedOtherwise: Arch[]
}

/** @param name name of the first run's study; the plan has all combinations, which may be more than the given runs */
export function likeRuns(configs: readonly [ExperimentConfig, ...ExperimentConfig[]], name: string): LikeRuns {
  const distinct = <T>(values: T[]): T[] => [...new Set(values)]
  const { arch: _arch, variant: _variant, seed: _seed, ...training } = configs[0]
  const keys = Object.keys(training) as (keyof typeof training)[]
  return {
    plan: {
      name: copyName(name),
      archs: distinct(configs.map(({ arch }) => arch)),
      variants: distinct(configs.map(({ variant }) => variant)),
      seeds: distinct(configs.map(({ seed }) => seed)).sort((a, b) => a - b),
      // Each network adds the warm-up that it needs.
      training: { ...training, warmup: null },
    },
    warmedOtherwise: distinct(
      configs
        .filter(({ arch, warmup }) => canonicalJson(warmup) !== canonicalJson(defaultWarmup(arch)))
        .map(({ arch }) => arch),
    ),
    differing: keys.filter(
      (key) =>
        key !== 'warmup' && configs.some((config) => JSON.stringify(config[key]) !== JSON.stringify(training[key])),
    ),
  }
}

const longest = 100

/** Returns 'X, again', then 'X, again 2' and so on. */
function copyName(name: string): string {
  const [, stem = name, , number] = /^(.*?)(, again(?: (\d+))?)?$/u.exec(name) ?? []
  const end = stem === name ? ', again' : `, again ${Number(number ?? 1) + 1}`
  return `${stem.slice(0, longest - end.length)}${end}`
}
