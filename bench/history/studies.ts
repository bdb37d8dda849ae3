/** The studies and runs of a generated history. Pure; everything follows from the seed. */
import {
  archs,
  defaultWarmup,
  expandPlan,
  recipe,
  type Arch,
  type ExperimentConfig,
  type StudyPlan,
  type TrainingConfig,
  type Variant,
} from '../../src-main/contract/experiment'

export interface HistorySize {
  runs: number
  /** Training settings of every run. */
  epochs: number
  seed: number
}

export interface MadeStudy {
  id: string
  name: string
  /** Null for single runs: they have configs of their own, some of them twice. */
  plan: StudyPlan | null
  configs: ExperimentConfig[]
}

type Template = { name: string; archs: Arch[]; variants: Variant[] } & Partial<TrainingConfig>

const deep: Arch[] = ['resnet-20', 'resnet-32', 'resnet-44', 'resnet-56', 'resnet-110']
const three: Variant[] = ['baseline', 'mcnn-f', 'mcnn-l']
const all: Variant[] = ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a']

/** Oldest first; the last one is the current study. */
const templates: Template[] = [
  { name: 'Quick look', archs: ['resnet-8', 'resnet-14'], variants: three, dataset: 'synthetic', batchSize: 64 },
  { name: 'Table I, CIFAR-10', archs: deep, variants: three },
  { name: 'Every layer', archs: ['resnet-20', 'resnet-32', 'resnet-56', 'resnet-110'], variants: all },
  { name: 'Learning rate 0.05', archs: ['resnet-20', 'resnet-32'], variants: all, learningRate: 0.05 },
  { name: 'Learning rate 0.2', archs: ['resnet-20', 'resnet-32'], variants: all, learningRate: 0.2 },
  { name: 'Few pictures', archs: ['resnet-20', 'resnet-32', 'resnet-56'], variants: three, trainExamples: 5000 },
  { name: 'Without augmentation', archs: ['resnet-20', 'resnet-32'], variants: three, augment: false },
  { name: 'Table I, CIFAR-100', archs: deep, variants: three, dataset: 'cifar-100' },
  {
    name: 'bfloat16 against float32',
    archs: ['resnet-20', 'resnet-56', 'resnet-110'],
    variants: three,
    precision: 'bfloat16',
  },
]

const mostSeeds = 100

/** Ten studies if there are enough runs for one per config; exactly `runs` in total. */
export function madeStudies({ runs, epochs }: HistorySize): MadeStudy[] {
  const share = Math.floor(runs / (templates.length + 1))
  const studies: MadeStudy[] = []
  let left = runs
  for (const { name, archs: depths, variants, ...training } of templates) {
    const cells = depths.length * variants.length
    const seeds = Math.min(mostSeeds, Math.max(1, Math.floor(share / cells)))
    if (cells * seeds > left) continue
    left -= cells * seeds
    const milestones = [...new Set([Math.round(epochs / 2), Math.round((epochs * 3) / 4)])].filter(
      (e) => e >= 1 && e < epochs,
    )
    const plan: StudyPlan = {
      name,
      archs: depths,
      variants,
      seeds: Array.from({ length: seeds }, (_, i) => i + 1),
      training: { ...recipe, ...training, epochs, milestones },
    }
    studies.push({ id: idOf(name), name, plan, configs: expandPlan(plan) })
  }
  if (left > 0) studies.push(singles(left, epochs))
  return studies
}

/** A few values of each hyperparameter, as a user tries them out. */
function singles(runs: number, epochs: number): MadeStudy {
  const configs = Array.from({ length: runs }, (_, i): ExperimentConfig => {
    const arch = archs[i % archs.length] ?? 'resnet-8'
    return {
      ...recipe,
      arch,
      variant: all[Math.floor(i / 7) % all.length] ?? 'baseline',
      // After 35 configs they repeat: with the same seed it is a re-run.
      seed: 1 + (Math.floor(i / 70) % 12),
      epochs,
      milestones: [Math.round(epochs / 2), Math.round((epochs * 3) / 4)].filter(
        (e, at, both) => e >= 1 && e < epochs && both.indexOf(e) === at,
      ),
      weightDecay: i % 2 === 0 ? 1e-4 : 5e-4,
      batchSize: i % 3 === 0 ? 256 : 128,
      warmup: defaultWarmup(arch),
    }
  })
  return { id: 'single-runs', name: 'Single runs', plan: null, configs }
}

export function idOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
