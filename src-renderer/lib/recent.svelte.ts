/** Places that were looked at, over starts. */
import { parseRecent, withVisit } from './recent'
import { remember, remembered } from './storage'

const key = 'palette.recent'

class Recent {
  list = $state.raw<readonly string[]>(parseRecent(remembered(key)))

  visit(hash: string): void {
    this.list = withVisit(this.list, hash)
    remember(key, JSON.stringify(this.list))
  }
}

export const recent = new Recent()
