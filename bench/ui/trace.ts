/**
 * Collects tasks of the window's main threads by processor time, which hardly depends on the load of the machine, and
 * by wall time.
 */
import type { CDPSession, Page } from 'playwright'
import { z } from 'zod'

export interface Task {
  thread: 'renderer' | 'shell'
  /** The last `mark` before the task. */
  mark: string
  cpuMs: number
  wallMs: number
  /** The activity with the most processor time, in ms, such as "Layout 19.7". */
  causes: string[]
}

/** An event in Chrome's trace format: a complete event ("X") has durations, in µs. */
const traceEvent = z.object({
  name: z.string(),
  ph: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number(),
  dur: z.number().default(0),
  tdur: z.number().default(0),
  args: z.record(z.string(), z.unknown()).default({}),
})
type TraceEvent = z.infer<typeof traceEvent>

const threads = { CrRendererMain: 'renderer', CrBrowserMain: 'shell' } as const
const task = 'RunTask'
const markPrefix = 'bench '
const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing', 'v8']

export class Tracing {
  readonly #page: Page
  readonly #session: CDPSession
  readonly #events: unknown[] = []

  private constructor(page: Page, session: CDPSession) {
    this.#page = page
    this.#session = session
    session.on('Tracing.dataCollected', ({ value }) => void this.#events.push(...value))
  }

  static async start(page: Page): Promise<Tracing> {
    const session = await page.context().newCDPSession(page)
    const tracing = new Tracing(page, session)
    await session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: {
        includedCategories: categories,
        excludedCategories: ['*'],
        recordMode: 'recordAsMuchAsPossible',
      },
    })
    return tracing
  }

  /** Labels the page's following activity. */
  async mark(name: string): Promise<void> {
    await this.#page.evaluate(
      (mark) => (globalThis as unknown as { performance: { mark: (name: string) => void } }).performance.mark(mark),
      `${markPrefix}${name}`,
    )
  }

  /** Returns the tasks since the first mark. */
  async stop(): Promise<Task[]> {
    const ended = new Promise((resolve) => this.#session.once('Tracing.tracingComplete', resolve))
    await this.#session.send('Tracing.end')
    await ended
    await this.#session.detach()
    return tasksOf(this.#events)
  }
}

/** @param raw trace events of all processes, in any order */
export function tasksOf(raw: readonly unknown[]): Task[] {
  const events = raw.flatMap((event) => traceEvent.safeParse(event).data ?? []).sort((a, b) => a.ts - b.ts)
  const marks = events.filter(({ name }) => name.startsWith(markPrefix))
  return Object.entries(threads).flatMap(([threadName, thread]) =>
    events
      .filter(({ name, ph, args }) => ph === 'M' && name === 'thread_name' && args['name'] === threadName)
      .flatMap(({ pid, tid }) => {
        const own = events.filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid)
        const starts = own.flatMap(({ name }, i) => (name === task ? [i] : []))
        return starts.flatMap((start): Task[] => {
          const outer = own[start]
          const mark = marks.findLast(({ ts }) => outer !== undefined && ts <= outer.ts)
          if (outer === undefined || mark === undefined) return []
          const end = outer.ts + outer.dur
          const inner = own.slice(start + 1, nextIndex(own, start, end))
          return [
            {
              thread,
              mark: mark.name.slice(markPrefix.length),
              cpuMs: outer.tdur / 1000,
              wallMs: outer.dur / 1000,
              causes: causesOf(inner),
            },
          ]
        })
      }),
  )
}

/** Index of the first event after `start` that begins at `end` or later. */
function nextIndex(events: readonly TraceEvent[], start: number, end: number): number {
  let next = start + 1
  while ((events[next]?.ts ?? Infinity) < end) next++
  return next
}

/** The three kinds of events with the most processor time, nested events excluded. */
function causesOf(events: readonly TraceEvent[]): string[] {
  const own = new Map<string, number>()
  const open: { label: string; end: number }[] = []
  for (const event of events) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= event.ts) open.pop()
    const around = open.at(-1)
    if (around) own.set(around.label, (own.get(around.label) ?? 0) - event.tdur)
    const label = labelOf(event)
    own.set(label, (own.get(label) ?? 0) + event.tdur)
    open.push({ label, end: event.ts + event.dur })
  }
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .filter(([, us]) => us >= 1000)
    .map(([label, us]) => `${label} ${(us / 1000).toFixed(1)}`)
}

const called = z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number(), columnNumber: z.number() })
const dispatched = z.object({ type: z.string() })

function labelOf({ name, args: { data } }: TraceEvent): string {
  const call = called.safeParse(data).data
  if (call) {
    const file = call.url.split('/').at(-1) ?? ''
    return `${call.functionName || 'function'} (${file}:${call.lineNumber}:${call.columnNumber})`
  }
  const event = dispatched.safeParse(data).data
  return name === 'EventDispatch' && event ? `event ${event.type}` : name
}
