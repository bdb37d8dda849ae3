/** Everything that reads data of other programs or users. */
import type { Target } from '../check'
import { archive, imported } from './archive'
import { picture, pickle, records, safetensors } from './binaries'
import { checkpoint } from './checkpoints'
import { files } from './files'
import { database, recorder, service, sql } from './histories'
import { calls, lines, trainer, wire } from './messages'
import { studyArchive } from './studies'
import { address, config, kept, plan, query } from './texts'

export const targets = {
  query,
  sql,
  address,
  plan,
  config,
  kept,
  files,
  safetensors,
  checkpoint,
  pickle,
  records,
  picture,
  archive,
  import: imported,
  studyArchive,
  wire,
  trainer,
  recorder,
  lines,
  calls,
  service,
  database,
} as const satisfies Record<string, Target>

export type TargetName = keyof typeof targets
export const targetNames = Object.keys(targets) as TargetName[]

export function isTargetName(name: string): name is TargetName {
  return Object.hasOwn(targets, name)
}
