/** The history: everything that lasts, in one SQLite file. Every write of more than one row is a transaction. */
import { statSync } from 'node:fs'
import { Completeness } from './repair/completeness'
import { Configs } from './configs'
import {
  closeDatabase,
  explainedInUse,
  openDatabase,
  checkIntegrity,
  type Database,
  type Opening,
} from './files/database'
import { Environments } from './environments'
import { Events } from './events'
import { Filters } from './filters'
import { Imports } from './imports'
import { Journals } from './runs/journals'
import { Metrics } from './runs/metrics'
import { openForReading, stateOf, type Reading } from './files/readAccess'
import { RunLists } from './runs/runLists'
import { RunMarks } from './runs/runMarks'
import { noticeChanges } from './records/changes'
import { Records } from './records/records'
import { Runs } from './runs/runs'
import { Search } from './search'
import { StartedRuns } from './runs/startedRuns'
import { Studies } from './studies'

type Stores = ReturnType<typeof storesOf>

export interface HistoryOpening extends Opening {
  /** Creates and changes no file, and does not migrate, until `openForWriting`. */
  readOnly?: boolean
}

export class History {
  readonly #file: string
  #db: Database
  #stores: Stores
  #inode: number | null
  /** State of the files that a private copy was made from; null if the file itself is open. */
  #copyOf: string | null

  /** @throws WorkbenchError as `openDatabase` does */
  constructor(file: string, { readOnly = false, ...opening }: HistoryOpening = {}) {
    this.#file = file
    const { db, copyOf } = readOnly ? openForReading(file) : { db: openDatabase(file, opening), copyOf: null }
    this.#db = db
    this.#copyOf = copyOf
    this.#inode = readOnly ? null : statSync(file).ino
    if (!readOnly) noticeChanges(db)
    this.#stores = storesOf(db)
  }

  get studies(): Studies {
    return this.#stores.studies
  }
  get configs(): Configs {
    return this.#stores.configs
  }
  get runs(): Runs {
    return this.#stores.runs
  }
  get imports(): Imports {
    return this.#stores.imports
  }
  get runLists(): RunLists {
    return this.#stores.runLists
  }
  get startedRuns(): StartedRuns {
    return this.#stores.startedRuns
  }
  get runMarks(): RunMarks {
    return this.#stores.runMarks
  }
  get journals(): Journals {
    return this.#stores.journals
  }
  /** The content of the records of studies. */
  get records(): Records {
    return this.#stores.records
  }
  get metrics(): Metrics {
    return this.#stores.metrics
  }
  get events(): Events {
    return this.#stores.events
  }
  get filters(): Filters {
    return this.#stores.filters
  }
  get environments(): Environments {
    return this.#stores.environments
  }
  get search(): Search {
    return this.#stores.search
  }
  get completeness(): Completeness {
    return this.#stores.completeness
  }

  /** Runs `work` in one write transaction. Waits for other programs' writes before it reads. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate()
  }

  /** Runs all reads of `work` on one snapshot, whatever other programs write. */
  snapshot<T>(work: () => T): T {
    return this.#db.transaction(work).deferred()
  }

  /**
   * Converts corruption, missing permissions and a full disk to a WorkbenchError `unavailable`; returns other errors
   * unchanged.
   */
  explained(thrown: unknown): unknown {
    return explainedInUse(this.#file, thrown)
  }

  sqliteVersion(): string {
    return String(this.#db.prepare('SELECT sqlite_version()').pluck().get())
  }

  /** Returns 'ok', or the fault of the file in SQLite's words. */
  check(): string {
    return checkIntegrity(this.#db)
  }

  /**
   * Checks that the file is still in place: writes to a deleted file would seem to succeed.
   * @throws with the system's code if the file is missing, ESTALE if it was replaced
   */
  mustBeThere(): void {
    if (statSync(this.#file).ino !== this.#inode)
      throw Object.assign(new Error('the history is another file'), { code: 'ESTALE' })
  }

  /** Performs a write without effect. @throws if the file cannot be written */
  tryWrite(): void {
    this.transaction(() =>
      this.#db.pragma(`user_version = ${Number(this.#db.pragma('user_version', { simple: true }))}`),
    )
  }

  /** A number that changes with every write of another program. */
  dataVersion(): string {
    return this.isPrivate ? stateOf(this.#file) : String(this.#db.pragma('data_version', { simple: true }))
  }

  /** Whether a private copy is open. Other programs do not see changes to it. */
  get isPrivate(): boolean {
    return this.#copyOf !== null
  }

  /**
   * Opens a read-only history again, with the current files.
   * @param privately opens a copy, which may be written until `mayNotWrite`
   * @throws WorkbenchError as `openForReading` does; then the history stays open as before
   */
  reopen(privately = false): void {
    this.#use(openForReading(this.#file, { privately }), null)
  }

  /**
   * Opens a read-only history for writing. The caller holds the lock.
   * @throws WorkbenchError as `openDatabase` does; then the history stays open for reading
   */
  openForWriting(opening: Opening = {}): void {
    this.#use({ db: openDatabase(this.#file, opening), copyOf: null }, statSync(this.#file).ino)
  }

  /** Closes a history that is open for writing; `reopen` must follow. */
  stopWriting(): void {
    if (this.#inode !== null) this.close()
  }

  /** Rejects writes to a private copy from now on. */
  mayNotWrite(): void {
    this.#db.pragma('query_only = ON')
  }

  close(): void {
    if (this.#inode === null) this.#db.close()
    else closeHistory(this.#db, this.#file, this.#inode)
  }

  #use({ db, copyOf }: Reading, inode: number | null): void {
    this.close()
    this.#db = db
    this.#copyOf = copyOf
    this.#inode = inode
    if (inode !== null) noticeChanges(db)
    this.#stores = storesOf(db)
  }
}

/** A file that was moved or replaced is not changed: closing would write next to another one. */
function closeHistory(db: Database, file: string, inode: number): void {
  if (statSync(file, { throwIfNoEntry: false })?.ino === inode) closeDatabase(db)
  else db.close()
}

function storesOf(db: Database) {
  return {
    studies: new Studies(db),
    configs: new Configs(db),
    runs: new Runs(db),
    imports: new Imports(db),
    runLists: new RunLists(db),
    startedRuns: new StartedRuns(db),
    runMarks: new RunMarks(db),
    journals: new Journals(db),
    records: new Records(db),
    metrics: new Metrics(db),
    events: new Events(db),
    filters: new Filters(db),
    environments: new Environments(db),
    search: new Search(db),
    completeness: new Completeness(db),
  }
}
