/** Recently visited pages, stored across starts. */
import { call } from '../data/client'
import { runTitle } from '../format'
import { parseRecent, runsIn, withVisit } from './recent'
import { remember, remembered } from '../storage'

const key = 'palette.recent'

class Recent {
  list = $state.raw<readonly string[]>(parseRecent(remembered(key)))

  /** Titles of their runs by id, for those that still exist. */
  titles = $state.raw<ReadonlyMap<string, string>>(new Map())

  /** Loads the titles in advance: entries that arrive one by one would move the list under the pointer. */
  async name(): Promise<void> {
    const ids = runsIn(this.list)
    if (ids.length === 0) return
    try {
      const rows = await call('runs.rows', { ids })
      this.titles = new Map(
        rows.flatMap(({ run }) => (run.trashedAt === null ? [[run.id, runTitle(run)] as const] : [])),
      )
    } catch {
      // Without the service, the places with known names are enough.
    }
  }

  visit(hash: string): void {
    this.list = withVisit(this.list, hash)
    remember(key, JSON.stringify(this.list))
  }
}

export const recent = new Recent()
