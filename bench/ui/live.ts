/** Measures the window during training: its tasks, and the growth of its memory. */
import type { Page } from 'playwright'
import type { RunSummary } from '../../src-main/contract'
import { eventChannel } from '../../src-main/contract/window/channels'
import type { PageWorld } from './page'
import { call, type Program } from './program'
import { Tracing, type Task } from './trace'

export interface Training {
  studyId: string
  runId: string
}

/** Starts a run that trains for minutes, and resolves when its first epoch is done. */
export async function startTraining(page: Page): Promise<Training> {
  const { id, runIds } = await call(page, 'studies.create', {
    plan: {
      name: 'While it trains',
      archs: ['resnet-8'],
      variants: ['mcnn-f'],
      seeds: [1],
      training: {
        dataset: 'synthetic',
        trainExamples: 2000,
        testExamples: 500,
        epochs: 1000,
        batchSize: 64,
        learningRate: 0.1,
        momentum: 0.9,
        weightDecay: 1e-4,
        milestones: [100],
        gamma: 0.1,
        warmup: null,
        augment: true,
        precision: 'float32',
      },
    },
  })
  const runId = runIds[0] ?? ''
  for (;;) {
    const detail = await call(page, 'runs.get', { id: runId })
    if (detail.run.epochsDone > 0) return { studyId: id, runId }
    if (detail.run.state === 'failed') throw new Error(`The run that was to train failed: ${detail.run.reason ?? ''}`)
    await page.waitForTimeout(500)
  }
}

export async function stopTraining(page: Page, { studyId }: Training): Promise<void> {
  await call(page, 'studies.stop', { id: studyId })
}

/**
 * Visits every page twice, with mouse movements as of a user, and scrolls the last one.
 * @param dwellMs how long each page stays
 * @returns all tasks of the renderer's and the shell's main threads meanwhile
 */
export async function visitPages(page: Page, training: Training | null, dwellMs = 1500): Promise<Task[]> {
  const [largest] = [...(await call(page, 'studies.list', {}))].sort((a, b) => b.total - a.total)
  const [finished = ''] = await call(page, 'runs.ids', { query: 'state:done', limit: 1 })
  const followed = training === null ? [] : [`#/runs/${training.runId}`, `#/studies/${training.studyId}`]
  const visits = [
    '#/runs',
    '#/runs?group=config',
    '#/runs?q=state:running',
    `#/runs/${finished}`,
    '#/studies',
    `#/studies/${largest?.id ?? ''}`,
    ...followed,
    `#/banks?run=${finished}`,
    '#/new',
    '#/data',
    '#/system',
    '#/runs?sort=-accuracy',
  ]
  const tracing = await Tracing.start(page)
  for (const round of ['first', 'second'])
    for (const hash of visits) {
      await tracing.mark(`${hash}, ${round} visit`)
      await page.mouse.move(60, 150, { steps: 5 })
      await page.evaluate((to) => void ((globalThis as unknown as PageWorld).location.hash = to), hash)
      await page.waitForTimeout(dwellMs)
      await page.mouse.move(700, 400, { steps: 10 })
      await page.mouse.move(900, 250, { steps: 10 })
    }
  await tracing.mark('wheel')
  for (let i = 0; i < 40; i++) {
    await page.mouse.wheel(0, 400)
    await page.waitForTimeout(50)
  }
  return tracing.stop()
}

/** Returns the longest tasks of each thread and mark above a processor or wall time, longest first. */
export function longTasks(tasks: readonly Task[], cpuMs: number, wallMs: number): Task[] {
  const longest = new Map<string, Task>()
  for (const task of tasks) {
    if (task.cpuMs < cpuMs && task.wallMs < wallMs) continue
    const key = `${task.thread} ${task.mark}`
    if (task.cpuMs > (longest.get(key)?.cpuMs ?? -1)) longest.set(key, task)
  }
  return [...longest.values()].sort((a, b) => b.cpuMs - a.cpuMs)
}

export const longestOf = (tasks: readonly Task[], time: 'cpuMs' | 'wallMs'): number =>
  tasks.reduce((most, task) => (task.thread === 'renderer' ? Math.max(most, task[time]) : most), 0)

/** Reports per second and epochs per minute during training, about as many as a trainer sends. */
const reportsASecond = 2
const epochsAMinute = 12

/** Returns the heap's growth over simulated minutes of live updates, in percent of its size after the first five. */
export async function memoryGrowth({ app, page }: Program, minutes: number): Promise<number> {
  const [run] = (await call(page, 'runs.query', { query: 'state:queued,done', limit: 1 })).part
  if (run?.kind !== 'run') throw new Error('no run to follow')
  const summary: RunSummary = run
  const session = await page.context().newCDPSession(page)
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage')
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  }
  await page.evaluate(() => void ((globalThis as unknown as { location: { hash: string } }).location.hash = '#/runs'))
  await page.waitForTimeout(1500)
  const simulate = async (from: number, to: number): Promise<void> => {
    for (let minute = from; minute < to; minute++) {
      await sendMinute(app, summary, minute)
      await page.waitForTimeout(120)
    }
    await page.waitForTimeout(1500)
  }
  await simulate(0, 5)
  const before = await heap()
  await simulate(5, 5 + minutes)
  const after = await heap()
  return ((after - before) / before) * 100
}

function sendMinute(app: Program['app'], summary: RunSummary, minute: number): Promise<void> {
  return app.evaluate(
    ({ BrowserWindow }, { channel, run, at, reports, epochs }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      const send = (event: string, payload: unknown): void => contents?.send(channel, [[event, payload]])
      const state = 'running' as const
      for (let i = 0; i < reports; i++) {
        const step = at * 1000 + i
        send('run.progress', {
          runId: run.id,
          epoch: 1 + Math.floor(step / 100),
          epochs: 1e5,
          step,
          steps: 1e7,
          phase: 'training',
          loss: 1 + Math.random(),
          learningRate: 0.1,
          imagesPerSecond: 1000,
          etaSeconds: 100,
        })
        if (i % Math.ceil(reports / epochs) === 0) {
          const epoch = 1 + at * epochs + Math.floor(i / Math.ceil(reports / epochs))
          send('run.epoch', {
            runId: run.id,
            studyId: run.studyId,
            metrics: {
              epoch,
              trainLoss: 1,
              trainAccuracy: 0.5,
              testLoss: 1,
              testAccuracy: 0.5,
              learningRate: 0.1,
              imagesPerSecond: 1000,
              seconds: 5,
              waitSeconds: 0,
              cpuSeconds: 5,
              memoryBytes: 1e9,
            },
          })
          send('run.changed', { ...run, state, epochsDone: epoch, epochs: 1e5 })
        }
      }
    },
    { channel: eventChannel, run: summary, at: minute, reports: reportsASecond * 60, epochs: epochsAMinute },
  )
}
