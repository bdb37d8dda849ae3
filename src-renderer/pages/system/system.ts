/** What the system page says. Pure. */
import { threadsName } from '../../../src-main/analysis/text/threads'
import type { Backup, Check, CommandName, Doctor, Storage, SystemInfo } from '../../../src-main/contract'

/** Broken first, each group in its own order. */
export function brokenFirst(checks: readonly Check[]): Check[] {
  return [...checks.filter((check) => !check.ok), ...checks.filter((check) => check.ok)]
}

export function isGpu(device: string): boolean {
  return device.toLowerCase() !== 'cpu'
}

/**
 * Whether training on a GPU has been seen to work, in words.
 * @param trainedOn devices that runs say they were trained on
 * @param device what TensorFlow would train on here; null where it does not load
 * @param benched GPUs of which the program's own results tell
 */
export function gpuWords(trainedOn: readonly string[], device: string | null, benched: readonly string[]): string {
  const gpu = trainedOn.find(isGpu)
  if (gpu !== undefined) return `The GPU path has been run here: a run was trained on ${gpu}.`
  const here = device !== null && isGpu(device) ? ` TensorFlow finds ${device}; the next run will be the first.` : ''
  const before =
    benched.length === 0
      ? 'The program is not yet run on a GPU, here or in any result that comes with it.'
      : `The program has been run on ${benched.join(', ')}, but no run here was trained on a GPU.`
  return `${before}${here}`
}

/** TensorFlow's thread counts and where they come from; the doctor's check says more. */
export function threadsShort(threads: NonNullable<Doctor['threads']>): string {
  const source = { environment: 'set by the environment', measured: 'measured', own: 'TensorFlow’s default' }[
    threads.source
  ]
  return `${threadsName(threads, threads.own)}, ${source}`
}

/** Everything on the page as JSON, for a report of a problem. */
export function reportText(doctor: Doctor | null, info: SystemInfo | null, shell: unknown): string {
  return JSON.stringify({ system: info, shell, doctor }, null, 2)
}

/** A fix in parts: words, and commands (between backticks) to be copied. */
export function fixParts(fix: string): { text: string; command: boolean }[] {
  return fix.split('`').flatMap((text, i) => (text === '' ? [] : [{ text, command: i % 2 === 1 }]))
}

/** What the program itself can do towards a fix; null where only the person can. */
export function fixCommand({ name, ok }: Check): { command: CommandName; label: string } | null {
  if (ok) return null
  switch (name) {
    case 'SQLite':
    case 'Data directory':
    case 'Disk':
      return { command: 'file.open-data', label: 'Open data folder' }
    case 'Data sets':
      return { command: 'file.import-archive', label: 'Import archive…' }
    default:
      return null
  }
}

export const storageWords: Record<Storage['parts'][number]['kind'], string> = {
  runs: 'Weights of runs',
  history: 'History',
  backups: 'Copies of the history',
  datasets: 'Data sets',
  logs: 'Logs',
  desktop: 'Window’s own',
  other: 'Other',
}

/** Parts with where they begin and how much they take of the whole, 0 to 1; empty ones are left out. */
export function shares({
  parts,
  bytes,
}: Pick<Storage, 'parts' | 'bytes'>): (Storage['parts'][number] & { from: number; width: number })[] {
  let from = 0
  return parts.flatMap((part) => {
    if (part.bytes === 0) return []
    const share = { ...part, from, width: part.bytes / bytes }
    from += share.width
    return [share]
  })
}

export const copyWords: Record<Backup['kind'], string> = {
  asked: 'asked for',
  migration: 'before its form changed',
  damaged: 'damaged, kept by a repair',
}
