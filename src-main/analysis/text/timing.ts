/** Labels times that were measured next to another training: the only source of these texts. Pure. */
import type { Timing } from '../../contract/runs/timing'
import { duration } from './numbers'

/** Appended to each such time. */
export const sharedMark = '*'
/** For sentences: 'measured next to another training'. */
export const sharedWords = 'next to another training'
/** Explains the mark below a table. */
export const sharedNote = `${sharedMark} Another training ran on the machine at the same time: these times are longer than those of a run alone.`

/** '3 min 20 s*' */
export function timed(text: string, isShared: Timing | boolean): string {
  return isShared === true || isShared === 'shared' ? `${text}${sharedMark}` : text
}

/** ', measured next to another training', to be appended to an estimate. */
export function estimateRemark({ sharedMachine }: { sharedMachine: boolean }): string {
  return sharedMachine ? `, measured ${sharedWords}` : ''
}

/** Returns the note for a table of runs, if any of its times has the mark. */
export function sharedNotes(runs: readonly { timing: Timing }[]): string[] {
  return runs.some(({ timing }) => timing === 'shared') ? [sharedNote] : []
}

/** 'in 3 min 20 s', 'in 3 min 20 s (next to another training)' */
export function trainedWords({ seconds, timing }: { seconds: number | null; timing: Timing }): string {
  return `in ${duration(seconds)}${timing === 'shared' ? ` (${sharedWords})` : ''}`
}
