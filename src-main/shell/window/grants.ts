/** Paths that the user chose in a dialog: the window gets a token for one use and never names a path itself. */
import { randomBytes } from 'node:crypto'

const most = 16

export class Grants {
  readonly #paths = new Map<string, string>()

  /** Returns a token for `path`; forgets the oldest one if too many are unused. */
  give(path: string): string {
    const grant = randomBytes(24).toString('base64url')
    this.#paths.set(grant, path)
    const oldest = this.#paths.keys().next()
    if (this.#paths.size > most && oldest.done !== true) this.#paths.delete(oldest.value)
    return grant
  }

  /** Returns the path of a token, once; null for anything else. */
  redeem(grant: string): string | null {
    const path = this.#paths.get(grant)
    this.#paths.delete(grant)
    return path ?? null
  }
}
