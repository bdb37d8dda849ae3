/** Ids that people can read, type and use as file names. */
import { randomInt } from 'node:crypto'
import { archShort } from '../../analysis/text/names'
import { runId } from '../../contract/ids'
import { compactVariant, type ExperimentConfig } from '../../contract/experiment'

/**
 * Returns the name in lower case, with hyphens for signs other than letters and digits. Appends '-2', '-3' … if it is
 * taken.
 */
export function studyIdFor(name: string, taken: (id: string) => boolean): string {
  const slug = slugOf(name, 100)
  for (let n = 1; ; n++) {
    const id = n === 1 ? slug : `${slug}-${n}`
    if (!taken(id)) return id
  }
}

/** Returns an id such as quick-start-r8-mcnn-f-s1-k3q9, at most 80 characters long. */
export function runIdFor(studyId: string, config: ExperimentConfig, taken: (id: string) => boolean): string {
  const rest = `-${slugOf(archShort(config.arch), 12)}-${slugOf(compactVariant(config.variant), 24)}-s${config.seed}`
  // The suffix has five characters.
  const stem = `${slugOf(studyId, Math.min(40, 75 - rest.length))}${rest}`
  for (;;) {
    const id = `${stem}-${randomSuffix()}`
    if (!taken(id)) return id
  }
}

/** Returns whether `runIdFor` may have made the id: people rarely name a folder so. */
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
