import { processReason, type ProcessEnd } from '../../contract/runs/endReasons'

export interface ServiceEnd extends ProcessEnd {
  lastWords: string | null
}

/** Returns why a service process ended, as a sentence. Pure. */
export function endReason({ lastWords, ...end }: ServiceEnd): string {
  const reason = processReason('service', end)
  return lastWords === null || end.signal === 'SIGKILL' ? `${reason}.` : `${reason}. Its last output: ${lastWords}`
}
