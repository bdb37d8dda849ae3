/** Texts that users type and paste, and stored addresses. */
import fc from 'fast-check'
import { parseQuery, QueryError } from '../../../src-main/analysis/query/runQuery'
import { complete } from '../../../src-main/analysis/query/runQueryCompletion'
import { experimentConfig, quickStart, recipe, studyPlan } from '../../../src-main/contract/experiment'
import { threadTuning } from '../../../src-main/contract/system/tuning'
import { parseAddress } from '../../../src-renderer/pages/filter-banks/state/address'
import { readPlan } from '../../../src-renderer/pages/new-study/planText'
import { parseLayout } from '../../../src-renderer/pages/runs/table/columns'
import { parseView } from '../../../src-renderer/pages/runs/view'
import { parseRecent, pastedAddress, withVisit } from '../../../src-renderer/lib/navigation/recent'
import { href, parseHash } from '../../../src-renderer/lib/navigation/routes'
import { refusedWith, target } from '../check'
import { mutatedJson, mutatedJsonText } from '../mutations/json'
import { mutatedText } from '../mutations/text'

export const queries = [
  'variant:mcnn-f depth:32 acc>0.9 state:done,stopped -tag:paper "first try"',
  'depth:20..56 loss<0.5 best>=92% seed!=3',
  'created:2026-05 time<2h ms>=12.5',
  'study:"Table I" -note:"a, b" tag:"x y",z',
  'is:archived',
  'is:trashed id:table-i',
  'config=abc testloss:0.1..2 speed>100',
  '',
]

const addresses = [
  '#/studies',
  '#/studies/quick-start?at=curves',
  '#/new',
  '#/runs?q=variant%3Amcnn-f&sort=-accuracy,seed&group=config&of=best',
  '#/runs?compare=a,b-1',
  '#/runs/run-1?compare=run-2',
  '#/banks?run=a&layer=stem&filter=3&epoch=2&pins=a:stem:1:2',
  '#/data?id=cifar-10',
  '#/system',
  'file:///opt/out/renderer/index.html#/runs/x',
  '',
]

export const query = target<string>('the query language over runs', () => ({
  inputs: mutatedText(queries),
  run: (text) => {
    complete(text, text.length, { tags: ['paper', 'x y'], studies: ['Table I'] })
    return refusedWith([QueryError], () => parseQuery(text))
  },
}))

export const address = target<string>('addresses of pages, pasted links, kept places', () => ({
  inputs: mutatedText(addresses),
  run: (text) => {
    const route = parseHash(text)
    const search = new URLSearchParams(text.split('?')[1] ?? '')
    parseAddress(search)
    parseView(search)
    pastedAddress(text)
    // An address that is created from a name must lead back to it.
    if (route.page === 'run' && parseHash(href.run(route.id)).page !== 'run')
      throw new Error(`the run ${JSON.stringify(route.id)} has no address`)
    return withVisit([], text).length === 0 ? 'refused' : 'accepted'
  },
}))

const plans = [
  { ...quickStart },
  { ...quickStart, archs: ['resnet-20', 'resnet-110'], seeds: [1, 2, 3], training: { ...recipe, precision: 'auto' } },
]
const configs = [
  { arch: 'resnet-20', variant: 'mcnn-fl', seed: 7, ...recipe },
  {
    arch: 'resnet-110',
    variant: 'baseline',
    seed: 0,
    ...recipe,
    warmup: { learningRate: 0.01, untilError: 0.8 },
    trainExamples: 500,
    testExamples: 100,
  },
]

export const plan = target<string>('a study’s plan as text', () => ({
  inputs: mutatedJsonText(plans),
  run: (text) => ('plan' in readPlan(text) ? 'accepted' : 'refused'),
}))

export const config = target<unknown>('experiment configs and stored plans', () => ({
  inputs: mutatedJson([...configs, ...plans]),
  run: (value) =>
    experimentConfig.safeParse(value).success || studyPlan.safeParse(value).success ? 'accepted' : 'refused',
}))

const layouts = [{ order: ['accuracy', 'seed'], shown: ['state'], pinned: ['seed'] }, ['#/studies', '#/runs/x']]
const tunings = [
  { at: '2026-05-09T12:00:00Z', problem: 'busy' },
  {
    at: '2026-05-09T12:00:00Z',
    device: 'cpu',
    precision: 'float32',
    batch: 128,
    own: { intraOp: 2, interOp: 2 },
    candidates: [{ threads: { intraOp: 2, interOp: null }, msStep: 12.5, ratio: 1 }],
  },
]

export const kept = target<string>('what a window and a machine remember', () => ({
  inputs: fc.oneof(mutatedJsonText(layouts), mutatedJsonText(tunings)),
  run: (text) => {
    const layout = parseLayout(text)
    if (layout.order.length === 0) throw new Error('a table without columns')
    const recent = parseRecent(text)
    if (recent.some((one) => typeof one !== 'string')) throw new Error('a place that is no text')
    try {
      return threadTuning.safeParse(JSON.parse(text)).success ? 'accepted' : 'refused'
    } catch {
      return 'refused'
    }
  },
}))
