import { expect, it } from 'vitest'
import { runWith } from '../../../src-main/analysis/testing'
import { crashOf, crashWords } from './crash'

const reason = 'The service was killed (SIGKILL).'

it('says that no run was affected if none was training or queued', () => {
  expect(crashWords(crashOf(reason, []), [])).toBe(`${reason} No run was training or queued.`)
  expect(crashWords(crashOf(reason, [runWith({ state: 'queued', reason: 'Held until it is resumed.' })]), [])).toBe(
    `${reason} No run was training or queued.`,
  )
})

it('names interrupted and held runs, each only if there are some', () => {
  const training = runWith({ state: 'running' })
  const queued = runWith({ state: 'queued', reason: null })
  expect(crashWords(crashOf(reason, [training]), [])).toBe(
    `${reason} 1 run was interrupted and keeps its metrics and checkpoints.`,
  )
  expect(crashWords(crashOf(reason, [queued, queued]), [])).toBe(`${reason} 2 queued runs are on hold until resumed.`)
  expect(crashWords(crashOf(reason, [runWith({ state: 'paused' }), queued]), [])).toBe(
    `${reason} 1 run was interrupted and keeps its metrics and checkpoints. 1 queued run is on hold until resumed.`,
  )
})

it('distinguishes runs whose trainers outlived the service, once the service reports them', () => {
  const [one, two] = [runWith({ id: 'one', state: 'running' }), runWith({ id: 'two', state: 'running' })]
  const crash = crashOf(reason, [one, two])
  expect(crashWords(crash, null)).toBe(`${reason} 2 runs were training.`)
  expect(crashWords(crash, [one])).toBe(
    `${reason} 1 run continues to train. 1 run was interrupted and keeps its metrics and checkpoints.`,
  )
  expect(crashWords(crash, [one, two])).toBe(`${reason} 2 runs continue to train.`)
})
