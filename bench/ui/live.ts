/** What the window does while something trains: its longest task, and what its memory becomes. */
import type { Page } from 'playwright'
import type { RunSummary } from '../../src-main/contract'
import { eventChannel } from '../../src-main/contract/wire'
import { call, type Program } from './program'

interface Watched {
  longest: number
  gap: number
  stop: () => void
}

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
 * Visits every page and returns the longest task on the renderer's main thread meanwhile, in milliseconds: as the
 * browser reports it (from 50 ms), else the longest gap between two turns of the event loop.
 * @param dwellMs how long each page stays
 */
export async function longestTask(page: Page, training: Training | null, dwellMs = 3000): Promise<number> {
  await page.evaluate(() => {
    const world = globalThis as unknown as {
      watched: Watched
      PerformanceObserver: new (callback: (list: { getEntries: () => { duration: number }[] }) => void) => {
        observe: (options: object) => void
        disconnect: () => void
      }
      performance: { now: () => number }
      MessageChannel: new () => {
        port1: { onmessage: (() => void) | null; close: () => void }
        port2: { postMessage: (message: null) => void }
      }
    }
    const watched: Watched = { longest: 0, gap: 0, stop: () => undefined }
    const observer = new world.PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration)
    })
    observer.observe({ entryTypes: ['longtask'] })
    const channel = new world.MessageChannel()
    let last = world.performance.now()
    channel.port1.onmessage = () => {
      const now = world.performance.now()
      watched.gap = Math.max(watched.gap, now - last)
      last = now
      channel.port2.postMessage(null)
    }
    channel.port2.postMessage(null)
    watched.stop = () => {
      observer.disconnect()
      channel.port1.close()
    }
    world.watched = watched
  })
  const go = (hash: string): Promise<void> =>
    page.evaluate((to) => void ((globalThis as unknown as { location: { hash: string } }).location.hash = to), hash)
  /** The longest since the last question. */
  const taken = (): Promise<number> =>
    page.evaluate(() => {
      const { watched } = globalThis as unknown as { watched: Watched }
      const longest = watched.longest
      watched.longest = 0
      return longest
    })
  const [largest] = [...(await call(page, 'studies.list', {}))].sort((a, b) => b.total - a.total)
  const [finished = ''] = await call(page, 'runs.ids', { query: 'state:done', limit: 1 })
  const followed = training === null ? [] : [`#/runs/${training.runId}`, `#/studies/${training.studyId}`]
  let most = 0
  for (const hash of [
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
  ]) {
    await go(hash)
    await page.waitForTimeout(dwellMs)
    const here = await taken()
    if (here > 50) process.stderr.write(`${hash}: a task of ${Math.round(here)} ms\n`)
    most = Math.max(most, here)
  }
  for (let i = 0; i < 40; i++) {
    await page.mouse.wheel(0, 400)
    await page.waitForTimeout(50)
  }
  const watched = await page.evaluate(() => {
    const { watched: seen } = globalThis as unknown as { watched: Watched }
    seen.stop()
    return { longest: seen.longest, gap: seen.gap }
  })
  const longest = Math.max(most, watched.longest)
  return longest > 0 ? longest : Math.min(50, watched.gap)
}

/** Reports a second and epochs a minute while a run trains, about as many as a trainer sends. */
const reportsASecond = 2
const epochsAMinute = 12

/** How much the heap grew over simulated minutes of live updates, in percent of what it was after the first five. */
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
      const state = 'running' as const
      for (let i = 0; i < reports; i++) {
        const step = at * 1000 + i
        contents?.send(channel, 'run.progress', {
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
          contents?.send(channel, 'run.epoch', {
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
          contents?.send(channel, 'run.changed', { ...run, state, epochsDone: epoch, epochs: 1e5 })
        }
      }
    },
    { channel: eventChannel, run: summary, at: minute, reports: reportsASecond * 60, epochs: epochsAMinute },
  )
}
