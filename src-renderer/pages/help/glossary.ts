/** Contents of the glossary page. Pure. */
import type { GlossaryGroup } from '../../../src-main/analysis/help/glossary'

interface Shown {
  title: string
  entries: { id: string; entry: GlossaryGroup['entries'][string] }[]
}

/** Returns the groups with the entries whose term or text contains every word of `text`, without empty groups. */
export function matchingGroups(groups: readonly GlossaryGroup[], text: string): Shown[] {
  const words = text.toLowerCase().split(/\s+/)
  return groups
    .map(({ title, entries }) => ({
      title,
      entries: Object.entries(entries)
        .filter(([, entry]) => words.every((word) => `${entry.term} ${entry.text}`.toLowerCase().includes(word)))
        .map(([id, entry]) => ({ id, entry })),
    }))
    .filter(({ entries }) => entries.length > 0)
}
