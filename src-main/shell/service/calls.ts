/** Handles a window's calls: checks sender, name, size and schema, and always answers with a value. */
import type { z } from 'zod'
import { maxFileLength, shellCalls, type ShellCall, type ShellCalls } from '../../contract/window/shell'
import { rendererServiceCalls, serviceCalls, type RendererServiceCall } from '../../contract/calls'
import { WorkbenchError, toErrorValue } from '../../contract/errors'
import { serviceEvents, type EventName } from '../../contract/events'
import type { CallOutcome } from '../../contract/wire'

/** Limit of a call's parameters, in characters of JSON: a study plan of a hundred seeds has under ten thousand. */
const maxParamsLength = 1_000_000
/** In JSON a line feed or a quote takes two characters. */
const maxSavedLength = 2 * maxFileLength + 1000

export type ShellHandlers = {
  [C in ShellCall]: (params: z.output<ShellCalls[C]['params']>) => Promise<z.output<ShellCalls[C]['result']>>
}

export interface CallRoutes {
  shell: ShellHandlers
  service: (call: RendererServiceCall, params: unknown) => Promise<unknown>
}

/**
 * Answers one call of a window.
 * @param trusted whether it came from the top frame of our window, showing our page
 */
export async function answer(
  routes: CallRoutes,
  trusted: boolean,
  call: unknown,
  params: unknown,
): Promise<CallOutcome<unknown>> {
  try {
    if (!trusted) throw new WorkbenchError('bad-input', 'Only the program’s own window may make calls.')
    if (typeof call !== 'string') throw new WorkbenchError('bad-input', 'The name of a call must be a string.')
    const plain = plainJson(params, call === 'shell.saveFile' ? maxSavedLength : maxParamsLength)
    if (isShellCall(call)) return { ok: true, value: await callShell(routes.shell, call, plain) }
    if (isRendererServiceCall(call))
      return { ok: true, value: await routes.service(call, serviceCalls[call].params.parse(plain)) }
    throw new WorkbenchError('bad-input', `A window cannot make the call “${call.slice(0, 100)}”.`)
  } catch (thrown) {
    return { ok: false, error: toErrorValue(thrown) }
  }
}

async function callShell<C extends ShellCall>(handlers: ShellHandlers, call: C, params: unknown): Promise<unknown> {
  // TypeScript cannot relate a schema and a handler with the same index.
  const handler = handlers[call] as (parsed: unknown) => Promise<unknown>
  return handler(shellCalls[call].params.parse(params))
}

/** Returns the value after JSON serialisation, which is what the service receives. */
function plainJson(params: unknown, maxLength: number): unknown {
  let text: string | undefined
  try {
    text = JSON.stringify(params)
  } catch (cause) {
    throw new WorkbenchError('bad-input', 'The parameters are not plain JSON.', { cause })
  }
  if (text === undefined) throw new WorkbenchError('bad-input', 'The parameters are missing.')
  if (text.length > maxLength)
    throw new WorkbenchError('bad-input', `The parameters are too large: ${text.length} characters of JSON.`)
  return JSON.parse(text)
}

function isShellCall(name: string): name is ShellCall {
  return Object.hasOwn(shellCalls, name)
}

function isRendererServiceCall(name: string): name is RendererServiceCall {
  return (rendererServiceCalls as string[]).includes(name)
}

/** Returns whether the service may emit an event of this name; others are the shell's own. */
export function isServiceEvent(name: string): name is EventName {
  return Object.hasOwn(serviceEvents, name)
}
