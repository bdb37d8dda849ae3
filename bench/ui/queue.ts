/** Measures actions on thousands of queued runs in the window. */
import type { Page } from 'playwright'
import { archs, type StudyRequest } from '../../src-main/contract'
import type { PageWorld } from './page'
import { call, start, stop } from './program'

const seeds = Array.from({ length: 100 }, (_, i) => i + 1)
const plan: StudyRequest = {
  name: 'Thousands of queued runs',
  archs: archs.slice(0, 4),
  variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-fl', 'mcnn-a'],
  seeds,
  training: {
    dataset: 'synthetic',
    trainExamples: 2000,
    testExamples: 500,
    epochs: 100,
    batchSize: 64,
    learningRate: 0.1,
    momentum: 0.9,
    weightDecay: 1e-4,
    milestones: [50],
    gamma: 0.1,
    warmup: null,
    augment: true,
    precision: 'float32',
  },
}

/** Returns milliseconds from a call in the window until it is answered and the page shows the result. */
async function timed(page: Page, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  await page.evaluate(async () => {
    const { requestAnimationFrame } = globalThis as unknown as PageWorld
    await new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
  })
  return Math.round(performance.now() - began)
}

/** Returns milliseconds of each action by name, and the number of runs. */
export async function measureQueue(dataDir: string): Promise<Record<string, number>> {
  const program = await start(dataDir)
  const { page } = program
  const { id, runIds } = await call(page, 'studies.create', { plan })
  await page.evaluate((to) => void ((globalThis as unknown as PageWorld).location.hash = to), `#/studies/${id}`)
  const ids = [...runIds]
  const result: Record<string, number> = { runs: ids.length }
  const actions: [name: string, work: () => Promise<unknown>][] = [
    ['pause', () => call(page, 'studies.pause', { id })],
    ['resume', () => call(page, 'studies.resume', { id })],
    ['cancel', () => call(page, 'studies.stop', { id })],
    ['resumeStopped', () => call(page, 'runs.resume', { ids })],
    ['cancelAgain', () => call(page, 'studies.stop', { id })],
    ['trashRuns', () => call(page, 'runs.trash', { ids })],
    ['restoreRuns', () => call(page, 'runs.restore', { ids })],
    ['rerun', () => call(page, 'runs.rerun', { ids })],
    ['cancelRerun', () => call(page, 'studies.stop', { id })],
    ['trashStudy', () => call(page, 'studies.trash', { id })],
    ['restoreStudy', () => call(page, 'studies.restore', { id })],
  ]
  for (const [name, work] of actions) {
    // Running runs must end before they can be moved to the trash.
    while ((await call(page, 'runs.unfinished', {})).some((run) => run.state === 'running') && /^trash/.test(name))
      await page.waitForTimeout(100)
    result[`${name}Ms`] = await timed(page, work)
  }
  await stop(program)
  return result
}
