import type { ServiceCall, ServiceParsed, ServiceResult } from '../../contract/calls'

/** Handlers of all calls in the contract; the compiler rejects a missing handler or a wrong result. */
export type Handlers = {
  [C in ServiceCall]: (params: ServiceParsed<C>) => ServiceResult<C> | Promise<ServiceResult<C>>
}

/** Handlers of the calls whose names begin with a prefix. */
export type HandlersOf<Prefix extends string> = Pick<Handlers, Extract<ServiceCall, `${Prefix}.${string}`>>

export const ok = { ok: true } as const
