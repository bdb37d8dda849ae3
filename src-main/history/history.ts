/** All that lasts, in one SQLite file. Every write of more than one row is a transaction. */
import { Configs } from './configs'
import { explainedInUse, openDatabase, type Database } from './database'
import { Environments } from './environments'
import { Events } from './events'
import { Filters } from './filters'
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
  readonly runLists: RunLists
  readonly startedRuns: StartedRuns
  readonly runMarks: RunMarks
  readonly metrics: Metrics
  readonly events: Events
  readonly filters: Filters
  readonly environments: Environments
  readonly search: Search
  readonly #db: Database

  /** @throws WorkbenchError as `openDatabase` does */
  constructor(file: string) {
    this.#db = openDatabase(file)
    this.studies = new Studies(this.#db)
    this.configs = new Configs(this.#db)
    this.runs = new Runs(this.#db)
    this.runLists = new RunLists(this.#db)
    this.startedRuns = new StartedRuns(this.#db)
    this.runMarks = new RunMarks(this.#db)
    this.metrics = new Metrics(this.#db)
    this.events = new Events(this.#db)
    this.filters = new Filters(this.#db)
    this.environments = new Environments(this.#db)
    this.search = new Search(this.#db)
  }

  /** All of `work`'s writes or none; waits for other programs' writes before it reads anything. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate()
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
    return String(this.#db.pragma('quick_check(1)', { simple: true }))
  }

  close(): void {
    this.#db.close()
  }
}
