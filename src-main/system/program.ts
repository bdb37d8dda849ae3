/** How each of our processes begins. */
import { codeOf, onEndSignals } from './signals'
import { outliveStandardStreams } from './standardStreams'

/**
 * From now on this process outlives its terminal: errors of the standard streams do not end it, a SIGHUP that was
 * ignored stays ignored, and SIGUSR1 opens no debugger. Other signals end it until `onEndSignals` is called with
 * something to stop in order.
 */
export function beginProgram(onStreamError?: Parameters<typeof outliveStandardStreams>[0]): void {
  outliveStandardStreams(onStreamError)
  onEndSignals((signal) => process.exit(codeOf(signal)))
}
