/**
 * Measures a trainer's share of two cores while other processes compete for them, with and without a user of the
 * window, and the duration of the window's tasks. All ratios are of one run. Further processes on the machine slow all
 * measured ones alike, so `trainerOfTwo` and `cpuMs` are also valid on a busy machine; `wallMs` needs a quiet one.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { longestOf, longTasks, startTraining, stopTraining, visitPages, type Training } from './live'
import { start, stop, type Program } from './program'
import type { Task } from './trace'

/**
 * All except the first one run two competitors at normal priority. Linux divides processors among sessions first, so
 * both cases matter.
 */
const situations = [
  { name: 'nothing trains', training: false, sessions: [] },
  { name: 'a run trains', training: true, sessions: [] },
  { name: 'two competitors in one session', training: true, sessions: [2] },
  { name: 'two competitors in a session each', training: true, sessions: [1, 1] },
] as const
/** Longer than a report of use counts in the service. */
const untilUnusedMs = 4000
const unusedMs = 10_000
/** When the niceness is read, after the start of either phase. */
const nicenessMs = 3000

interface Shared {
  /** Of the trainer's process, and of its session (null if the system does not share among sessions). */
  niceness: { process: number; session: number | null } | null
  /**
   * Share of two cores, as if only trainer, competitors and window had run: 2 × trainer / (trainer + competitors +
   * window).
   */
  trainerOfTwo: number | null
  /** Cores that each used, by processor time. */
  cores: { trainer: number; competitors: number; window: number }
}

interface Situation {
  name: string
  /** While nobody uses the window. */
  unused: Shared
  /** While a user visits all pages. */
  inUse: Shared
  /** Maxima of the renderer while in use, each separately. */
  longestTask: { cpuMs: number; wallMs: number }
  /** The longest task of each page and visit, from 20 ms of processor time on. */
  tasks: Task[]
}

export interface Share {
  /** Runnable processes of others at the start, from /proc/loadavg: below 1 on a quiet machine. */
  loadBefore: number
  situations: Situation[]
}

/**
 * @param dataDir with a history; it is changed
 * @param count number of situations to measure, from the first
 */
export async function measureShare(
  dataDir: string,
  log: (text: string) => void,
  count: number = situations.length,
): Promise<Share> {
  // All processes that this one starts run on the same two processors.
  spawnSync('taskset', ['-a', '-p', '-c', '0,1', String(process.pid)])
  const loadBefore = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
  const program = await start(dataDir)
  try {
    await program.page.waitForSelector('main a[href^="#/studies/"]')
    let training: Training | null = null
    const measured: Situation[] = []
    for (const { name, training: trains, sessions } of situations.slice(0, count)) {
      if (trains && training === null) training = await startTraining(program.page)
      const one = await measure(program, training, name, sessions)
      measured.push(one)
      log(JSON.stringify({ ...one, tasks: undefined }))
      for (const task of one.tasks)
        log(
          `  ${task.cpuMs.toFixed(1)} (${task.wallMs.toFixed(1)}) ms ${task.thread} ${task.mark}: ${task.causes.join(', ')}`,
        )
    }
    if (training) await stopTraining(program.page, training)
    return { loadBefore, situations: measured }
  } finally {
    await stop(program)
  }
}

async function measure(
  program: Program,
  training: Training | null,
  name: string,
  sessions: readonly number[],
): Promise<Situation> {
  const competitors = sessions.map(compete)
  try {
    await program.page.waitForTimeout(untilUnusedMs)
    const unused = await share(program, competitors, () => program.page.waitForTimeout(unusedMs))
    let tasks: Task[] = []
    const inUse = await share(program, competitors, async () => {
      tasks = await visitPages(program.page, training)
    })
    return {
      name,
      unused,
      inUse,
      longestTask: { cpuMs: rounded(longestOf(tasks, 'cpuMs')), wallMs: rounded(longestOf(tasks, 'wallMs')) },
      tasks: longTasks(tasks, 20, Infinity),
    }
  } finally {
    for (const { pid } of competitors) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  }
}

/** Returns each one's processor time during `act`. */
async function share(
  program: Program,
  competitors: readonly ChildProcess[],
  act: () => Promise<void>,
): Promise<Shared> {
  const began = performance.now()
  const before = processorSeconds(program, competitors)
  const [, niceness] = await Promise.all([
    act(),
    program.page.waitForTimeout(nicenessMs).then(() => nicenessOf(program)),
  ])
  const after = processorSeconds(program, competitors)
  const seconds = (performance.now() - began) / 1000
  const used = {
    trainer: after.trainer - before.trainer,
    competitors: after.competitors - before.competitors,
    window: after.window - before.window,
  }
  return {
    niceness,
    trainerOfTwo:
      niceness === null ? null : rounded((2 * used.trainer) / (used.trainer + used.competitors + used.window)),
    cores: {
      trainer: rounded(used.trainer / seconds),
      competitors: rounded(used.competitors / seconds),
      window: rounded(used.window / seconds),
    },
  }
}

/** Starts `count` busy loops in a session of their own. */
function compete(loops: number): ChildProcess {
  return spawn('sh', ['-c', `${'while :; do :; done & '.repeat(loops - 1)}while :; do :; done`], {
    detached: true,
    stdio: 'ignore',
  })
}

interface ProcessStat {
  pid: number
  parent: number
  session: number
  seconds: number
}

function processorSeconds(
  program: Program,
  competitors: readonly ChildProcess[],
): { trainer: number; competitors: number; window: number } {
  const stats = processes()
  const sum = (chosen: ProcessStat[]): number => chosen.reduce((total, { seconds }) => total + seconds, 0)
  const trainer = trainerOf(program)
  const ours = descendants(stats, program.app.process().pid ?? 0)
  return {
    trainer: sum(ours.filter(({ pid }) => pid === trainer)),
    competitors: sum(stats.filter(({ session }) => competitors.some(({ pid }) => pid === session))),
    window: sum(ours.filter(({ pid }) => pid !== trainer)),
  }
}

function trainerOf({ app }: Program): number | undefined {
  return descendants(processes(), app.process().pid ?? 0).find(({ pid }) =>
    text(`/proc/${pid}/cmdline`).includes('trainer.js'),
  )?.pid
}

function descendants(stats: readonly ProcessStat[], root: number): ProcessStat[] {
  const found = stats.filter(({ pid }) => pid === root)
  for (const { pid } of found) found.push(...stats.filter(({ parent }) => parent === pid))
  return found
}

/** Clock ticks per second in /proc, the same on every Linux that Node supports. */
const ticks = 100

function processes(): ProcessStat[] {
  return readdirSync('/proc').flatMap((name) => {
    const fields = /^\d+$/.test(name) ? text(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ') : undefined
    return fields === undefined || fields.length < 13
      ? []
      : [
          {
            pid: Number(name),
            parent: Number(fields[1]),
            session: Number(fields[3]),
            seconds: (Number(fields[11]) + Number(fields[12])) / ticks,
          },
        ]
  })
}

/** Null if nothing trains. */
function nicenessOf(program: Program): Shared['niceness'] {
  const pid = trainerOf(program)
  if (pid === undefined) return null
  const [, session] = /nice (-?\d+)/.exec(text(`/proc/${pid}/autogroup`)) ?? []
  return {
    process: Number(text(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[16]),
    session: session === undefined ? null : Number(session),
  }
}

/** Empty if the process is gone. */
function text(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
