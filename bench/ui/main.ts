/**
 * `npm run bench:ui`: the real window over a made-up history of 10,000 runs × 200 epochs; one line of JSON on standard
 * output.
 * `--history DIR` takes a data directory that is there already (it is changed), `--runs N` a smaller one. `--share`
 * measures instead how a trainer under the window and the window itself get on while other processes compete
 * (`share.ts`), `--share --situations 2` only without competitors.
 * `--queue` measures actions on 2,000 queued runs (`queue.ts`).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { median } from '../../src-main/analysis/statistics/statistics'
import { History } from '../../src-main/history/history'
import { beginProgram } from '../../src-main/system/program'
import { flagsOf } from '../flags'
import { writeHistory } from '../history/write'
import { longestOf, memoryGrowth, startTraining, stopTraining, visitPages } from './live'
import { timeInPage, type PageWorld, type Timed } from './page'
import { call, start, stop, type Program } from './program'
import { measureQueue } from './queue'
import { measureShare } from './share'

const values = flagsOf(
  {
    history: { type: 'string' },
    runs: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '200' },
    share: { type: 'boolean' },
    situations: { type: 'string' },
    queue: { type: 'boolean' },
  },
  'npm run bench:ui -- [--history DIR | --runs N --epochs N] [--share [--situations N] | --queue]',
)
const starts = 3
const repeats = 7
const simulatedMinutes = 30

const log = (text: string): void => void process.stderr.write(`${text}\n`)

/** JSON has no NaN: a missing event was not measured. */
const rounded = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 10) / 10 : null)

const row = '[role="grid"] tbody tr[aria-selected]'
const busy = '[role="region"][aria-busy="true"]'
const timed = (page: Program['page'], part: Partial<Timed>): Promise<number> =>
  page.evaluate(timeInPage, { selector: row, least: 1, without: busy, changed: false, limitMs: 20_000, ...part })

/** Returns milliseconds from the program's start, and from the window's own start, to a frame with the studies. */
async function firstPaint(dataDir: string): Promise<{ fromStart: number; fromWindow: number }> {
  const program = await start(dataDir)
  await program.page.waitForSelector('main a[href^="#/studies/"]')
  const at = await program.page.evaluate(async () => {
    const page = globalThis as unknown as PageWorld
    await new Promise<void>((resolve) => page.requestAnimationFrame(() => resolve()))
    return { now: page.performance.timeOrigin + page.performance.now(), sinceOrigin: page.performance.now() }
  })
  await stop(program)
  return { fromStart: at.now - program.startedAt, fromWindow: at.sinceOrigin }
}

async function interactions(
  page: Program['page'],
): Promise<{ table: number; sort: number; filter: number; curves: number }> {
  const times = { table: [] as number[], sort: [] as number[], filter: [] as number[], curves: [] as number[] }
  const ids = (await call(page, 'runs.ids', { query: 'done:200' })).filter((_, i) => i % 37 === 0).slice(0, 100)
  for (let i = 0; i < repeats; i++) {
    await timed(page, { hash: '#/studies', selector: 'main a[href^="#/studies/"]' })
    times.table.push(await timed(page, { hash: '#/runs' }))
    times.sort.push(await timed(page, { click: '[role="grid"] th:nth-child(5) button', changed: true }))
    times.filter.push(
      await timed(page, { hash: `#/runs?q=variant:mcnn-l+depth:${[32, 56, 20][i % 3] ?? 32}`, changed: true }),
    )
    times.curves.push(
      await timed(page, { hash: `#/runs?compare=${ids.join(',')}`, selector: 'figure canvas', least: 2 }),
    )
  }
  return {
    table: median(times.table),
    sort: median(times.sort),
    filter: median(times.filter),
    curves: median(times.curves),
  }
}

async function main(): Promise<void> {
  const folder = values.history === undefined ? mkdtempSync(path.join(tmpdir(), 'mcnn-bench-ui-')) : null
  const dataDir = values.history ?? folder ?? ''
  try {
    if (folder !== null) {
      log(`making ${values.runs} runs of ${values.epochs} epochs …`)
      const history = new History(path.join(folder, 'history.sqlite'))
      writeHistory(history, { runs: Number(values.runs), epochs: Number(values.epochs), seed: 1 })
      history.close()
    }
    if (values.share) {
      process.stdout.write(
        `${JSON.stringify(await measureShare(dataDir, log, values.situations === undefined ? undefined : Number(values.situations)))}\n`,
      )
      return
    }
    if (values.queue) {
      process.stdout.write(`${JSON.stringify(await measureQueue(dataDir))}\n`)
      return
    }
    const paints = []
    for (let i = 0; i < starts; i++) paints.push(await firstPaint(dataDir))
    log(
      `first paints: ${paints.map((paint) => `${Math.round(paint.fromStart)} (${Math.round(paint.fromWindow)} of the window)`).join(', ')} ms`,
    )
    const program = await start(dataDir)
    await program.page.waitForSelector('main a[href^="#/studies/"]')
    const acts = await interactions(program.page)
    log('live updates …')
    const memoryGrowthPercent = await memoryGrowth(program, simulatedMinutes)
    log('a run trains …')
    const training = await startTraining(program.page)
    const tasks = await visitPages(program.page, training)
    await stopTraining(program.page, training)
    await stop(program)
    const result = {
      firstPaintMs: median(paints.map((paint) => paint.fromStart)),
      runsTableMs: acts.table,
      sortMs: acts.sort,
      filterMs: acts.filter,
      curves100Ms: acts.curves,
      longestTaskMs: longestOf(tasks, 'wallMs'),
      longestTaskCpuMs: longestOf(tasks, 'cpuMs'),
      memoryGrowthPercent,
    }
    process.stdout.write(
      `${JSON.stringify(Object.fromEntries(Object.entries(result).map(([name, value]) => [name, rounded(value)])))}\n`,
    )
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
}

beginProgram()
main().catch((thrown: unknown) => {
  log(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
  process.exitCode = 1
})
