import fc from 'fast-check'
import { threadTuning } from '../../../../src-main/contract/system/tuning'
import { fuzz } from '../../../../src-main/testing/fuzz'
import { mutatedJsonText } from '../../../../src-main/testing/mutatedJson'
import { parseRecent } from '../../../lib/navigation/recent'
import { parseLayout } from './columns'

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

fuzz<string>('what a window and a machine remember', () => ({
  inputs: fc.oneof(mutatedJsonText(layouts), mutatedJsonText(tunings)),
  run: (text) => {
    const layout = parseLayout(text)
    if (layout.order.length === 0) throw new Error('a table without columns')
    const recent = parseRecent(text)
    if (recent.some((one) => typeof one !== 'string')) throw new Error('a place that is no text')
    try {
      return threadTuning.safeParse(JSON.parse(text)).success ? 'accepted' : 'rejected'
    } catch {
      return 'rejected'
    }
  },
}))
