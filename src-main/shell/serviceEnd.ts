/** Why a service process is gone, in words. Pure. */
export interface ServiceEnd {
  code: number | null
  signal: string | null
  /** The process could not be started at all. */
  startError: string | null
  lastWords: string | null
}

export function endReason({ code, signal, startError, lastWords }: ServiceEnd): string {
  if (startError !== null) return `The service could not be started: ${startError}.`
  const words = lastWords === null ? '' : ` Its last words: ${lastWords}`
  if (signal === 'SIGKILL') return 'The service was killed (SIGKILL); the system may have run out of memory.'
  if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') return `The service was ended from outside (${signal}).`
  if (signal !== null) return `The service crashed (${signal}).${words}`
  if (code === 0) return 'The service ended by itself.'
  return `The service ended with exit code ${code ?? 'unknown'}.${words}`
}
