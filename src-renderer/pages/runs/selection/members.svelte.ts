/** Cache of the run ids of the table's groups. */
import { SvelteMap } from 'svelte/reactivity'
import type { RunGroup } from '../../../../src-main/contract'
import { attempt } from '../../../lib/actions/action'

export class GroupMembers {
  /** Ids of runs by config. */
  readonly ids = new SvelteMap<string, readonly string[]>()
  #asking: readonly string[] = []
  readonly #fetch: (configId: string) => Promise<string[]>

  constructor(fetch: (configId: string) => Promise<string[]>) {
    this.#fetch = fetch
  }

  clear(): void {
    this.ids.clear()
  }

  async ask(configId: string): Promise<readonly string[]> {
    const ids = (await attempt(() => this.#fetch(configId))) ?? []
    this.ids.set(configId, ids)
    return ids
  }

  /** Fetches the runs of groups that are unknown or whose number of runs changed. */
  async need(groups: readonly Pick<RunGroup, 'configId' | 'runs'>[]): Promise<void> {
    const wanted = groups
      .filter(({ configId, runs }) => this.ids.get(configId)?.length !== runs && !this.#asking.includes(configId))
      .map(({ configId }) => configId)
    this.#asking = [...this.#asking, ...wanted]
    await Promise.all(wanted.map((configId) => this.ask(configId)))
    this.#asking = this.#asking.filter((configId) => !wanted.includes(configId))
  }
}
