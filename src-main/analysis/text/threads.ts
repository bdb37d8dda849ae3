/** Describes TensorFlow's thread counts. */
import type { Doctor } from '../../contract/system/system'
import { chosenSlots, chosenThreads } from '../machine/choices'
import type { ThreadCounts, ThreadTimes, ThreadTuning } from '../../contract/system/tuning'
import { fixed } from './numbers'
import type { Table } from './table'

type Resolved = { intraOp: number; interOp: number }

/** Threads per operation × parallel operations. @param own TensorFlow's default counts */
export function threadsName({ intraOp, interOp }: ThreadCounts, own: Resolved): string {
  return `${intraOp ?? own.intraOp} × ${interOp ?? own.interOp}`
}

/** Returns the source of the counts, as part of a sentence. */
export function threadsWords({ intraOp, interOp, own, source, tuning }: NonNullable<Doctor['threads']>): string {
  const name = threadsName({ intraOp, interOp }, own)
  switch (source) {
    case 'environment':
      return `${name}, set by TF_NUM_INTRAOP_THREADS and TF_NUM_INTEROP_THREADS`
    case 'own':
      return `${name}, TensorFlow’s default, not measured${tuning && 'problem' in tuning ? `: ${tuning.problem}` : ''} (run \`mcnn tune\`)`
    case 'measured': {
      if (!tuning || 'problem' in tuning) return name
      const others = tuning.candidates.slice(1)
      const chosen = others.find(({ threads }) => threads.intraOp === intraOp && threads.interOp === interOp)
      return chosen
        ? `${name}, measured on this machine: TensorFlow’s default ${threadsName(tuning.candidates[0]?.threads ?? chosen.threads, own)} takes ${fixed(1 / chosen.ratio, 2)} times as long`
        : `${name}, TensorFlow’s default, measured on this machine: ${others.map(({ threads, ratio }) => `${threadsName(threads, own)} takes ${fixed(ratio, 2)} times as long`).join(', ')}`
    }
  }
}

/** Returns what was measured of several trainers at once, as sentences; null if nothing was. */
export function parallelWords({ parallel }: Pick<ThreadTimes, 'parallel'>): string | null {
  if (parallel === undefined || parallel.length === 0) return null
  const measured = parallel.map(
    ({ count, ratio }) => `${count} at once process ${fixed(ratio, 2)} times as many images`,
  )
  const chosen = chosenSlots({ parallel })
  return `Relative to one trainer, ${measured.join(', ')} per second. ${chosen === 1 ? 'Runs train one at a time.' : `${chosen} runs train at the same time.`}`
}

/** The output of `mcnn tune`. */
export function tuningTable(tuning: Exclude<ThreadTuning, { problem: string }>): Table {
  const { candidates, own, precision, batch, device } = tuning
  const chosen = chosenThreads(tuning)
  return {
    caption: `A training step of ResNet-20, batch ${batch}, ${precision}, on ${device === 'cpu' ? 'the CPU' : device}`,
    columns: [
      { title: 'Threads per operation', align: 'right' },
      { title: 'Parallel operations', align: 'right' },
      { title: 'ms a step', align: 'right' },
      { title: 'Relative to default', align: 'right' },
      { title: '', align: 'left' },
    ],
    rows: candidates.map(({ threads, msStep, ratio }, i) => {
      const taken = threads.intraOp === chosen.intraOp && threads.interOp === chosen.interOp
      const notes = [...(i === 0 ? ['TensorFlow’s default'] : []), ...(taken ? ['chosen'] : [])]
      return [
        String(threads.intraOp ?? own.intraOp),
        String(threads.interOp ?? own.interOp),
        fixed(msStep, 1),
        fixed(ratio, 3),
        notes.join(', '),
      ]
    }),
    notes: [],
  }
}
