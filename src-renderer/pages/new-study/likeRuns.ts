/** A plan like that of runs there are: what "Duplicate" fills the form with. Pure. */
import { canonicalJson } from '../../../src-main/analysis/text/canonicalJson'
import { defaultWarmup, type Arch, type ExperimentConfig, type StudyRequest } from '../../../src-main/contract'

export interface LikeRuns {
  plan: StudyRequest
  /** Of settings in which the runs differ, the first one's are taken; their names in the config. */
  differing: string[]
  /** Networks whose runs here warmed up otherwise than a new study's do. */
  warmedOtherwise: Arch[]
}

/** @param name of the first one's study; a plan's runs are all combinations, which may be more than those given */
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
      // A warm-up comes with the network that needs it.
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

/** 'X, again'; of one that has it already 'X, again 2' and so on. */
function copyName(name: string): string {
  const [, stem = name, , number] = /^(.*?)(, again(?: (\d+))?)?$/u.exec(name) ?? []
  const end = stem === name ? ', again' : `, again ${Number(number ?? 1) + 1}`
  return `${stem.slice(0, longest - end.length)}${end}`
}
