/** Exclusive access to the machine, and trainers whose steps take long. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stoppedReason } from '../../contract/runs/endReasons'
import { createService, type Service } from '../app/service'
import { Bench, fakeTrainer, planOf } from '../fixtures/bench'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})
afterEach(async () => {
  await bench.end()
  delete process.env['MCNN_FAKE']
})

/** Opens a service with a finished run and a paused one. */
async function withPausedRun(): Promise<{ service: Awaited<ReturnType<Bench['open']>>; done: string; paused: string }> {
  const service = await bench.open()
  const {
    runIds: [done = '', paused = ''],
  } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'waits' }) })
  await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === paused)
  await service.call('runs.pause', { id: paused })
  await bench.reached(paused, 'paused')
  // Each task that trains the finished run again waits too.
  planOf({ 1: 'waits', 2: 'waits' })
  bench.forget()
  return { service, done, paused }
}

const phases = (): string[] =>
  bench.events.flatMap((event) => (event.name === 'task.progress' ? [event.payload.phase] : []))

describe('exclusive access to the machine', () => {
  it('delays a paused run that is resumed during a verification until the verification ends', async () => {
    const { service, done, paused } = await withPausedRun()
    const verified = service.call('publish.verify', { id: done })
    await bench.waitFor((e) => e.name === 'task.progress' && e.payload.phase === 'training again')
    await service.call('runs.resume', { ids: [paused] })
    // The trainer replies in order: it would report a resumption before the checkpoint.
    await service.call('runs.checkpoint', {})
    await expect
      .poll(async () => (await service.call('runs.get', { id: paused })).checkpoint)
      .toMatchObject({ step: 3 })
    expect((await service.call('runs.get', { id: paused })).run.state).toBe('paused')
    await service.call('publish.cancel', { kind: 'verify' })
    await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
    await bench.reached(paused, 'running')
  })

  it('is not granted while a run that was just resumed has not replied yet', async () => {
    const { service, done, paused } = await withPausedRun()
    const resumed = service.call('runs.resume', { ids: [paused] })
    const verified = service.call('publish.verify', { id: done })
    await resumed
    await bench.waitFor((e) => e.name === 'task.progress')
    expect(phases()).toEqual(['waiting for the running run'])
    await service.call('publish.cancel', { kind: 'verify' })
    await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('delays a run that is paused, resumed and paused again', async () => {
    const { service, done, paused } = await withPausedRun()
    const verified = service.call('publish.verify', { id: done })
    await bench.waitFor((e) => e.name === 'task.progress' && e.payload.phase === 'training again')
    await service.call('runs.resume', { ids: [paused] })
    await service.call('runs.pause', { id: paused })
    await service.call('publish.cancel', { kind: 'verify' })
    await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
    await service.call('runs.checkpoint', {})
    await expect
      .poll(async () => (await service.call('runs.get', { id: paused })).checkpoint)
      .toMatchObject({ step: 3 })
    expect((await service.call('runs.get', { id: paused })).run.state).toBe('paused')
  })
})

describe('a verification by another program', () => {
  interface Reader {
    service: Service
    /** Resolves when a verification reports the phase. */
    inPhase: (phase: string) => Promise<unknown>
  }

  /** Another program that reads the same data directory. */
  async function reader(): Promise<Reader> {
    const phases: string[] = []
    const service = await createService({
      dataDir: bench.dataDir,
      trainerEntry: fakeTrainer,
      program: '1.2.3',
      access: 'read',
      onEvent: (name, payload) => name === 'task.progress' && phases.push((payload as { phase: string }).phase),
    })
    return { service, inPhase: (phase) => expect.poll(() => phases).toContain(phase) }
  }

  async function finishedRun(): Promise<{ service: Service; done: string }> {
    const service = await bench.open()
    const {
      runIds: [done = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
    await bench.reached(done, 'done')
    return { service, done }
  }

  it('delays queued runs of the data directory until it ends, and reports that', async () => {
    const { service, done } = await finishedRun()
    const { service: verifier, inPhase } = await reader()
    const other = new Bench()
    try {
      planOf({ 1: 'waits' })
      const verified = verifier.call('publish.verify', { id: done })
      await inPhase('training again')
      const plan = planOf({ 1: 'good', 2: 'good' })
      const {
        runIds: [queued = ''],
      } = await service.call('studies.create', { plan: { ...plan, seeds: [2] } })
      // A run of another data directory trains completely in the meantime.
      const { runIds } = await (await other.open()).call('studies.create', { plan: { ...plan, seeds: [1] } })
      await other.reached(runIds[0] ?? '', 'done')
      expect((await service.call('runs.get', { id: queued })).run.state).toBe('queued')
      expect(await service.call('system.condition', {})).toMatchObject({ otherVerification: true })
      // The verifying program has no queue of its own.
      expect(await verifier.call('system.condition', {})).toMatchObject({ otherVerification: false })
      await verifier.call('publish.cancel', { kind: 'verify' })
      await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
      await bench.reached(queued, 'done')
      expect(bench.events.flatMap((e) => (e.name === 'system.condition' ? [e.payload.otherVerification] : []))).toEqual(
        [true, false],
      )
    } finally {
      await Promise.all([verifier.close(), other.end()])
    }
  })

  it('waits for the verification of a third program', async () => {
    const { done } = await finishedRun()
    const [first, second] = await Promise.all([reader(), reader()])
    try {
      planOf({ 1: 'waits' })
      const verified = first.service.call('publish.verify', { id: done })
      await first.inPhase('training again')
      const waiting = second.service.call('publish.verify', { id: done })
      await second.inPhase('waiting for the verification of another program')
      planOf({ 1: 'good' })
      await first.service.call('publish.cancel', { kind: 'verify' })
      await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
      expect(await waiting).toMatchObject({ runId: done })
    } finally {
      await Promise.all([first.service.close(), second.service.close()])
    }
  })
})

describe('a run with long steps', () => {
  it('stops cleanly although a step takes longer than the minimum grace period', async () => {
    const service = await bench.open({ stopMs: 50 })
    const {
      runIds: [id = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'slow' }) })
    await bench.waitFor((e) => e.name === 'run.epoch')
    await service.call('runs.stop', { id })
    expect(await bench.reached(id, 'stopped')).toMatchObject({ reason: stoppedReason('window') })
  })

  it('is interrupted cleanly when the service closes, which announces how long that may take', async () => {
    const service = await bench.open({ closeMs: 50 })
    const {
      runIds: [id = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'slow' }) })
    await bench.waitFor((e) => e.name === 'run.epoch')
    expect(await bench.waitFor((e) => e.name === 'system.closing')).toMatchObject({ payload: { ms: 3000 } })
    await service.close()
    const again = await bench.open()
    expect((await again.call('runs.get', { id })).run).toMatchObject({
      state: 'interrupted',
      reason: 'The program was closed while this run trained.',
    })
  })

  it.each([{ steps: 2 }, { epochs: 1 }])(
    'is verified as soon as its data have arrived, during an endless step: %o',
    async (asked) => {
      const service = await bench.open()
      const {
        runIds: [id = ''],
      } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
      await bench.reached(id, 'done')
      planOf({ 1: 'endless-step' })
      expect(await service.call('publish.verify', { id, ...asked })).toMatchObject({
        same: true,
        compared: { steps: 2 },
      })
    },
  )
})
