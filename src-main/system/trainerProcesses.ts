/**
 * Which trainers run on this machine, whatever program and data directory they belong to. A trainer shows its state as
 * the title of its process, as `ps` and `top` print it: that needs no file, and ends with the process.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const titleStart = 'mcnn-trainer'

/** `timing`: the trainer is measured for `mcnn tune`. */
type TrainerState = 'training' | 'paused' | 'timing'

export interface TrainerProcess {
  pid: number
  /** The program that started it. */
  parent: number
}

/** Shows the state of this process, which is a trainer. */
export function showTrainerState(state: TrainerState): void {
  process.title = `${titleStart} ${state} ${process.argv[1] ?? ''}`
}

/**
 * Returns the trainers that use this machine now, without this process and its children, sorted by process id. Omits
 * paused trainers. Empty on systems without /proc.
 */
export function otherTrainers(env: NodeJS.ProcessEnv = process.env): TrainerProcess[] {
  // Tests train next to each other and next to trainings of the machine's owner.
  if (env['MCNN_OTHER_TRAINERS'] === 'ignore') return []
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && isComputing(textIn(`/proc/${name}/cmdline`)))
    .map((name) => ({ pid: Number(name), parent: parentIn(textIn(`/proc/${name}/stat`)) }))
    .filter(({ pid, parent }) => pid !== process.pid && parent !== 0 && parent !== process.pid)
    .sort((a, b) => a.pid - b.pid)
}

/** @param commandLine arguments as /proc has them; a title replaces them */
export function isComputing(commandLine: string): boolean {
  const [command = '', entry = '', ...options] = commandLine.split('\0').filter((part) => part !== '')
  if (command.startsWith(`${titleStart} `)) return !command.startsWith(`${titleStart} paused`)
  // Trainers of earlier versions set no title, and those that are being started have not set it yet.
  return path.basename(command) === 'node' && entry.endsWith('/out/main/trainer.js') && options.length === 0
}

/** @param stat see proc(5): the name in parentheses may hold spaces and parentheses itself */
function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Empty if the process has ended. */
function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
