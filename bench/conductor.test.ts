import { describe, expect, it } from 'vitest'
import type { BenchWorker } from '../src-main/service/machine/benchWorker'
import { hold, type Entrant } from './conductor'
import type { Name } from './contenders'

const options = { rounds: 3, steps: 2, log: () => undefined }

/** Logs what each contender does. `failsIn`: index of the call that fails; 0 is the start. */
function entrant(name: Name, log: string[], failsIn?: number): Entrant {
  let calls = 0
  const work = async <T>(what: string, result: T): Promise<T> => {
    log.push(`${name} ${what}`)
    // Yields, so that overlapping work would appear in the log.
    await new Promise((resolve) => setImmediate(resolve))
    if (calls++ === failsIn) throw new Error('it is gone')
    log.push(`${name} done`)
    return result
  }
  const worker: BenchWorker = {
    start: () => work('starts', { version: '2', device: 'cpu' }),
    runSteps: (_untimed, timed) => work('runs', Array<number>(timed).fill(calls)),
    stop: () => void log.push(`${name} stops`),
  }
  return { contender: { name, precision: 'float32', variant: 'baseline' }, worker }
}

describe('hold', () => {
  it('lets one contender work at a time, in reverse order every second round', async () => {
    const log: string[] = []
    const { measured, failed } = await hold([entrant('step', log), entrant('epoch', log)], options)
    const logged = (name: Name, what: string): string[] => [`${name} ${what}`, `${name} done`]
    expect(log).toEqual([
      ...logged('step', 'starts'),
      ...logged('epoch', 'starts'),
      ...logged('step', 'runs'),
      ...logged('epoch', 'runs'),
      ...logged('epoch', 'runs'),
      ...logged('step', 'runs'),
      ...logged('step', 'runs'),
      ...logged('epoch', 'runs'),
      'step stops',
      'epoch stops',
    ])
    expect(measured.map(({ rounds }) => rounds)).toEqual([
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    ])
    expect(failed).toEqual([])
  })

  it.each([0, 2])('continues without a contender that fails (in call %d)', async (failsIn) => {
    const logged: string[] = []
    const { measured, failed } = await hold([entrant('pytorch', [], failsIn), entrant('step', [])], {
      ...options,
      log: (line) => void logged.push(line),
    })
    expect(measured.map(({ contender, rounds }) => [contender.name, rounds.length])).toEqual([['step', 3]])
    expect(failed).toMatchObject([{ contender: { name: 'pytorch' }, why: 'it is gone' }])
    expect(logged).toContain('pytorch/float32/baseline is excluded: it is gone.')
  })
})
