/** Short notices that go by themselves. */
import type { ClientError } from './client'

export interface Toast {
  id: number
  text: string
  /** What to do about it, for errors. */
  fix: string | null
  kind: 'info' | 'error'
}

const shownMs = 8000

class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #last = 0

  info(text: string): void {
    this.#add({ text, fix: null, kind: 'info' })
  }

  error(error: ClientError): void {
    this.#add({ text: error.message, fix: error.fix ?? null, kind: 'error' })
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  #add(toast: Omit<Toast, 'id'>): void {
    const id = ++this.#last
    this.list = [...this.list.slice(-2), { ...toast, id }]
    // Errors stay until they are closed: they may be read late.
    if (toast.kind === 'info') setTimeout(() => this.close(id), shownMs)
  }
}

export const toasts = new Toasts()
