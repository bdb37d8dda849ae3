import { describe, expect, it, vi } from 'vitest'
import { Training } from './training'

describe('Training', () => {
  it('reports the start and end of training once each', () => {
    const reported = vi.fn()
    const training = new Training(reported)
    training.follow('run.changed', { id: 'a', state: 'queued' })
    training.follow('run.changed', { id: 'b', state: 'queued' })
    expect(reported).not.toHaveBeenCalled()
    expect([training.held, training.queued]).toEqual([0, 2])
    training.follow('run.changed', { id: 'a', state: 'running' })
    training.follow('run.changed', { id: 'a', state: 'running' })
    training.follow('run.progress', { runId: 'a' })
    expect(reported.mock.calls).toEqual([[true]])
    expect([training.held, training.queued]).toEqual([1, 1])
    training.follow('run.changed', { id: 'a', state: 'done' })
    expect(reported.mock.calls).toEqual([[true], [false]])
    expect(training.held).toBe(0)
  })

  it('ignores a paused run, which needs no power', () => {
    const reported = vi.fn()
    const training = new Training(reported)
    training.follow('run.changed', { id: 'a', state: 'running' })
    training.follow('run.changed', { id: 'a', state: 'paused' })
    expect(reported.mock.calls).toEqual([[true], [false]])
    expect(training.held).toBe(1)
  })

  it('forgets deleted runs and those of an ended service', () => {
    const reported = vi.fn()
    const training = new Training(reported)
    training.follow('run.changed', { id: 'a', state: 'running' })
    training.follow('run.deleted', { runId: 'a' })
    training.follow('run.changed', { id: 'b', state: 'running' })
    training.clear()
    expect(reported.mock.calls).toEqual([[true], [false], [true], [false]])
    expect(training.held).toBe(0)
  })

  it('is idle if nothing trains, is paused or is due next; paused queued runs do not count', () => {
    const idle = vi.fn()
    const training = new Training(() => undefined, idle)
    training.follow('run.changed', { id: 'a', state: 'running' })
    training.follow('run.changed', { id: 'b', state: 'queued', reason: null })
    training.follow('run.changed', { id: 'a', state: 'done' })
    expect(idle).not.toHaveBeenCalled()
    training.follow('run.changed', { id: 'b', state: 'queued', reason: 'Held until it is resumed.' })
    expect(idle).toHaveBeenCalledOnce()
    expect(training.queued).toBe(0)
  })

  it('is also busy while another task runs, and reports that once', () => {
    const reported = vi.fn()
    const idle = vi.fn()
    const training = new Training(reported, idle)
    for (const done of [1, 2, 3])
      training.follow('task.progress', { kind: 'verify', phase: 'training again', done, total: 3 })
    training.follow('task.progress', { kind: 'dance' })
    expect([reported.mock.calls, training.works, training.held]).toEqual([[[true]], ['verify'], 0])
    expect(idle).not.toHaveBeenCalled()
    training.follow('task.ended', { kind: 'verify' })
    expect([reported.mock.calls, training.works]).toEqual([[[true], [false]], []])
    expect(idle).toHaveBeenCalledOnce()
  })

  it('ignores everything that is not a run', () => {
    const training = new Training(() => undefined)
    for (const payload of [null, {}, { id: 'a', state: 'flying' }]) training.follow('run.changed', payload)
    expect(training.held).toBe(0)
  })
})
