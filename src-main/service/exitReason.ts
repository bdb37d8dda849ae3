import type { TrainerEnd } from './trainers'

const nativeCrashes: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']

/** What TensorFlow logs on every start, such as 'I0000 00:00:1795447937.124070   27075 port.cc:153] …': no words of an end. */
const chatter = /^(I\d{4} |\d{4}-\d\d-\d\d [\d:.]+: I |WARNING: All log messages before absl::InitializeLog)/

/** Why a trainer that gave no result is gone, in words. */
export function exitReason(end: TrainerEnd): string {
  const last = end.output.findLast((line) => !chatter.test(line))
  return last === undefined || end.signal === 'SIGKILL' ? `${cause(end)}.` : `${cause(end)}. Its last words: ${last.trim().slice(0, 500)}`
}

function cause({ code, signal, startError }: TrainerEnd): string {
  if (startError) return `The trainer could not be started: ${startError.message}`
  if (signal === 'SIGKILL') return 'The trainer was killed (SIGKILL); the system may have run out of memory'
  if (signal === 'SIGABRT') return 'The trainer was aborted in native code (SIGABRT)'
  if (signal !== null && nativeCrashes.includes(signal)) return `The trainer crashed in native code (${signal})`
  if (signal !== null) return `The trainer was ended from outside (${signal})`
  if (code === 0) return 'The trainer ended without a result'
  return `The trainer ended with exit code ${code ?? 'unknown'}`
}
