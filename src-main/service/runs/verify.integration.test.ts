/** Trains a short real run again: it verifies unchanged, and differs wherever its stored results were changed. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { supportedLevels } from '../../../setup/lib/kernelLevels.mjs'
import { quickStart } from '../../contract/experiment'
import { runManifest, studyManifest } from '../../contract/publish/manifests'
import { verification } from '../../contract/publish/verification'
import type { HistoryEvent, RunSummary } from '../../contract/runs/runs'
import { ForeignTrainer } from '../../system/testSupport'
import { createService, type Service } from '../app/service'

const entry = path.resolve('out/main/trainer.js')
const dataDir = mkdtempSync(path.join(tmpdir(), 'mcnn-verified-'))
/** A private temporary folder: other programs on the machine may verify runs too. */
const temporary = mkdtempSync(path.join(tmpdir(), 'mcnn-verified-tmp-'))
let service: Service
let runId = ''
let studyId = ''
const reported: { phase: string; done: number; total: number }[] = []
/** Reported states of runs and progress of verifications: 'running ID', 'training again'. */
const order: string[] = []

beforeAll(async () => {
  vi.stubEnv('TMPDIR', temporary)
  service = await createService({
    dataDir,
    trainerEntry: entry,
    program: '1.2.3',
    onEvent: (name, payload) => {
      if (name === 'task.progress') {
        const progress = payload as (typeof reported)[number]
        reported.push(progress)
        order.push(progress.phase)
      }
      if (name === 'task.ended') order.push('ended')
      if (name === 'run.changed') {
        const { id, state } = payload as RunSummary
        order.push(`${state} ${id}`)
      }
    },
  })
  const training = {
    ...quickStart.training,
    trainExamples: 200,
    testExamples: 50,
    epochs: 2,
    batchSize: 20,
    milestones: [1],
  }
  const made = await service.call('studies.create', {
    plan: { ...quickStart, variants: ['mcnn-f'], seeds: [5], training },
  })
  ;[runId = ''] = made.runIds
  studyId = made.id
  // `expect.poll` needs a test.
  await vi.waitUntil(async () => !/queued|running/.test(await state(runId)), { timeout: 300_000, interval: 50 })
  expect((await service.call('runs.get', { id: runId })).run).toMatchObject({ state: 'done', reason: null })
})
afterAll(async () => {
  await service.close()
  vi.unstubAllEnvs()
  for (const folder of [dataDir, temporary]) rmSync(folder, { recursive: true, force: true })
})

const state = async (id: string): Promise<string> => (await service.call('runs.get', { id })).run.state

/** Changes the history as another program. */
function tamper(sql: string): void {
  const db = new Sqlite(path.join(dataDir, 'history.sqlite'))
  db.prepare(sql).run()
  db.close()
}

/** Returns the files that verifications have left in the data directory and in the temporary folder. */
const folders = (): string[] => [
  ...readdirSync(dataDir).filter((name) => name === 'work'),
  ...readdirSync(tmpdir()).filter((name) => name.startsWith('mcnn-verify-')),
]
const verdicts = async (): Promise<HistoryEvent[]> =>
  (await service.call('runs.get', { id: runId })).events.filter((event) => event.kind.startsWith('verified'))

describe('a run’s manifest', () => {
  it('contains the data of the history', async () => {
    const detail = await service.call('runs.get', { id: runId })
    const manifest = runManifest.parse(await service.call('publish.runManifest', { id: runId }))
    expect(manifest.config).toEqual(detail.config)
    expect(manifest.results.last).toEqual(detail.epochs.at(-1))
    expect({ ...manifest.code, ...manifest.versions, ...manifest.machine }).toEqual(detail.environment)
    expect(manifest.data).toEqual({
      id: 'synthetic',
      trainExamples: 200,
      testExamples: 50,
      fingerprint: detail.datasetFingerprint,
    })
    expect(manifest.weights).toEqual({ sha256: detail.run.weightsSha256 })
    expect(studyManifest.parse(await service.call('publish.studyManifest', { id: studyId })).runs).toEqual([manifest])
  })
})

describe('a run that is trained again', () => {
  it('agrees to the last bit of its weights, and leaves no files', async () => {
    const before = await service.call('runs.list', {})
    const left = folders()
    const result = verification.parse(await service.call('publish.verify', { id: runId }))
    const { same, extent, compared, differences, circumstances, weightsSha256 } = result
    expect({ same, extent, compared, differences, circumstances, weightsSha256 }).toEqual({
      same: true,
      extent: 'whole',
      compared: { epochs: 2, steps: 20, weights: true },
      differences: [],
      circumstances: [],
      weightsSha256: before[0]?.weightsSha256,
    })
    expect(await service.call('runs.list', {})).toEqual(before)
    expect(folders()).toEqual(left)
    expect(result.kept).toBe(true)
    expect(await verdicts()).toMatchObject([
      {
        kind: 'verified',
        level: 'info',
        message:
          'Verified: retrained (all 2 epochs; 20 sampled steps, 2 epochs and the final weights compared), the results are identical, bit for bit.',
      },
    ])
    expect(reported.some(({ phase, total }) => phase === 'training again' && total === 20)).toBe(true)
  })

  it('is compared up to a requested step or epoch', async () => {
    expect(await service.call('publish.verify', { id: runId, steps: 3 })).toMatchObject({
      same: true,
      extent: 'steps',
      steps: 3,
      epochs: 0,
      compared: { epochs: 0, steps: 3, weights: false },
      weightsSha256: null,
    })
    expect(await service.call('publish.verify', { id: runId, epochs: 1 })).toMatchObject({
      same: true,
      extent: 'epochs',
      epochs: 1,
      compared: { epochs: 1, steps: 10, weights: false },
    })
    await expect(service.call('publish.verify', { id: runId, steps: 21 })).rejects.toThrow(/has 20 steps/)
    await expect(service.call('publish.verify', { id: runId, epochs: 3 })).rejects.toThrow(/finished 2 epochs/)
    await expect(service.call('publish.verify', { id: runId, steps: 1, epochs: 1 })).rejects.toThrow(
      /cannot be combined/,
    )
  })

  it('is announced with its extent and duration', async () => {
    const { run, epochs } = await service.call('runs.get', { id: runId })
    const plan = await service.call('publish.verifiable', { id: runId })
    expect(plan).toMatchObject({
      runId,
      extent: 'whole',
      epochs: 2,
      steps: 20,
      restSeconds: 0,
      sharedMachine: false,
      here: true,
      training: null,
      otherProgram: null,
    })
    expect(plan.epochSeconds).toBeCloseTo(epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / 2, 9)
    expect(plan.startupSeconds).toBeGreaterThan(0)
    expect(run.state).toBe('done')
  })

  it('reports that another program trains on this machine, and does not wait for it', async () => {
    const other = await ForeignTrainer.start()
    process.env['MCNN_OTHER_TRAINERS'] = ''
    try {
      const { otherProgram } = await service.call('publish.verifiable', { id: runId })
      expect(otherProgram).toBeGreaterThan(0)
      const { same, remarks } = await service.call('publish.verify', { id: runId, epochs: 1 })
      expect(same).toBe(true)
      expect(remarks).toContainEqual(
        expect.stringMatching(
          /^Another MCNN Workbench \(process \d+\) trains on this machine: both take longer, the result is not affected\.$/,
        ),
      )
    } finally {
      process.env['MCNN_OTHER_TRAINERS'] = 'ignore'
      await other.stop()
    }
  })

  it('waits for the running run, and delays queued ones until it ends', async () => {
    const until = (id: string, wanted: string): Promise<void> => expect.poll(() => order).toContain(`${wanted} ${id}`)
    order.length = 0
    const {
      ids: [first = ''],
    } = await service.call('runs.rerun', { ids: [runId] })
    await until(first, 'running')
    expect((await service.call('publish.verifiable', { id: runId })).training?.id).toBe(first)
    reported.length = 0
    const verified = service.call('publish.verify', { id: runId, steps: 1 })
    const {
      ids: [second = ''],
    } = await service.call('runs.rerun', { ids: [runId] })
    await until(first, 'done')
    expect((await verified).same).toBe(true)
    expect(reported[0]?.phase).toBe('waiting for the running run')
    // After the release the queue continues; with `parallel` it does so during the verification.
    await until(second, 'running')
    // The trainer of a verification reports progress seconds after its start.
    expect(order.indexOf('training again')).toBeGreaterThan(order.indexOf(`done ${first}`))
    expect(order.indexOf('ended')).toBeGreaterThan(order.indexOf('training again'))
    expect(order.indexOf(`running ${second}`)).toBeGreaterThan(order.indexOf('ended'))
    expect((await service.call('publish.verify', { id: runId, steps: 1, parallel: true })).same).toBe(true)
    await until(second, 'done')
  })

  it('names an environment variable that can change bits, and compares validation metrics too', async () => {
    const training = {
      ...quickStart.training,
      trainExamples: 200,
      testExamples: 50,
      validationExamples: 50,
      epochs: 1,
      batchSize: 50,
      milestones: [],
    }
    const {
      runIds: [held = ''],
    } = await service.call('studies.create', {
      plan: { ...quickStart, name: 'Held', variants: ['mcnn-f'], seeds: [5], training },
    })
    await expect.poll(async () => (await service.call('runs.get', { id: held })).run.state).toBe('done')
    const { environment } = await service.call('runs.get', { id: held })
    expect(environment?.variables).toEqual(
      expect.not.objectContaining({ TF_ENABLE_ONEDNN_OPTS: expect.anything() as unknown }),
    )
    const before = process.env['TF_ENABLE_ONEDNN_OPTS']
    process.env['TF_ENABLE_ONEDNN_OPTS'] = '0'
    try {
      const { circumstances, environment: now } = await service.call('publish.verify', { id: held })
      expect(circumstances).toEqual([
        { what: 'environment variable TF_ENABLE_ONEDNN_OPTS', then: before ?? 'not set', now: '0' },
      ])
      expect(now.variables).toMatchObject({ TF_ENABLE_ONEDNN_OPTS: '0' })
    } finally {
      if (before === undefined) delete process.env['TF_ENABLE_ONEDNN_OPTS']
      else process.env['TF_ENABLE_ONEDNN_OPTS'] = before
    }
    tamper(
      `UPDATE epochs SET validation_accuracy = validation_accuracy + 0.1 WHERE run = (SELECT key FROM runs WHERE id = '${held}')`,
    )
    expect((await service.call('publish.verify', { id: held })).differences).toEqual([
      expect.stringMatching(/^The validation accuracy of epoch 1 is /),
    ])
  })

  it('uses the kernels of the run if the processor can, and names another level', async () => {
    const [low = '', high = ''] = supportedLevels(readFileSync('/proc/cpuinfo', 'utf8')).slice(-2)
    const { environment } = await service.call('runs.get', { id: runId })
    expect(environment?.kernels).toBe(high)
    vi.stubEnv('MCNN_KERNEL_LEVEL', low)
    try {
      const other = await service.call('publish.verify', { id: runId, steps: 3 })
      expect(other.circumstances).toContainEqual({ what: 'kernels', then: high, now: low })
      expect(other.environment.kernels).toBe(low)
      const training = { ...quickStart.training, trainExamples: 100, testExamples: 50, epochs: 1, milestones: [] }
      const {
        runIds: [lowRun = ''],
      } = await service.call('studies.create', {
        plan: { ...quickStart, name: 'Low', variants: ['mcnn-f'], seeds: [5], training },
      })
      await expect.poll(async () => state(lowRun)).toBe('done')
      expect((await service.call('runs.get', { id: lowRun })).environment?.kernels).toBe(low)
      expect(await service.call('publish.verify', { id: lowRun })).toMatchObject({ same: true, circumstances: [] })
      // Without the limit, the service's environment allows the higher level.
      vi.stubEnv('MCNN_KERNEL_LEVEL', undefined)
      expect(await service.call('publish.verify', { id: lowRun })).toMatchObject({
        same: true,
        circumstances: [],
        environment: { kernels: low },
      })
    } finally {
      vi.stubEnv('MCNN_KERNEL_LEVEL', undefined)
    }
  })

  it('differs if a loss, a metric or the hash of the weights was changed', async () => {
    const honest = (await service.call('runs.get', { id: runId })).run.weightsSha256 ?? ''
    tamper('UPDATE steps SET loss = loss * 1.0000000001 WHERE step = 2')
    expect(await service.call('publish.verify', { id: runId, steps: 1 })).toMatchObject({ same: true })
    expect((await service.call('publish.verify', { id: runId, steps: 2 })).differences).toEqual([
      expect.stringMatching(/^The loss of step 2 is [\d.]+ instead of [\d.]+\.$/),
    ])
    tamper('UPDATE epochs SET test_accuracy = test_accuracy + 0.1 WHERE epoch = 2')
    tamper(`UPDATE runs SET weights_sha256 = '${'0'.repeat(64)}'`)
    const { same, differences, circumstances } = await service.call('publish.verify', { id: runId })
    expect(same).toBe(false)
    expect(differences).toEqual([
      expect.stringMatching(/^The loss of step 2/),
      expect.stringMatching(/^The test accuracy of epoch 2 is/),
      `The final weights differ: SHA-256 ${honest.slice(0, 16)}… instead of 0000000000000000….`,
    ])
    expect(circumstances).toEqual([])
    expect((await verdicts()).at(-1)).toMatchObject({
      level: 'warning',
      message: expect.stringMatching(/the results differ\. The loss of step 2 is/) as string,
    })
  })

  it('is rejected on other data, with the difference', async () => {
    tamper(`UPDATE runs SET dataset_fingerprint = '${'1'.repeat(64)}'`)
    tamper(`UPDATE environments SET json = json_set(json, '$.tensorflow', '2.0.0')`)
    const { same, differences, circumstances } = await service.call('publish.verify', { id: runId })
    expect({ same, differences }).toEqual({
      same: false,
      differences: ['The training examples differ from those of the run: nothing was trained.'],
    })
    expect(circumstances.map(({ what, then }) => [what, then])).toEqual([
      ['data', '1'.repeat(64)],
      ['TensorFlow', '2.0.0'],
    ])
  })

  it('stops when it is cancelled', async () => {
    const left = folders()
    const kept = (await verdicts()).length
    reported.length = 0
    const verified = service.call('publish.verify', { id: runId })
    await expect(service.call('publish.verify', { id: runId })).rejects.toThrow(/is running/)
    await expect.poll(() => reported.map(({ phase }) => phase)).toContain('starting')
    await service.call('publish.cancel', { kind: 'verify' })
    await expect(verified).rejects.toMatchObject({ code: 'cancelled' })
    expect(folders()).toEqual(left)
    expect(await verdicts()).toHaveLength(kept)
  })

  it('is rejected if there are no results to compare', async () => {
    tamper('DELETE FROM steps')
    // A repaired history may have lost the steps, but it has the epochs.
    expect(await service.call('publish.verifiable', { id: runId })).toMatchObject({
      extent: 'whole',
      epochs: 2,
      restSeconds: 0,
    })
    await expect(service.call('publish.verify', { id: runId, steps: 1 })).rejects.toThrow(/has 0 steps/)
    tamper('DELETE FROM epochs')
    await expect(service.call('publish.verify', { id: runId })).rejects.toMatchObject({ code: 'conflict' })
  })
})
