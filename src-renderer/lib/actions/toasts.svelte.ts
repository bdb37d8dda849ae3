/** Short notices that expire; a deletion can be undone from one. */
import type { ClientError } from '../data/client'
import { call, toClientError } from '../data/client'

export interface Toast {
  id: number
  text: string
  /** What to do about it, for errors. */
  fix: string | null
  kind: 'info' | 'error'
  undo: (() => Promise<void>) | null
  /** A follow-up action, as a button. */
  next: { label: string; run: () => void } | null
}

const shownMs = 8000
/** Long enough to notice what is missing. */
const undoMs = 10_000

class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #last = 0
  readonly #ends = new Map<number, ReturnType<typeof setTimeout>>()
  /** Called when a notice expires or is dismissed. */
  readonly #onExpires = new Map<number, () => void>()

  info(text: string, next: Toast['next'] = null): void {
    this.#add({ text, fix: null, kind: 'info', undo: null, next })
  }

  error(error: ClientError): void {
    this.#add({ text: error.message, fix: error.fix ?? null, kind: 'error', undo: null, next: null })
  }

  /** Announces a written file or folder; only the shell knows its path. */
  written(text: string): void {
    this.info(text, {
      label: 'Show in folder',
      run: () => void call('shell.showWritten', {}).catch((thrown: unknown) => this.error(toClientError(thrown))),
    })
  }

  /**
   * Shows an action that can be undone for 10 s, longer while the toast has the pointer or the focus.
   * @param undo reverts the action; a rejection becomes a notice
   * @param onExpire called when it can no longer be undone, for example to delete what was only moved
   */
  undoable({
    message,
    undo,
    onExpire,
  }: {
    message: string
    undo: () => Promise<unknown>
    onExpire?: () => void
  }): void {
    const id = this.#add({
      text: message,
      fix: null,
      kind: 'info',
      next: null,
      undo: async () => {
        this.#onExpires.delete(id)
        this.close(id)
        try {
          await undo()
        } catch (thrown) {
          this.error(toClientError(thrown))
        }
      },
    })
    if (onExpire) this.#onExpires.set(id, onExpire)
  }

  /** Undoes the newest action; returns whether there was one. */
  undoLast(): boolean {
    const toast = this.list.findLast((one) => one.undo !== null)
    void toast?.undo?.()
    return toast !== undefined
  }

  /** Keeps a notice open. */
  hold(id: number): void {
    clearTimeout(this.#ends.get(id))
    this.#ends.delete(id)
  }

  /** Restarts the notice's timer. */
  release(id: number): void {
    const toast = this.list.find((one) => one.id === id)
    // Errors stay until they are dismissed: the user may read them later.
    if (!toast || toast.kind === 'error') return
    this.hold(id)
    this.#ends.set(
      id,
      setTimeout(() => this.close(id), toast.undo ? undoMs : shownMs),
    )
  }

  close(id: number): void {
    this.hold(id)
    this.list = this.list.filter((toast) => toast.id !== id)
    this.#onExpires.get(id)?.()
    this.#onExpires.delete(id)
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = ++this.#last
    // The oldest notice is removed; one with Undo only for another one with Undo.
    const most = 3
    if (this.list.length >= most) this.close((this.list.find((one) => one.undo === null) ?? this.list[0])?.id ?? 0)
    this.list = [...this.list, { ...toast, id }]
    this.release(id)
    return id
  }
}

export const toasts = new Toasts()
