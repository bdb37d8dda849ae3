/** Reads what the setup installed, from the file that it writes. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { programRoot } from '../training/git'

const setupState = z.object({
  tensorflow: z.object({ version: z.string(), kind: z.string() }),
  electron: z.object({ version: z.string(), fallback: z.boolean() }).nullable(),
})
export type SetupState = z.infer<typeof setupState>

/** Returns null if the setup has not run, or was that of another version. */
export function readSetupState(root: string = programRoot): SetupState | null {
  try {
    return setupState.parse(JSON.parse(readFileSync(path.join(root, '.runtime', 'state.json'), 'utf8')))
  } catch {
    return null
  }
}
