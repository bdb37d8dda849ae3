import { canonicalJson } from '../analysis/text/canonicalJson'
import { shortSha256Of } from '../files/sha256'
import { environment, type Environment } from '../contract/runs/environment'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

/** Stores each training environment once. */
export class Environments {
  readonly #insert
  readonly #one

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string]>(insertInto('environments', ['hash', 'json'], ' OR IGNORE'))
    this.#one = db.prepare<[string], { json: string }>('SELECT json FROM environments WHERE hash = ?')
  }

  /** Stores an environment and returns its hash. */
  put(value: Environment): string {
    const json = canonicalJson(value)
    const hash = shortSha256Of(json)
    this.#insert.run(hash, json)
    return hash
  }

  get(hash: string): Environment | null {
    const row = this.#one.get(hash)
    return row ? environment.parse(JSON.parse(row.json)) : null
  }
}
