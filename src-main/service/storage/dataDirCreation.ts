/** Records what a program created of a data directory. A failing command removes it again. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { codeOf } from '../../contract/errors'
import type { Paths } from './dataDir'

export class DataDirCreation {
  /** In the order of creation. */
  readonly #folders: string[] = []
  /** Whether this program turned an absent or empty directory into a data directory. */
  isNew = false

  /**
   * Creates a folder and its parents. Node's recursive mkdir never returns if the system reports ENOENT below a folder
   * that exists, as /proc does.
   */
  makeFolder(folder: string): void {
    try {
      this.#makeOne(folder)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || folder === path.dirname(folder)) throw error
      this.makeFolder(path.dirname(folder))
      this.#makeOne(folder)
    }
  }

  /** Removes the folders that were created, if they are empty. */
  removeFolders(): void {
    for (const folder of this.#folders.splice(0).reverse()) {
      try {
        rmdirSync(folder)
      } catch {
        // Another program has put a file into the folder.
      }
    }
  }

  /**
   * Removes a new data directory, unless anything was stored in it. Call it with the lock, after the history was closed
   * without a study in it. The marker goes first: it tells a program that waits for the lock that it must start again.
   */
  remove({ dataDir, marker, database }: Paths): void {
    const history = ['', '-wal', '-shm', '-journal', '.writer', '.lock-journal', '.lock'].map((end) => database + end)
    const isOwn = (file: string): boolean =>
      file === marker || history.includes(file) || (this.#folders.includes(file) && readdirSync(file).length === 0)
    try {
      if (!this.isNew || !readdirSync(dataDir).every((name) => isOwn(path.join(dataDir, name)))) return
      for (const file of [marker, ...history]) rmSync(file, { force: true })
      this.removeFolders()
    } catch {
      // The directory stays: the reason for which the command failed must be reported.
    }
  }

  /** The same without the lock, which could not be acquired, if there is no history. */
  removeWithoutHistory(paths: Paths): void {
    if (!existsSync(paths.database)) this.remove(paths)
  }

  #makeOne(folder: string): void {
    try {
      mkdirSync(folder)
      this.#folders.push(folder)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}
