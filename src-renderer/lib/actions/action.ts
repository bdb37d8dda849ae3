/** What a button does with the service: an error becomes a notice. */
import { toClientError } from '../data/client'
import { toasts } from './toasts.svelte'

/** Returns the answer, or null after the person was told what went wrong. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (thrown) {
    toasts.error(toClientError(thrown))
    return null
  }
}
