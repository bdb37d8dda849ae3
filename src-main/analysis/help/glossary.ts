/**
 * The terms of this program: one text for the window's glossary, the tooltips of terms and docs/reference/glossary.md.
 * Texts are plain; `see` lists related terms, which are linked.
 */

interface Entry {
  term: string
  /** One to three sentences. The first one defines the term and serves as a tooltip. */
  text: string
  see?: readonly string[]
}

export interface GlossaryGroup {
  title: string
  entries: Readonly<Record<string, Entry>>
}

/** By id, in the order of reading. An id is part of an address (`#/help?term=drop`) and does not change. */
const groups = {
  training: {
    title: 'Training',
    entries: {
      config: {
        term: 'Config',
        text: 'Everything that determines a result except the machine: data set, network, variant, seed, optimizer, schedule, precision. Runs that differ in the seed only form one group.',
        see: ['run', 'seed'],
      },
      run: {
        term: 'Run',
        text: 'One config with one seed, trained once. Its metrics, filters, events and weights are stored.',
        see: ['config', 'study'],
      },
      study: {
        term: 'Study',
        text: 'Runs that are compared: every network with every variant and every seed, all else equal.',
        see: ['run', 'comparison'],
      },
      seed: {
        term: 'Seed',
        text: 'The number from which all randomness of a run follows: initial weights, order of examples, augmentation. Several seeds show how much a result varies by chance.',
        see: ['run', 'spread'],
      },
      step: {
        term: 'Step',
        text: 'One update of the weights by one batch of examples.',
        see: ['epoch'],
      },
      epoch: {
        term: 'Epoch',
        text: 'One pass over all training examples, followed by an evaluation.',
        see: ['step', 'best-epoch'],
      },
      checkpoint: {
        term: 'Checkpoint',
        text: 'A file with all variables of a run and its position in the data. A stopped or interrupted run resumes from its last checkpoint.',
        see: ['interrupted'],
      },
      interrupted: {
        term: 'Interrupted',
        text: 'The state of a run whose program ended while it trained. It can be resumed.',
        see: ['checkpoint', 'diverged'],
      },
      diverged: {
        term: 'Diverged',
        text: 'The state of a run whose loss is no longer a finite number. It cannot be resumed; try a lower learning rate.',
        see: ['interrupted'],
      },
      precision: {
        term: 'Precision',
        text: 'The number format of activations and convolutions: float32 or bfloat16. Weights, statistics, loss and update are float32 in both.',
      },
    },
  },
  method: {
    title: 'Multi-band networks',
    entries: {
      'base-filter': {
        term: 'Base filter',
        text: 'A trained filter from which the other filters of its bank are derived.',
        see: ['derived-filter', 'filter-bank'],
      },
      'derived-filter': {
        term: 'Derived filter',
        text: 'A filter that is not trained: its base filter multiplied by fixed signs, or rotated and mirrored.',
        see: ['base-filter', 'filter-bank'],
      },
      'filter-bank': {
        term: 'Filter bank',
        text: 'A base filter together with its derived filters. The bank of the paper has four filters with the signs 1, (−1)^r, (−1)^s and (−1)^(r+s), where r is the column and s the row.',
        see: ['base-filter', 'band'],
      },
      band: {
        term: 'Band',
        text: 'The part of the frequency plane that a filter of a bank passes. The four filters of the paper’s bank have the same response, moved by half the plane in u, in v, and in both.',
        see: ['frequency-response', 'coverage'],
      },
      'multi-band-layer': {
        term: 'Multi-band layer',
        text: 'A convolution that trains only base filters and derives the others, so that it has a quarter of the trainable filters with the paper’s bank.',
        see: ['filter-bank', 'variant'],
      },
      variant: {
        term: 'Variant',
        text: 'Which layers of a network are multi-band, and by which bank. MCNN-F: the first convolution; MCNN-L: the last; MCNN-FL: both; MCNN-A: every convolution whose output count the bank divides.',
        see: ['baseline', 'multi-band-layer', 'control'],
      },
      baseline: {
        term: 'Baseline',
        text: 'The network without multi-band layers, with which its variants are compared.',
        see: ['variant', 'drop'],
      },
      control: {
        term: 'Control',
        text: 'A variant that tests another explanation. “@random” derives filters by random fixed signs; “narrow(…)” is a plain network with as many trainable parameters.',
        see: ['variant'],
      },
    },
  },
  filters: {
    title: 'Filters and frequencies',
    entries: {
      'frequency-response': {
        term: 'Frequency response',
        text: 'How strongly a filter passes each spatial frequency: the magnitude of the Fourier transform of its kernel. The centre of the plane is frequency zero, the edge is π.',
        see: ['band'],
      },
      'feature-map': {
        term: 'Feature map',
        text: 'The output of a filter’s convolution for an image, before normalisation and ReLU.',
      },
      coverage: {
        term: 'Coverage',
        text: 'The share of the frequency plane that at least one filter of a bank or layer passes within 3 dB of its own peak.',
        see: ['band', 'overlap'],
      },
      overlap: {
        term: 'Overlap',
        text: 'The share of the covered plane that more than one filter passes.',
        see: ['coverage'],
      },
      'mean-cosine': {
        term: 'Mean cosine',
        text: 'The mean absolute cosine between the filters of a layer: 0 if all are orthogonal, 1 if all are multiples of one.',
        see: ['effective-rank'],
      },
      'effective-rank': {
        term: 'Effective rank',
        text: 'How many independent directions the filters of a layer span, weighted by their strength.',
        see: ['mean-cosine'],
      },
    },
  },
  comparison: {
    title: 'Comparisons',
    entries: {
      comparison: {
        term: 'Comparison',
        text: 'The tables and sentences that say what a study shows: means, drops, intervals, tests, parameters.',
        see: ['study', 'drop'],
      },
      'last-accuracy': {
        term: 'Test accuracy',
        text: 'The result of a run: the share of test examples that it classifies correctly after the last epoch.',
        see: ['best-epoch'],
      },
      'best-epoch': {
        term: 'Best epoch',
        text: 'The epoch with the highest accuracy. If it is chosen on the test set, its accuracy is optimistic; if it is chosen on validation examples, its test accuracy is an unbiased estimate.',
        see: ['validation', 'last-accuracy'],
      },
      validation: {
        term: 'Validation examples',
        text: 'Training examples that a run does not train on, held out to choose its best epoch.',
        see: ['best-epoch'],
      },
      drop: {
        term: 'Drop',
        text: 'The accuracy of the baseline minus that of the variant, in percentage points. A negative drop is a gain.',
        see: ['baseline', 'interval'],
      },
      spread: {
        term: 'Spread',
        text: 'The standard deviation of a result over seeds.',
        see: ['seed', 'interval'],
      },
      interval: {
        term: '95 % interval',
        text: 'The true drops that the seeds are compatible with. Shown from three seeds per side on.',
        see: ['drop', 'minimum-detectable-drop'],
      },
      'welch-test': {
        term: 'Welch’s test',
        text: 'A t test of two means that does not assume equal variances. Sentences of a comparison use it after correction.',
        see: ['paired-test', 'correction'],
      },
      'paired-test': {
        term: 'Paired test',
        text: 'A t test of the differences within seeds that both sides have.',
        see: ['welch-test'],
      },
      'p-value': {
        term: 'p value',
        text: 'The probability of a difference at least as large as the one measured if there is no true difference.',
        see: ['welch-test', 'correction'],
      },
      correction: {
        term: 'Holm’s correction',
        text: 'A larger p value that accounts for all comparisons of a table, so that one of them is not significant merely because there are many.',
        see: ['p-value'],
      },
      'minimum-detectable-drop': {
        term: 'Minimum detectable drop',
        text: 'The smallest true drop that these seeds detect: two-sided t test at 5 %, power 80 %.',
        see: ['interval', 'seed'],
      },
    },
  },
  program: {
    title: 'The program',
    entries: {
      history: {
        term: 'History',
        text: 'The database of all studies, runs, metrics and filters, in the data directory.',
        see: ['read-only'],
      },
      'read-only': {
        term: 'Read-only',
        text: 'Another program writes this history, so this one can show everything but change nothing. The window takes over when that program ends.',
        see: ['history'],
      },
      manifest: {
        term: 'Manifest',
        text: 'What the numbers of a run or study depend on and what they are, as JSON: config, commit, versions, device, threads, data, results, weights.',
        see: ['verification'],
      },
      verification: {
        term: 'Verification',
        text: 'Training a run again to see whether everything computed is the same, bit for bit.',
        see: ['manifest'],
      },
      preset: {
        term: 'Preset',
        text: 'A study with all settings filled in, such as the tables of the paper.',
        see: ['study'],
      },
    },
  },
} as const satisfies Record<string, GlossaryGroup>

type Groups = typeof groups
export type Term = { [G in keyof Groups]: keyof Groups[G]['entries'] }[keyof Groups]

export const glossary: readonly GlossaryGroup[] = Object.values(groups)
const entries = new Map<string, Entry>(glossary.flatMap((group) => Object.entries(group.entries)))

/** Returns the entry of a term; null for any other text. */
export function entryOf(id: string): Entry | null {
  return entries.get(id) ?? null
}

/** Returns the first sentence of an entry, for a tooltip. */
export function definitionOf(id: Term): string {
  const text = entries.get(id)?.text ?? ''
  return /^.*?\.(?= |$)/s.exec(text)?.[0] ?? text
}
