/**
 * How a service and a trainer of another program reach each other: `control.json` holds commands, `progress.json` the
 * trainer's newest progress. Both are in the run's folder and hold nothing that must be kept.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { runProgress } from '../contract/runs/runs'

const controlName = 'control.json'
const progressName = 'progress.json'

const control = z.strictObject({
  /** The attempt that is addressed: earlier and later trainers of the run ignore the file. */
  attempt: z.int().min(1),
  stop: z.boolean(),
  pause: z.boolean(),
  /** How many checkpoints were requested so far. */
  checkpoints: z.int().min(0),
})
export type TrainerControl = z.infer<typeof control>

const shownProgress = z.strictObject({ attempt: z.int().min(1), progress: runProgress })
type ShownProgress = z.infer<typeof shownProgress>

/** @throws the system's error */
export function writeControl(runDir: string, content: TrainerControl): void {
  replace(path.join(runDir, controlName), content)
}

/** Returns null if there is no readable file. */
export function readControl(runDir: string): TrainerControl | null {
  return contentOf(path.join(runDir, controlName), control)
}

/** @throws the system's error */
export function writeProgress(runDir: string, content: ShownProgress): void {
  replace(path.join(runDir, progressName), content)
}

/** Returns null if there is no readable file. */
export function readProgress(runDir: string): ShownProgress | null {
  return contentOf(path.join(runDir, progressName), shownProgress)
}

/** Replaces a file without waiting for the disk: after a power failure no process is left that could need it. */
function replace(file: string, content: object): void {
  const temporary = `${file}.tmp`
  writeFileSync(temporary, JSON.stringify(content))
  renameSync(temporary, file)
}

function contentOf<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
