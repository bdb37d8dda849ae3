/** The window's only connection to other processes: typed calls of the service and the shell, and their events. */
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

/** An expected error of a call, shown to the user as it is. */
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

/** @throws ClientError always, so that pages handle one kind of error */
export async function call<C extends RendererCall>(name: C, params: RendererParams<C>): Promise<RendererResult<C>> {
  let outcome
  try {
    // Forms contain reactive proxies, which cannot be cloned over the bridge. Messages are JSON anyway.
    outcome = await window.workbench.call(name, JSON.parse(JSON.stringify(params)) as RendererParams<C>)
  } catch (thrown) {
    throw toClientError(thrown)
  }
  if (!outcome.ok) throw new ClientError(outcome.error)
  return outcome.value
}

/** Returns a function that unsubscribes; return it from an effect. */
export function on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.workbench.on(event, listener)
}

export function toClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown
  return new ClientError({ code: 'internal', message: messageOf(thrown) })
}
