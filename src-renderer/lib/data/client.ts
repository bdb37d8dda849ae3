/** The one way out of the window: typed calls of the service and the shell, and what they tell without being asked. */
import {
  messageOf,
  type ErrorCode,
  type ErrorValue,
  type EventName,
  type EventPayload,
  type RendererCall,
  type RendererParams,
  type RendererResult,
  type WorkbenchBridge,
} from '../../../src-main/contract'

declare global {
  interface Window {
    readonly workbench: WorkbenchBridge
  }
}

/** An expected error of a call: shown to the person as it is. */
export class ClientError extends Error {
  readonly code: ErrorCode
  /** What to do about it, as a sentence. */
  readonly fix: string | undefined
  /** The form field that is wrong, as a dotted path into the call's parameters. */
  readonly field: string | undefined

  constructor(value: ErrorValue) {
    super(value.message)
    this.name = 'ClientError'
    this.code = value.code
    this.fix = value.fix
    this.field = value.field
  }
}

/** @throws ClientError always, whatever went wrong: a page has one kind of error to show */
export async function call<C extends RendererCall>(name: C, params: RendererParams<C>): Promise<RendererResult<C>> {
  let outcome
  try {
    // What a form holds are reactive proxies, which can't be cloned over the bridge; what travels is JSON anyway.
    outcome = await window.workbench.call(name, JSON.parse(JSON.stringify(params)) as RendererParams<C>)
  } catch (thrown) {
    throw toClientError(thrown)
  }
  if (!outcome.ok) throw new ClientError(outcome.error)
  return outcome.value
}

/** Returns the function that ends the subscription: return it from an effect. */
export function on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.workbench.on(event, listener)
}

export function toClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown
  return new ClientError({ code: 'internal', message: messageOf(thrown) })
}
