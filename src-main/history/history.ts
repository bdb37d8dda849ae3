/** All that lasts, in one SQLite file. Every write of more than one row is a transaction. */
import { statSync } from 'node:fs'
import { Completeness } from './completeness'
import { Configs } from './configs'
import { explainedInUse, mustBeKnown, openDatabase, wholeness, type Database, type Opening } from './database'
import { Environments } from './environments'
import { Events } from './events'
import { Filters } from './filters'
import { Imports } from './imports'
import { Metrics } from './metrics'
import { RunLists } from './runLists'
import { RunMarks } from './runMarks'
import { Runs } from './runs'
import { Search } from './search'
import { StartedRuns } from './startedRuns'
import { Studies } from './studies'

export class History {
  readonly studies: Studies
  readonly configs: Configs
  readonly runs: Runs
  readonly imports: Imports
  readonly runLists: RunLists
  readonly startedRuns: StartedRuns
  readonly runMarks: RunMarks
  readonly metrics: Metrics
  readonly events: Events
  readonly filters: Filters
  readonly environments: Environments
  readonly search: Search
  readonly completeness: Completeness
  readonly #db: Database
  readonly #inode: number

  /** @throws WorkbenchError as `openDatabase` does */
  constructor(file: string, opening: Opening = {}) {
    this.#db = openDatabase(file, opening)
    this.#inode = statSync(file).ino
    this.studies = new Studies(this.#db)
    this.configs = new Configs(this.#db)
    this.runs = new Runs(this.#db)
    this.imports = new Imports(this.#db)
    this.runLists = new RunLists(this.#db)
    this.startedRuns = new StartedRuns(this.#db)
    this.runMarks = new RunMarks(this.#db)
    this.metrics = new Metrics(this.#db)
    this.events = new Events(this.#db)
    this.filters = new Filters(this.#db)
    this.environments = new Environments(this.#db)
    this.search = new Search(this.#db)
    this.completeness = new Completeness(this.#db)
  }

  /** All of `work`'s writes or none; waits for other programs' writes before it reads anything. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate()
  }

  /** All of `work`'s reads as of one moment, whatever other programs write meanwhile. */
  snapshot<T>(work: () => T): T {
    return this.#db.transaction(work).deferred()
  }

  /** Damage, missing rights or a full disk as a WorkbenchError `unavailable`; any other error as it is. */
  explained(thrown: unknown): unknown {
    return explainedInUse(this.#db.name, thrown)
  }

  sqliteVersion(): string {
    return String(this.#db.prepare('SELECT sqlite_version()').pluck().get())
  }

  /** 'ok', or what is wrong with the file, in SQLite's words. */
  check(): string {
    return wholeness(this.#db)
  }

  /**
   * Writes into a file that was taken away would seem to succeed.
   * @throws with the system's code where the file is not there, ESTALE where it is another one
   */
  mustBeThere(): void {
    if (statSync(this.#db.name).ino !== this.#inode) throw Object.assign(new Error('the history is another file'), { code: 'ESTALE' })
  }

  /** Writes something that changes nothing. @throws where that can't be written */
  tryWrite(): void {
    this.transaction(() => this.#db.pragma(`user_version = ${Number(this.#db.pragma('user_version', { simple: true }))}`))
  }

  /** Changes with every write of another program. */
  dataVersion(): number {
    return Number(this.#db.pragma('data_version', { simple: true }))
  }

  /**
   * For a history that was opened to be read only: the program that wrote it is gone, and this one may write.
   * @throws WorkbenchError unavailable where that program was a newer one
   */
  mayWrite(): void {
    mustBeKnown(this.#db)
    this.#db.pragma('query_only = OFF')
    this.#db.pragma('synchronous = FULL')
    this.#db.pragma('foreign_keys = ON')
  }

  mayNotWrite(): void {
    this.#db.pragma('query_only = ON')
  }

  close(): void {
    this.#db.close()
  }
}
