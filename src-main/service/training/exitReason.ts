import { processReason } from '../../contract/runs/endReasons'
import type { TrainerEnd } from './trainers'

/**
 * Lines that TensorFlow logs at every start, such as 'I0000 00:00:1795447937.124070 27075 port.cc:153] …'. They do not
 * explain an exit.
 */
const chatter = /^(I\d{4} |\d{4}-\d\d-\d\d [\d:.]+: I |WARNING: All log messages before absl::InitializeLog)/

/** Returns why a trainer ended without a result, as a sentence. */
export function exitReason({ code, signal, startError, output }: TrainerEnd): string {
  const last = output.findLast((line) => !chatter.test(line))
  const reason = processReason('trainer', { code, signal, startError: startError?.message ?? null })
  return last === undefined || signal === 'SIGKILL'
    ? `${reason}.`
    : `${reason}. Its last words: ${last.trim().slice(0, 500)}`
}
