/** Runs a button's call of the service and shows a notice if it fails. */
import { toClientError } from '../data/client'
import { toasts } from './toasts.svelte'

/** Returns the answer, or null if the call failed and a notice was shown. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (thrown) {
    toasts.error(toClientError(thrown))
    return null
  }
}
