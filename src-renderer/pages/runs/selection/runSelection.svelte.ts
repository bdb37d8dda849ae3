/** The selected runs of the table, and calls on all of them. */
import { attempt } from '../../../lib/actions/action'
import { toasts } from '../../../lib/actions/toasts.svelte'
import { call } from '../../../lib/data/client'
import { plural } from '../../../lib/format'
import type { RunList } from '../list.svelte'
import { flipped, setOf } from './idSets'
import { GroupMembers } from './members.svelte'

interface Change {
  did: string
  make: (ids: string[]) => Promise<{ changed: number }>
  undo: RunChange | null
}

export type RunChange = 'archive' | 'unarchive' | 'trash' | 'restore' | 'purge'

const changes: Record<RunChange, Change> = {
  archive: { did: 'archived', make: (ids) => call('runs.archive', { ids, archived: true }), undo: 'unarchive' },
  unarchive: { did: 'unarchived', make: (ids) => call('runs.archive', { ids, archived: false }), undo: 'archive' },
  trash: { did: 'moved to the trash', make: (ids) => call('runs.trash', { ids }), undo: 'restore' },
  restore: { did: 'restored', make: (ids) => call('runs.restore', { ids }), undo: 'trash' },
  purge: { did: 'permanently deleted', make: (ids) => call('runs.purge', { ids }), undo: null },
}

export class RunSelection {
  readonly #list: RunList
  ids = $state.raw<ReadonlySet<string>>(setOf([]))
  readonly members: GroupMembers
  /** The row at which a range begins. */
  #anchor = 0
  /** Runs in the order of the key presses, because ids of groups are fetched. */
  #selecting = Promise.resolve()

  constructor(list: RunList) {
    this.#list = list
    this.members = new GroupMembers((configId) => list.idsOfGroup(configId))
  }

  /** Toggles a row, selects the rows from the anchor to this one, or sets the anchor. */
  select(index: number, to: 'toggle' | 'range' | 'anchor'): void {
    const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)]
    if (to !== 'range') this.#anchor = index
    if (to === 'range') this.#next(() => this.#list.ids(first, last))
    else if (to === 'toggle') this.#selecting = this.#selecting.then(() => this.#flip(index))
  }

  all(on: boolean): void {
    if (on) this.#next(async () => (await attempt(() => this.#list.ids())) ?? [])
    else this.#next(() => Promise.resolve([]))
  }

  #next(ids: () => Promise<string[]>): void {
    this.#selecting = this.#selecting.then(async () => {
      const found = await attempt(ids)
      if (found) this.ids = setOf(found)
    })
  }

  async #flip(index: number): Promise<void> {
    const row = this.#list.at(index)
    if (row) this.ids = flipped(this.ids, row.kind === 'run' ? [row.id] : await this.members.ask(row.configId))
  }

  /** Forgets the selection and the members of groups: a new list may not have these runs. */
  reset(): void {
    this.ids = setOf([])
    this.members.clear()
    this.#anchor = 0
  }

  /** Changes the selected runs, and shows a toast, with Undo if there is one. */
  async change(kind: RunChange): Promise<void> {
    const ids = [...this.ids]
    const { did, make, undo } = changes[kind]
    const done = await attempt(() => make(ids))
    if (!done) return
    this.ids = setOf([])
    await this.#list.reload()
    const message = `${plural(done.changed, 'run')} ${did}`
    if (undo) toasts.undoable({ message, undo: () => changes[undo].make(ids).then(() => this.#list.reload()) })
    else toasts.info(message)
  }
}
