/** Declares a call of the service: parameters, result and access, from which everything else is derived. */
import { z } from 'zod'

/**
 * `read` changes nothing in the history and is answered while another program holds it; `write` needs the writer lock.
 */
export type Access = 'read' | 'write'

interface Call<A extends Access, P extends z.ZodType, R extends z.ZodType> {
  access: A
  params: P
  result: R
}

export function read<P extends z.ZodType, R extends z.ZodType>(params: P, result: R): Call<'read', P, R> {
  return { access: 'read', params, result }
}

export function write<P extends z.ZodType, R extends z.ZodType>(params: P, result: R): Call<'write', P, R> {
  return { access: 'write', params, result }
}

/** Marks a call that takes a path. A window cannot make it: the shell does, with a path that was chosen in a dialog. */
export function withPath<C extends object>(call: C): C & { path: 'dialog' } {
  return { ...call, path: 'dialog' }
}

/** Parameters of a call without any. */
export const none = z.strictObject({})

/** Result of a call that returns nothing. */
export const ok = z.object({ ok: z.literal(true) })
