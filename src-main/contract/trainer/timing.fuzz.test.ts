import { deviceProbe } from './messages'
import { parseTimingReply } from './timing'
import { fuzz } from '../../testing/fuzz'
import { mutatedJsonText } from '../../testing/mutatedJson'

const lineSeeds = [
  { ready: { version: '2.21', device: 'cpu' } },
  { ms: [1.5, 2, 3] },
  { error: 'It failed.' },
  { version: '2.21', tfjs: '4', device: 'cpu', gpus: [], bfloat16: null, kernels: 'x86-64-v3' },
]

fuzz<string>('lines of timed processes and probes', () => ({
  inputs: mutatedJsonText(lineSeeds),
  run: (line) => {
    if (parseTimingReply(line)) return 'accepted'
    try {
      return deviceProbe.safeParse(JSON.parse(line)).success ? 'accepted' : 'rejected'
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return 'rejected'
      throw thrown
    }
  },
}))
