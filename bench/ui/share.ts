/**
 * What a trainer under the window gets of two cores while other processes compete for them, with and without a person
 * who uses the window, and how long the window's tasks become. All ratios are of one run. A third party on the machine
 * takes its part from all who are compared, so `trainerOfTwo` and `cpuMs` hold on a busy machine, too; `wallMs` needs a
 * quiet one.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { longestOf, longTasks, startTraining, stopTraining, visitPages, type Training } from './live'
import { start, stop, type Program } from './program'
import type { Task } from './trace'

/**
 * Each runs two competitors at normal priority but for the first two. Linux shares processors among sessions first, so
 * both cases count.
 */
const situations = [
  { name: 'nothing trains', training: false, sessions: [] },
  { name: 'a run trains', training: true, sessions: [] },
  { name: 'two competitors in one session', training: true, sessions: [2] },
  { name: 'two competitors in a session each', training: true, sessions: [1, 1] },
] as const
/** Longer than the service takes a report of use to hold. */
const untilUnusedMs = 4000
const unusedMs = 10_000
/** When the niceness is read, after the beginning of either. */
const nicenessMs = 3000

interface Shared {
  /** Of the trainer's process, and of its session (null where the system has no sessions to share among). */
  niceness: { process: number; session: number | null } | null
  /**
   * Of two cores, as if nobody but trainer, competitors and window had run: 2 × trainer / (trainer + competitors +
   * window).
   */
  trainerOfTwo: number | null
  /** Cores that each really had, by processor time. */
  cores: { trainer: number; competitors: number; window: number }
}

interface Situation {
  name: string
  /** While nobody uses the window. */
  unused: Shared
  /** While a person goes through all pages. */
  inUse: Shared
  /** Of the renderer while in use, each its own maximum. */
  longestTask: { cpuMs: number; wallMs: number }
  /** The longest of each page and visit, from 20 ms of processor time. */
  tasks: Task[]
}

export interface Share {
  /** Runnable processes of others at the beginning, of /proc/loadavg: a quiet machine has under 1. */
  loadBefore: number
  situations: Situation[]
}

/**
 * @param dataDir with a history; it is changed
 * @param count number of situations to measure, from the first
 */
export async function measureShare(
  dataDir: string,
  say: (text: string) => void,
  count: number = situations.length,
): Promise<Share> {
  // Whatever this process starts runs on the same two processors.
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
      say(JSON.stringify({ ...one, tasks: undefined }))
      for (const task of one.tasks)
        say(
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

/** What each gets of the processors during `act`. */
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

/** Clock ticks a second in /proc, on every Linux that Node runs on. */
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
