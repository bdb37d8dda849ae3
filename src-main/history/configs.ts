import { canonicalJson } from '../analysis/text/canonicalJson'
import { experimentConfig, withoutNoSplit, type ExperimentConfig } from '../contract/experiment'
import { shortSha256Of } from '../files/sha256'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

/** Stores each config once, without its seed: runs of equal config ids differ in their seeds only. */
export class Configs {
  readonly #insert
  readonly #one

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string]>(insertInto('configs', ['id', 'json'], ' OR IGNORE'))
    this.#one = db.prepare<[string], { json: string }>('SELECT json FROM configs WHERE id = ?')
  }

  /** Stores a config and returns its id. */
  put(config: ExperimentConfig): string {
    const json = withoutSeed(config)
    const id = shortSha256Of(json)
    this.#insert.run(id, json)
    return id
  }

  get(id: string, seed: number): ExperimentConfig {
    const row = this.#one.get(id)
    if (!row) throw new Error(`no config ${id}`)
    const stored: unknown = JSON.parse(row.json)
    return experimentConfig.parse({ ...(stored as object), seed })
  }
}

export function configId(config: ExperimentConfig): string {
  return shortSha256Of(withoutSeed(config))
}

function withoutSeed(config: ExperimentConfig): string {
  const { seed: _seed, ...rest } = withoutNoSplit(config)
  return canonicalJson(rest)
}
