/** Paths that a person chose in a dialog: the window gets a token for one, once, and never a say in which path. */
import { randomBytes } from 'node:crypto'

const most = 16

export class Grants {
  readonly #paths = new Map<string, string>()

  /** The token that stands for `path`; the oldest is forgotten where too many were never used. */
  give(path: string): string {
    const grant = randomBytes(24).toString('base64url')
    this.#paths.set(grant, path)
    const oldest = this.#paths.keys().next()
    if (this.#paths.size > most && oldest.done !== true) this.#paths.delete(oldest.value)
    return grant
  }

  /** The path, the first time; null for anything else. */
  redeem(grant: string): string | null {
    const path = this.#paths.get(grant)
    this.#paths.delete(grant)
    return path ?? null
  }
}
