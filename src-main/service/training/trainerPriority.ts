/**
 * Lowers the priority of trainers. A trainer has one thread per core, so a window would wait for a core in every task.
 * The priority is lowest while a person uses the window.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

/** Values of the command `nice`, added to this process's own niceness. */
export interface Niceness {
  /** Niceness of a trainer's process at all times, and of its session while nobody uses the window. */
  usual: number
  /** Niceness of a trainer's session while a person uses the window. */
  inUse: number
}

/** How long a report of use holds, in ms. A window in use reports once a second. */
const useMs = 3000
/** Linux accepts one change of a session's niceness per 100 ms from an unprivileged user (EAGAIN otherwise). */
const retryMs = 110

/** @throws NodeJS.ErrnoException */
export type SetSessionNiceness = (pid: number, niceness: number) => void

const setSessionNiceness: SetSessionNiceness = (pid, niceness) =>
  writeFileSync(`/proc/${pid}/autogroup`, String(niceness))

/**
 * Linux shares processors among sessions first (sched(7), autogroup), and each trainer has a session of its own. An
 * unprivileged process may raise and lower the niceness of a session, but only raise that of a process. Therefore the
 * process keeps a fixed niceness, and the session's niceness follows the use of the window. Without autogroups (another
 * system, kernel.sched_autogroup_enabled=0, or processor shares by control group) only the niceness of the process has
 * an effect.
 */
export class TrainerPriority {
  readonly #niceness: Niceness
  readonly #setSession: SetSessionNiceness
  /** The niceness of each session, by process id. */
  readonly #trainers = new Map<number, number | null>()
  #use: NodeJS.Timeout | null = null
  #retry: NodeJS.Timeout | null = null

  constructor(niceness: Niceness = { usual: 0, inUse: 0 }, setSession: SetSessionNiceness = setSessionNiceness) {
    this.#niceness = niceness
    this.#setSession = setSession
  }

  /**
   * Adjusts a trainer until it ends: all of its threads, and later ones, which inherit the niceness.
   * @returns a function that ends the adjustments; call it when the process has ended
   */
  add(pid: number): () => void {
    const { usual, inUse } = this.#niceness
    if (usual === 0 && inUse === 0) return () => undefined
    setNiceness(pid, aboveOwn(usual))
    this.#trainers.set(pid, null)
    this.#apply()
    return () => void this.#trainers.delete(pid)
  }

  /** Call while a person uses the window, at least once every 3 s. */
  reportUse(): void {
    if (this.#use) {
      this.#use.refresh()
      return
    }
    this.#use = setTimeout(() => {
      this.#use = null
      this.#apply()
    }, useMs).unref()
    this.#apply()
  }

  close(): void {
    if (this.#use) clearTimeout(this.#use)
    if (this.#retry) clearTimeout(this.#retry)
    this.#trainers.clear()
  }

  #apply(): void {
    const niceness = aboveOwn(this.#use ? this.#niceness.inUse : this.#niceness.usual)
    for (const [pid, applied] of this.#trainers) {
      if (applied === niceness) continue
      try {
        this.#setSession(pid, niceness)
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN') {
          this.#applyLater()
          continue
        }
        // The process has ended, or the system has no autogroups.
      }
      this.#trainers.set(pid, niceness)
    }
  }

  #applyLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null
      this.#apply()
    }, retryMs).unref()
  }
}

const aboveOwn = (niceness: number): number => Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness)

/**
 * Linux keeps a niceness per thread, and a process may have started threads before this call. A later pass finds
 * threads that start in between. The passes end because new threads inherit the niceness.
 */
function setNiceness(pid: number, niceness: number): void {
  const done = new Set<number>()
  for (;;) {
    const found = threadsOf(pid).filter((thread) => !done.has(thread))
    if (found.length === 0) return
    for (const thread of found) {
      done.add(thread)
      try {
        setPriority(thread, niceness)
      } catch {
        // The thread has ended.
      }
    }
  }
}

/** Without /proc, only the process itself is returned. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return [pid]
  }
}
