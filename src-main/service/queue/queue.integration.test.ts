import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serviceCalls } from '../../contract/calls'
import { sharedMachineKind } from '../../contract/runs/timing'
import { History } from '../../history/history'
import { Bench, planOf } from '../fixtures/bench'

let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

afterEach(async () => {
  await bench.end()
})

/** Returns the pid of the only trainer: its parent is this process. */
function trainerPid(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number)
  const trainer = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fakeTrainer'))
  if (trainer === undefined) throw new Error('no trainer runs')
  return trainer
}

describe('a queue', () => {
  it('trains one run after another and continues after each kind of failure', async () => {
    const service = await bench.open()
    const scenarios = {
      1: 'good',
      2: 'exit-3',
      3: 'aborts',
      4: 'nan',
      5: 'twice',
      6: 'diverges',
      7: 'fails',
      8: 'good',
    }
    const { id, runIds } = await service.call('studies.create', { plan: planOf(scenarios) })
    const ended = await Promise.all(
      runIds.map((runId) => bench.reached(runId, 'done', 'failed', 'diverged', 'interrupted')),
    )
    expect(ended.map((run) => run.state)).toEqual([
      'done',
      'failed',
      'failed',
      'failed',
      'failed',
      'diverged',
      'failed',
      'done',
    ])
    const reasons = ended.map((run) => run.reason)
    expect(reasons[0]).toBeNull()
    expect(reasons[1]).toBe('The trainer ended with exit code 3. Its last words: something is wrong with the graph')
    expect(reasons[2]).toMatch(/^The trainer was aborted in native code \(SIGABRT\)\./)
    expect(reasons[3]).toMatch(/^A message of the trainer could not be stored: .*: message\.metrics\.trainLoss, /)
    expect(reasons[4]).toMatch(/^A message of the trainer could not be stored: .*epoch 1/)
    expect(reasons[5]).toBe('The training loss became NaN in epoch 2, step 12, at learning rate 10.')
    expect(reasons[6]).toBe('TensorFlow could not be loaded. Run `npm run setup`.')
    // The measurements before the end are stored.
    expect(ended.map((run) => run.epochsDone)).toEqual([3, 1, 1, 0, 1, 1, 0, 3])
    const { study } = await service.call('studies.get', { id })
    expect(study.counts).toMatchObject({ done: 2, failed: 5, diverged: 1, queued: 0, running: 0 })
    // Runs do not overlap: each begins after the previous one has ended.
    const turns = bench.events.flatMap((e) =>
      e.name === 'run.changed' && e.payload.epochsDone === 0 && e.payload.state === 'running' ? [e.payload.id] : [],
    )
    expect([...new Set(turns)]).toEqual(runIds)
    const firstOf = (runId: string): number =>
      bench.events.findIndex((e) => e.name === 'run.changed' && e.payload.id === runId && e.payload.state === 'running')
    const lastOf = (runId: string): number =>
      bench.events.findLastIndex((e) => e.name === 'run.changed' && e.payload.id === runId)
    for (const [i, runId] of runIds.slice(1).entries()) expect(firstOf(runId)).toBeGreaterThan(lastOf(runIds[i] ?? ''))
  })

  it('stores everything that a run measured', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good' }) })
    const [runId = ''] = runIds
    await bench.reached(runId, 'done')
    const detail = serviceCalls['runs.get'].result.parse(await service.call('runs.get', { id: runId }))
    expect(detail.run).toMatchObject({
      epochsDone: 3,
      bestEpoch: 3,
      testAccuracy: 0.601,
      imagesPerSecond: 200,
      seconds: 6,
      weightsSha256: 'ab'.repeat(32),
    })
    expect(detail.epochs.map((e) => e.trainLoss)).toEqual([2, 1, 2 / 3])
    expect(detail.steps.map((s) => s.step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(detail.environment).toMatchObject({ program: '1.2.3', device: 'cpu' })
    expect(detail.datasetFingerprint).toBe('cd'.repeat(32))
    expect(detail.events.map((e) => e.kind)).toEqual(['started', 'done'])
    expect(detail.checkpoint).toMatchObject({ step: 6, epochs: 3 })
    expect(readFileSync(detail.weightsFile ?? '', 'utf8')).toBe('weights')
    expect(detail.epochs.at(-1)).toMatchObject({ waitSeconds: 0.01, cpuSeconds: 3.9, memoryBytes: 4e8 })
    const news = serviceCalls['runs.updates'].result.parse(
      await service.call('runs.updates', { id: runId, epoch: 2, step: 5, events: 1 }),
    )
    expect(news).toEqual({
      ...news,
      run: detail.run,
      epochs: detail.epochs.slice(2),
      steps: detail.steps.slice(5),
      events: detail.events.slice(1),
    })
    const mistakes = [{ index: 3, label: 0, predicted: 1, confidence: 0.9 }]
    expect(await service.call('runs.evaluation', { id: runId })).toEqual({
      epoch: 3,
      classes: 2,
      confusion: [3, 1, 0, 4],
      mistakes,
    })
    const { pictures } = await service.call('runs.mistakes', { id: runId })
    expect(pictures.map((pixels) => Buffer.from(pixels, 'base64').length)).toEqual([32 * 32 * 3])
    expect((await service.call('runs.log', { id: runId })).lines.every((line) => line !== '')).toBe(true)
    const { dataset, arch } = detail.run
    let elapsed = 0
    expect(await service.call('studies.curves', { id, dataset, arch })).toEqual({
      every: 1,
      runs: [
        {
          runId,
          epoch: detail.epochs.map((e) => e.epoch),
          testAccuracy: detail.epochs.map((e) => e.testAccuracy),
          trainLoss: detail.epochs.map((e) => e.trainLoss),
          elapsed: detail.epochs.map((e) => (elapsed += e.seconds)),
        },
      ],
    })
    expect(await service.call('studies.curves', { id, dataset, arch: 'resnet-110' })).toEqual({ every: 1, runs: [] })
    expect(await service.call('filters.layers', { id: runId })).toMatchObject([
      { name: 'stem', baseFilters: 4, multiband: true, epochs: [0, 1, 2, 3] },
    ])
    const bank = serviceCalls['filters.bank'].result.parse(
      await service.call('filters.bank', { id: runId, epoch: 2, filter: 1, size: 8 }),
    )
    expect(bank.banks.map((b) => b.band)).toEqual([1, 2, 3, 4])
    // [row][column][in][filter]: filter 1 of the first pixel and channel is value 1; h2 changes the sign of column 1.
    expect(bank.banks[0]?.kernel[0]?.[0]?.[0]).toBeCloseTo(2.001, 5)
    expect(bank.banks[1]?.kernel[0]?.[1]?.[0]).toBeCloseTo(-2.013, 5)
    await expect(service.call('filters.bank', { id: runId, layer: 'stage1.block1.conv1' })).rejects.toMatchObject({
      code: 'not-found',
      field: 'layer',
      fix: 'Layers with stored filters: stem.',
    })
    await expect(service.call('filters.bank', { id: runId, filter: 4 })).rejects.toMatchObject({
      code: 'not-found',
      field: 'filter',
    })
    await expect(service.call('filters.bank', { id: runId, epoch: 9 })).rejects.toMatchObject({
      code: 'not-found',
      field: 'epoch',
      fix: 'Stored epochs: 0 to 3.',
    })
    expect(bench.count('run.epoch')).toBe(3)
  })

  it('reports that a killed trainer may have run out of memory, and keeps its metrics', async () => {
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.runId === first && e.payload.epoch === 2)
    process.kill(trainerPid(), 'SIGKILL')
    const killed = await bench.reached(first, 'failed')
    expect(killed).toMatchObject({
      reason: 'The trainer was killed (SIGKILL); the system may have run out of memory.',
      epochsDone: 1,
      testAccuracy: 0.401,
    })
    await bench.reached(second, 'done')
  })

  it('pauses, resumes and stops a run, and starts no other run during the pause', async () => {
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.epoch === 2)
    await service.call('runs.pause', { id: first })
    await bench.reached(first, 'paused')
    expect((await service.call('runs.get', { id: second })).run.state).toBe('queued')
    await expect(service.call('runs.delete', { id: first })).rejects.toMatchObject({
      code: 'conflict',
      fix: 'Stop it first.',
    })
    bench.forget()
    await service.call('runs.resume', { ids: [first] })
    await bench.reached(first, 'running')
    await service.call('runs.stop', { id: first })
    expect(await bench.reached(first, 'stopped')).toMatchObject({ reason: 'Stopped in the window.', epochsDone: 1 })
    await bench.reached(second, 'done')
    await expect(service.call('runs.resume', { ids: [second] })).rejects.toMatchObject({ code: 'conflict' })
    await expect(service.call('runs.stop', { id: second })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('kills a trainer that does not stop in time', async () => {
    const service = await bench.open({ stopMs: 50 })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'stubborn', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    await bench.waitFor((e) => e.name === 'run.epoch')
    await service.call('runs.stop', { id: first })
    expect(await bench.reached(first, 'stopped')).toMatchObject({
      reason:
        'Stopped in the window. The trainer did not stop in time and was killed: the run resumes from its last checkpoint.',
      epochsDone: 1,
    })
    await bench.reached(second, 'done')
  })

  it('pauses, resumes and cancels the queued runs of a study', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', {
      plan: planOf({ 1: 'waits', 2: 'good', 3: 'waits', 4: 'good' }),
    })
    const [first = '', second = '', third = '', fourth = ''] = runIds
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.epoch === 2)
    await service.call('studies.pause', { id })
    await bench.reached(first, 'paused')
    await service.call('runs.stop', { id: first })
    await bench.reached(first, 'stopped')
    const held = await service.call('studies.get', { id })
    expect(held.runs.slice(1).map((run) => [run.state, run.reason])).toEqual(
      Array(3).fill(['queued', 'Held until it is resumed.']),
    )
    await service.call('studies.resume', { id })
    await bench.reached(second, 'done')
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.runId === third && e.payload.epoch === 2)
    await service.call('studies.stop', { id })
    await bench.reached(third, 'stopped')
    expect(await bench.reached(fourth, 'stopped')).toMatchObject({
      reason: 'Stopped in the window, before it started.',
      startedAt: null,
    })
  })

  it('trains runs in the order that a person set, also after a restart', async () => {
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', {
      plan: planOf({ 1: 'waits', 2: 'good', 3: 'good', 4: 'good', 5: 'good' }),
    })
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = runIds
    await bench.reached(first, 'running')
    const waiting = async (from = service): Promise<string[]> =>
      (await from.call('runs.unfinished', {})).flatMap((run) => (run.state === 'queued' ? [run.id] : []))
    expect(await service.call('queue.move', { ids: [fifth, fourth], place: 'first' })).toEqual({
      was: [
        { id: fourth, before: fifth },
        { id: fifth, before: null },
      ],
    })
    expect(await waiting()).toEqual([fourth, fifth, second, third])
    expect(bench.count('queue.changed')).toBe(1)
    await service.call('queue.move', { ids: [second], place: { before: fourth } })
    await service.call('queue.move', { ids: [fifth], place: 'down' })
    expect(await waiting()).toEqual([second, fourth, third, fifth])
    await expect(service.call('queue.move', { ids: [first], place: 'first' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is running') as string,
    })
    await expect(service.call('queue.move', { ids: [second], place: { before: first } })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(service.call('queue.move', { ids: [second, third], place: { before: third } })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await waiting()).toEqual([second, fourth, third, fifth])
    await service.close()
    bench.forget()
    const again = await bench.open()
    expect(await waiting(again)).toEqual([second, fourth, third, fifth])
    await again.call('queue.move', { ids: [fifth], place: 'first' })
    await again.call('runs.resumeInterrupted', {})
    await Promise.all(runIds.map((id) => bench.reached(id, 'done')))
    const begun = bench.events.flatMap((e) =>
      e.name === 'run.changed' && e.payload.state === 'running' && e.payload.epochsDone === 0 && e.payload.id !== first
        ? [e.payload.id]
        : [],
    )
    expect([...new Set(begun)]).toEqual([fifth, second, fourth, third])
  })

  it('passes only the necessary environment variables to a trainer', async () => {
    process.env['SECRET_TOKEN'] = 'x'
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'environment' }) })
    await bench.reached(runIds[0] ?? '', 'stopped')
    const { events } = await service.call('runs.get', { id: runIds[0] ?? '' })
    const names = JSON.parse(events.find((e) => e.kind === 'environment')?.message ?? '[]') as string[]
    expect(names).toContain('TF_FORCE_GPU_ALLOW_GROWTH')
    expect(names).toContain('PATH')
    expect(names).not.toContain('SECRET_TOKEN')
  })
})

describe('closing and opening again', () => {
  it('stops running runs and pauses queued ones when it closes, and resumes both after a restart', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    await bench.waitFor((e) => e.name === 'run.progress' && e.payload.epoch === 2)
    await service.close()
    bench.forget()
    const again = await bench.open()
    const { runs } = await again.call('studies.get', { id })
    expect(runs.map((run) => [run.state, run.reason])).toEqual([
      ['interrupted', 'The program was closed while this run trained.'],
      ['queued', 'On hold: the program was closed before this run started. Resume the run or its study.'],
    ])
    expect(await again.call('runs.interrupted', {})).toMatchObject({
      interrupted: 1,
      held: 1,
      newest: runs[0]?.endedAt,
    })
    expect(await again.call('runs.resumeInterrupted', {})).toEqual({ resumed: 2 })
    // At their former positions.
    expect(await bench.reached(first, 'done')).toMatchObject({ epochsDone: 3 })
    expect((await again.call('runs.get', { id: second })).run.state).not.toBe('done')
    await bench.reached(second, 'done')
    expect(await again.call('runs.interrupted', {})).toEqual({ interrupted: 0, held: 0, newest: null })
    const {
      ids: [rerun = ''],
    } = await again.call('runs.rerun', { ids: [first] })
    await bench.reached(rerun, 'running')
    const [a, b] = await Promise.all([first, rerun].map((runId) => again.call('runs.get', { id: runId })))
    expect(b?.config).toEqual(a?.config)
    expect(b?.run.configId).toBe(a?.run.configId)
  })

  it('marks a run as interrupted if its trainer had to be killed', async () => {
    const service = await bench.open({ closeMs: 50 })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'stubborn' }) })
    await bench.waitFor((e) => e.name === 'run.epoch')
    await service.close()
    const again = await bench.open()
    const { run } = await again.call('runs.get', { id: runIds[0] ?? '' })
    expect(run).toMatchObject({ state: 'interrupted', epochsDone: 1 })
  })

  it('rejects calls while it closes', async () => {
    const service = await bench.open()
    await service.close()
    await expect(service.call('runs.list', {})).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('adopts the runs of a dead program and leaves those of a live one alone', async () => {
    const service = await bench.open()
    const plan = planOf({ 1: 'good', 2: 'good', 3: 'good', 4: 'good' })
    const { runIds } = await service.call('studies.create', { plan })
    await Promise.all(runIds.map((id) => bench.reached(id, 'done')))
    await service.close()
    const history = new History(path.join(bench.dataDir, 'history.sqlite'))
    // A pid that is in use by a process with another start time; and process 1, which is not ours.
    const gone = { pid: 1, start: 'another boot:1' }
    const living = { pid: process.ppid, start: startOf(process.ppid) }
    for (const [i, owner] of [gone, gone, living, living].entries()) {
      const run = history.runs.get(runIds[i] ?? '')
      if (!run) throw new Error('lost')
      history.runs.setState(run.key, i % 2 === 0 ? 'running' : 'queued', null)
      history.runs.setOwner(run.key, owner, null)
    }
    history.close()
    const again = await bench.open()
    const states = await Promise.all(runIds.map(async (id) => (await again.call('runs.get', { id })).run))
    expect(states.map((run) => run.state)).toEqual(['interrupted', 'queued', 'running', 'queued'])
    expect(states[0]?.reason).toBe('The system was restarted or lost power while this run trained.')
    expect(states[1]?.reason).toContain('On hold')
    expect(states[3]?.reason).toBeNull()
    for (const call of ['runs.stop', 'runs.pause', 'runs.delete'] as const)
      await expect(again.call(call, { id: runIds[2] ?? '' })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('another MCNN Workbench') as string,
      })
    expect(await again.call('runs.resumeInterrupted', {})).toEqual({ resumed: 2 })
    bench.forget()
    expect((await again.call('runs.get', { id: runIds[0] ?? '' })).run.endedAt).toBeNull()
  })
})

describe('resuming', () => {
  it.each(['waits', 'exit-3'])(
    'a run that ended before its time measures the rest, nothing twice: %s',
    async (scenario) => {
      const service = await bench.open()
      const {
        runIds: [id = ''],
      } = await service.call('studies.create', { plan: planOf({ 1: scenario }) })
      await bench.waitFor((e) => e.name === 'run.epoch')
      if (scenario === 'waits') await service.call('runs.stop', { id })
      const { startedAt } = await bench.reached(id, 'stopped', 'failed')
      bench.forget()
      await service.call('runs.resume', { ids: [id] })
      expect(await bench.reached(id, 'done')).toMatchObject({ epochsDone: 3, startedAt, seconds: 6, reason: null })
      const { epochs, steps, events } = await service.call('runs.get', { id })
      expect(epochs.map((e) => e.epoch)).toEqual([1, 2, 3])
      expect(steps.map((s) => s.step)).toEqual([1, 2, 3, 4, 5, 6])
      expect(
        events.filter((e) => e.kind === 'started').map((e) => e.message.includes('Resumes after step 2, in epoch 2.')),
      ).toEqual([false, true])
      expect((await service.call('filters.layers', { id }))[0]?.epochs).toEqual([0, 1, 2, 3])
    },
  )

  it('rejects resuming a run that is done or diverged', async () => {
    const service = await bench.open()
    const {
      runIds: [done = '', diverged = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'diverges' }) })
    await bench.reached(diverged, 'diverged')
    await expect(service.call('runs.resume', { ids: [done] })).rejects.toMatchObject({ code: 'conflict' })
    await expect(service.call('runs.resume', { ids: [diverged] })).rejects.toMatchObject({
      code: 'conflict',
      fix: expect.stringContaining('Re-run') as string,
    })
  })

  it('resumes and re-runs many runs in one transaction, with one event per study', async () => {
    const service = await bench.open()
    const scenarios = { 1: 'good', 2: 'fails', 3: 'fails' }
    const first = await service.call('studies.create', { plan: planOf(scenarios) })
    const second = await service.call('studies.create', { plan: planOf(scenarios) })
    const [done = '', failed = ''] = first.runIds
    await bench.reached(second.runIds[2] ?? '', 'failed')
    const studyEvents = (): string[] =>
      bench.events.flatMap(({ name, payload }) => (name === 'study.changed' ? [payload.studyId] : [])).slice(0, 2)
    planOf({ 1: 'waits', 2: 'waits', 3: 'waits' })
    bench.forget()
    // One of the runs does not exist: none of them changes.
    await expect(service.call('runs.resume', { ids: [failed, 'nothing'] })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.call('runs.rerun', { ids: [failed, 'nothing'] })).rejects.toMatchObject({ code: 'not-found' })
    expect(bench.events).toEqual([])
    expect(await service.call('runs.unfinished', {})).toEqual([])
    // Finished runs have nothing to resume and are skipped.
    const all = [...first.runIds, ...second.runIds]
    expect(await service.call('runs.resume', { ids: [...all, failed] })).toEqual({ resumed: 4 })
    expect(studyEvents()).toEqual([first.id, second.id])
    expect((await service.call('runs.unfinished', {})).map(({ id }) => id)).toEqual(
      all.filter((id) => id !== done && id !== second.runIds[0]),
    )
    await bench.reached(failed, 'running')
    bench.forget()
    const { ids } = await service.call('runs.rerun', { ids: [...all, done] })
    expect(studyEvents()).toEqual([first.id, second.id])
    expect(ids).toHaveLength(all.length)
    const made = await service.call('runs.rows', { ids })
    expect(made.map(({ run }) => [run.studyId, run.seed, run.state])).toEqual(
      [first.id, second.id].flatMap((id) => [1, 2, 3].map((seed) => [id, seed, 'queued'])),
    )
  })

  it('rejects resuming, re-running and extending a run in the trash', async () => {
    const service = await bench.open()
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'fails' }) })
    const [done = '', failed = ''] = runIds
    await bench.reached(failed, 'failed')
    await service.call('runs.trash', { ids: runIds })
    for (const trained of [
      service.call('runs.resume', { ids: [failed] }),
      service.call('runs.rerun', { ids: [failed] }),
      service.call('runs.extend', { ids: [done], epochs: 9 }),
    ])
      await expect(trained).rejects.toMatchObject({ code: 'conflict', fix: 'Restore it first.' })
    expect(await service.call('runs.unfinished', {})).toEqual([])
  })

  it('extends a run as a new run and leaves the shorter one unchanged', async () => {
    const service = await bench.open()
    const {
      runIds: [id = '', stopped = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'waits' }) })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === stopped)
    await service.call('runs.stop', { id: stopped })
    await bench.reached(stopped, 'stopped')
    await expect(service.call('runs.extend', { ids: [id], epochs: 3 })).rejects.toMatchObject({
      code: 'bad-input',
      field: 'epochs',
    })
    await expect(service.call('runs.extend', { ids: [id, stopped], epochs: 5 })).rejects.toMatchObject({
      code: 'conflict',
      fix: 'Resume it first.',
    })
    // No new run was created for the extendable run.
    expect(await service.call('runs.list', {})).toHaveLength(2)
    expect(readdirSync(path.join(bench.dataDir, 'runs')).sort()).toEqual([id, stopped].sort())
    const history = new History(path.join(bench.dataDir, 'history.sqlite'))
    history.events.add(history.runs.get(id)?.key ?? 0, 'warning', sharedMachineKind, 'Another training ran.')
    history.close()
    const before = await service.call('runs.get', { id })
    const {
      ids: [longer = ''],
    } = await service.call('runs.extend', { ids: [id], epochs: 5 })
    expect(await bench.reached(longer, 'done')).toMatchObject({ epochs: 5, epochsDone: 5, seconds: 10 })
    const [shorter, extended] = await Promise.all([id, longer].map((runId) => service.call('runs.get', { id: runId })))
    expect(extended?.epochs.slice(0, 3)).toEqual(before.epochs)
    expect(extended?.epochs.map((e) => e.epoch)).toEqual([1, 2, 3, 4, 5])
    expect(extended?.steps.map((s) => s.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect({ ...shorter, events: [] }).toEqual({ ...before, run: { ...before.run, timing: 'shared' }, events: [] })
    // Its times contain those of the shorter run.
    expect(extended?.events.map((event) => event.kind)).toContain(sharedMachineKind)
    const folder = path.join(bench.dataDir, 'runs', longer)
    rmSync(folder, { recursive: true })
    await expect(service.call('runs.extend', { ids: [longer], epochs: 9 })).rejects.toMatchObject({
      code: 'conflict',
      fix: 'Train it again with 9 epochs.',
    })
  })

  it('writes a checkpoint on request', async () => {
    const service = await bench.open()
    const {
      runIds: [id = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'waits' }) })
    await bench.waitFor((e) => e.name === 'run.epoch')
    await service.call('runs.checkpoint', {})
    await expect
      .poll(async () => (await service.call('runs.get', { id })).checkpoint)
      .toMatchObject({ step: 3, epochs: 1 })
  })
})

describe('deleting', () => {
  it('removes the rows, the folder and the log of a run and of a study', async () => {
    const service = await bench.open()
    const { id, runIds } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'good' }) })
    const [first = '', second = ''] = runIds
    await Promise.all(runIds.map((runId) => bench.reached(runId, 'done')))
    const folder = (runId: string): string => path.join(bench.dataDir, 'runs', runId)
    expect(existsSync(folder(first))).toBe(true)
    await service.call('runs.delete', { id: first })
    expect(existsSync(folder(first))).toBe(false)
    expect(existsSync(path.join(bench.dataDir, 'logs', `${first}.log`))).toBe(false)
    expect((await service.call('runs.list', {})).map((run) => run.id)).toEqual([second])
    await expect(service.call('runs.get', { id: first })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.call('studies.purge', { id })).rejects.toMatchObject({ code: 'conflict' })
    await service.call('studies.trash', { id })
    await expect(service.call('runs.rerun', { ids: [second] })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('in the trash') as string,
    })
    expect(existsSync(folder(second))).toBe(true)
    await service.call('studies.purge', { id })
    expect(existsSync(folder(second))).toBe(false)
    expect(existsSync(path.join(bench.dataDir, 'logs', `${second}.log`))).toBe(false)
    await expect(service.call('runs.get', { id: second })).rejects.toMatchObject({ code: 'not-found' })
    expect(await service.call('studies.trashed', {})).toEqual([])
    expect(await service.call('studies.list', {})).toEqual([])
    expect(bench.count('run.deleted')).toBe(2)
  })
})

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}
