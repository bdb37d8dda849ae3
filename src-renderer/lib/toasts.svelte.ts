/** Short notices that go by themselves. */
import type { ClientError } from './client'

export interface Toast {
  id: number
  text: string
  /** What to do about it, for errors. */
  fix: string | null
  kind: 'info' | 'error'
  /** A button within the notice, such as Undo. */
  action: { label: string; run: () => void } | null
}

const shownMs = 8000

class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #last = 0

  info(text: string, action: Toast['action'] = null): void {
    this.#add({ text, fix: null, kind: 'info', action })
  }

  error(error: ClientError): void {
    this.#add({ text: error.message, fix: error.fix ?? null, kind: 'error', action: null })
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  #add(toast: Omit<Toast, 'id'>): void {
    const id = ++this.#last
    this.list = [...this.list.slice(-2), { ...toast, id }]
    // Errors stay until they are closed: they may be read late.
    if (toast.kind === 'info') setTimeout(() => this.close(id), toast.action ? shownMs * 2 : shownMs)
  }
}

export const toasts = new Toasts()
