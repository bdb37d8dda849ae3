/** Places that were looked at, over starts. */
import { call } from '../data/client'
import { runTitle } from '../format'
import { parseRecent, runsIn, withVisit } from './recent'
import { remember, remembered } from '../storage'

const key = 'palette.recent'

class Recent {
  list = $state.raw<readonly string[]>(parseRecent(remembered(key)))

  /** Titles of the runs among them, by id, for those that are not gone. */
  titles = $state.raw<ReadonlyMap<string, string>>(new Map())

  /** To be called ahead of need: a list whose entries come one by one moves under the hand. */
  async name(): Promise<void> {
    const ids = runsIn(this.list)
    if (ids.length === 0) return
    try {
      const rows = await call('runs.rows', { ids })
      this.titles = new Map(
        rows.flatMap(({ run }) => (run.trashedAt === null ? [[run.id, runTitle(run)] as const] : [])),
      )
    } catch {
      // Without the service there are places enough that have a name.
    }
  }

  visit(hash: string): void {
    this.list = withVisit(this.list, hash)
    remember(key, JSON.stringify(this.list))
  }
}

export const recent = new Recent()
