/** Texts of the system page. Pure. */
import { threadsName } from '../../../src-main/analysis/text/threads'
import type { Backup, Check, CommandName, Doctor, Storage, SystemInfo } from '../../../src-main/contract'

/** Returns failed checks first, each group in its own order. */
export function brokenFirst(checks: readonly Check[]): Check[] {
  return [...checks.filter((check) => !check.ok), ...checks.filter((check) => check.ok)]
}

export function isGpu(device: string): boolean {
  return device.toLowerCase() !== 'cpu'
}

/**
 * Describes whether training on a GPU has been tested.
 * @param trainedOn devices of recorded runs
 * @param device the device that TensorFlow would use; null if it does not load
 * @param benched GPUs in the bundled benchmark results
 */
export function gpuWords(trainedOn: readonly string[], device: string | null, benched: readonly string[]): string {
  const gpu = trainedOn.find(isGpu)
  if (gpu !== undefined) return `GPU training works here: a run was trained on ${gpu}.`
  const here = device !== null && isGpu(device) ? ` TensorFlow finds ${device}; the next run will use it.` : ''
  const before =
    benched.length === 0
      ? 'Not yet tested on a GPU.'
      : `Tested on ${benched.join(', ')}, but no run here was trained on a GPU.`
  return `${before}${here}`
}

/** Describes TensorFlow's thread counts and their source; the doctor's check has more details. */
export function threadsShort(threads: NonNullable<Doctor['threads']>): string {
  const source = { environment: 'set by the environment', measured: 'measured', own: 'TensorFlow’s default' }[
    threads.source
  ]
  return `${threadsName(threads, threads.own)}, ${source}`
}

/** Returns everything on the page as JSON, for a problem report. */
export function reportText(doctor: Doctor | null, info: SystemInfo | null, shell: unknown): string {
  return JSON.stringify({ system: info, shell, doctor }, null, 2)
}

/** Splits a fix into text and commands (between backticks). */
export function fixParts(fix: string): { text: string; command: boolean }[] {
  return fix.split('`').flatMap((text, i) => (text === '' ? [] : [{ text, command: i % 2 === 1 }]))
}

/** Returns the command that helps to fix a check; null if there is none. */
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
  runs: 'Files of runs',
  history: 'Database',
  backups: 'Backups',
  datasets: 'Data sets',
  logs: 'Logs',
  desktop: 'Window data',
  other: 'Other',
}

/** Returns the parts with their start and width as shares of the total, 0 to 1, without empty ones. */
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
  asked: 'manual',
  migration: 'before a database upgrade',
  damaged: 'corrupt original, kept by a repair',
}
