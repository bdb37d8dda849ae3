/** Ids that people can read, type and use as file names. */
import { randomInt } from 'node:crypto'
import { archShort } from '../../analysis/text/names'
import { runId } from '../../contract/ids'
import { compactVariant, type ExperimentConfig } from '../../contract/experiment'

/** The name in lower case, other signs than letters and digits as hyphens; '-2', '-3' … where it is taken. */
export function studyIdFor(name: string, taken: (id: string) => boolean): string {
  const slug = slugOf(name, 100)
  for (let n = 1; ; n++) {
    const id = n === 1 ? slug : `${slug}-${n}`
    if (!taken(id)) return id
  }
}

/** Such as quick-start-r8-mcnn-f-s1-k3q9; at most 80 characters. */
export function runIdFor(studyId: string, config: ExperimentConfig, taken: (id: string) => boolean): string {
  const rest = `-${slugOf(archShort(config.arch), 12)}-${slugOf(compactVariant(config.variant), 24)}-s${config.seed}`
  // Five more come behind.
  const stem = `${slugOf(studyId, Math.min(40, 75 - rest.length))}${rest}`
  for (;;) {
    const id = `${stem}-${randomSuffix()}`
    if (!taken(id)) return id
  }
}

/** Returns whether `runIdFor` may have made the id: a folder that a person names is hardly called so. */
export function isMadeRunId(id: string): boolean {
  return runId.safeParse(id).success && /-s\d+-[0-9a-z]{4}$/.test(id)
}

function slugOf(name: string, length: number): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length)
    .replace(/^-+|-+$/g, '')
  return slug || 'study'
}

function randomSuffix(): string {
  return randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0')
}
