/** What the setup provided, as it wrote it down. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { programRoot } from './git'

const setupState = z.object({
  tensorflow: z.object({ version: z.string(), kind: z.string() }),
  electron: z.object({ version: z.string(), fallback: z.boolean() }).nullable(),
})
export type SetupState = z.infer<typeof setupState>

/** Null where the setup has not been through, or was another version's. */
export async function readSetupState(root: string = programRoot): Promise<SetupState | null> {
  try {
    return setupState.parse(JSON.parse(await readFile(path.join(root, '.runtime', 'state.json'), 'utf8')))
  } catch {
    return null
  }
}
