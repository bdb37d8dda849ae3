/** Several runs at the same time: in slots of the processor and of GPUs, with a stand-in for the driver's tool. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunState } from '../../contract/runs/states'
import type { Service } from '../app/service'
import { Bench, planOf } from '../fixtures/bench'
import { driverGpus, MachineSlots } from '../machine/slots'

let folder: string
let bench: Bench
const threadsFile = process.env['MCNN_THREADS_FILE']

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-slots-'))
  // The choice of slots is stored next to it.
  process.env['MCNN_THREADS_FILE'] = path.join(folder, 'threads.json')
  bench = new Bench()
})
afterEach(async () => {
  await bench.end()
  if (threadsFile === undefined) delete process.env['MCNN_THREADS_FILE']
  else process.env['MCNN_THREADS_FILE'] = threadsFile
  rmSync(folder, { recursive: true, force: true })
})

const uuid = (n: number): string => `GPU-0000000${n}-aaaa-bbbb-cccc-000000000000`
const gpus = (count: number) => Array.from({ length: count }, (_, n) => ({ index: n, uuid: uuid(n), name: 'Made up' }))
const twoGpus = (): MachineSlots => new MachineSlots(() => Promise.resolve(gpus(2)))

async function statesOf(service: Service): Promise<RunState[]> {
  const runs = await service.call('runs.list', {})
  return runs.reverse().map(({ state }) => state)
}

describe('two slots', () => {
  it('train two runs at the same time and start the next one when a slot is free', async () => {
    const service = await bench.open({}, { slots: twoGpus() })
    const {
      runIds: [first = '', second = '', third = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'waits', 3: 'waits' }) })
    for (const id of [first, second]) await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === id)
    expect(await statesOf(service)).toEqual(['running', 'running', 'queued'])
    const { slots } = await service.call('system.slots', {})
    expect(slots.map(({ id, runId }) => [id, runId])).toEqual([
      [uuid(0), first],
      [uuid(1), second],
    ])
    await service.call('runs.stop', { id: first })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === third)
    expect(await statesOf(service)).toEqual(['stopped', 'running', 'running'])
  })

  it('keep the slot of a paused run and leave the other run alone', async () => {
    const service = await bench.open({}, { slots: twoGpus() })
    const {
      runIds: [first = '', second = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'waits', 3: 'waits' }) })
    for (const id of [first, second]) await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === id)
    await service.call('runs.pause', { id: first })
    await bench.reached(first, 'paused')
    expect(await statesOf(service)).toEqual(['paused', 'running', 'queued'])
    bench.forget()
    await service.call('runs.resume', { ids: [first] })
    await bench.reached(first, 'running')
    expect(await statesOf(service)).toEqual(['running', 'running', 'queued'])
  })

  it('verify a run in one slot while another run trains, and start no run in that slot', async () => {
    const service = await bench.open({}, { slots: twoGpus() })
    const {
      runIds: [done = '', training = '', next = ''],
    } = await service.call('studies.create', { plan: planOf({ 1: 'good', 2: 'waits', 3: 'waits' }) })
    await bench.reached(done, 'done')
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === next)
    // Both slots are in use.
    const verifying = service.call('publish.verify', { id: done, steps: null, epochs: null, parallel: false })
    expect((await service.call('publish.verifiable', { id: done })).training).toMatchObject({ id: training })
    await service.call('runs.stop', { id: next })
    expect(await verifying).toMatchObject({ same: true })
    expect((await service.call('runs.get', { id: training })).run.state).toBe('running')
    expect((await service.call('publish.verifiable', { id: done })).training).toBeNull()
  })

  it('stop all runs when the service closes', async () => {
    const service = await bench.open({}, { slots: twoGpus() })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'waits' }) })
    for (const id of runIds) await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === id)
    await service.close()
    const again = await bench.open({}, { slots: twoGpus() })
    expect(await statesOf(again)).toEqual(['interrupted', 'interrupted'])
    await again.call('runs.resumeInterrupted', {})
    for (const id of runIds) await bench.reached(id, 'done')
  })
})

describe('the choice of slots', () => {
  it('applies to the next run, and is kept', async () => {
    const service = await bench.open()
    const { most } = await service.call('system.slots', {})
    const count = Math.min(2, most)
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'waits' }) })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === runIds[0])
    expect(await statesOf(service)).toEqual(['running', 'queued'])
    await service.call('system.chooseSlots', { count, freeGpus: [] })
    if (count === 2) await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === runIds[1])
    await service.close()
    const again = await bench.open()
    expect(await again.call('system.slots', {})).toMatchObject({
      choice: { count, freeGpus: [] },
      slots: Array.from({ length: count }, () => ({ kind: 'cpu', used: true })),
    })
  })

  it('leaves a GPU free, and rejects to leave all of them free', async () => {
    const service = await bench.open({}, { slots: twoGpus() })
    await service.call('system.chooseSlots', { count: null, freeGpus: [uuid(0)] })
    const { runIds } = await service.call('studies.create', { plan: planOf({ 1: 'waits', 2: 'waits' }) })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === runIds[0])
    const { slots } = await service.call('system.slots', {})
    expect(slots.map(({ used, runId }) => [used, runId])).toEqual([
      [false, null],
      [true, runIds[0]],
    ])
    await expect(
      service.call('system.chooseSlots', { count: null, freeGpus: [uuid(0), uuid(1)] }),
    ).rejects.toMatchObject({ code: 'bad-input', field: 'freeGpus' })
  })
})

describe('GPUs that the driver lists', () => {
  it('give four trainers four distinct devices, each named by its run’s environment, and no run a GPU', async () => {
    const tool = path.join(folder, 'nvidia-smi')
    const lines = gpus(4).map((gpu) => `${gpu.index}, ${gpu.uuid}, ${gpu.name}`)
    writeFileSync(tool, `#!/bin/sh\nprintf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}\n`)
    chmodSync(tool, 0o755)
    const slots = new MachineSlots(() => driverGpus({ PATH: `${folder}:${process.env['PATH'] ?? ''}` }))
    const service = await bench.open({}, { slots, trainerEntry: path.resolve('out/main/trainer.js') })
    const plan = planOf({ 1: '', 2: '', 3: '', 4: '' })
    const { runIds } = await service.call('studies.create', {
      plan: { ...plan, training: { ...plan.training, trainExamples: 100, testExamples: 50, epochs: 2 } },
    })
    await Promise.all(runIds.map((id) => bench.reached(id, 'done')))
    const environments = await Promise.all(
      runIds.map(async (id) => (await service.call('runs.get', { id })).environment),
    )
    expect(environments.map((one) => one?.variables?.['CUDA_VISIBLE_DEVICES']).sort()).toEqual(
      gpus(4).map((gpu) => gpu.uuid),
    )
    expect(new Set(environments.map((one) => one?.device))).toEqual(new Set(['cpu']))
  })
})

describe('thread counts', () => {
  it('stay with a run that resumes in another number of slots', async () => {
    const service = await bench.open({}, { trainerEntry: path.resolve('out/main/trainer.js') })
    const { most } = await service.call('system.slots', {})
    await service.call('system.chooseSlots', { count: Math.min(2, most), freeGpus: [] })
    const plan = planOf({ 1: '' })
    const {
      runIds: [id = ''],
    } = await service.call('studies.create', {
      plan: { ...plan, training: { ...plan.training, trainExamples: 100, testExamples: 50, epochs: 200 } },
    })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === id)
    const began = (await service.call('runs.get', { id })).environment
    await service.call('runs.stop', { id })
    await bench.reached(id, 'stopped')
    await service.call('system.chooseSlots', { count: 1, freeGpus: [] })
    bench.forget()
    await service.call('runs.resume', { ids: [id] })
    await bench.waitFor((e) => e.name === 'run.epoch' && e.payload.runId === id)
    expect((await service.call('runs.get', { id })).environment?.threads).toEqual(began?.threads)
    await service.call('runs.stop', { id })
    await bench.reached(id, 'stopped')
  })
})
