import type { ServiceCall, ServiceParsed, ServiceResult } from '../../contract/calls'

/** One handler for every call of the contract: a call without one, or with another result, does not compile. */
export type Handlers = {
  [C in ServiceCall]: (params: ServiceParsed<C>) => ServiceResult<C> | Promise<ServiceResult<C>>
}

/** The handlers of the calls whose names begin so. */
export type HandlersOf<Prefix extends string> = Pick<Handlers, Extract<ServiceCall, `${Prefix}.${string}`>>

export const ok = { ok: true } as const
