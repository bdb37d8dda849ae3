/** Common start-up of our processes. */
import { codeOf, onEndSignals } from './signals'
import { outliveStandardStreams } from './standardStreams'

/**
 * Lets this process outlive its terminal: errors of the standard streams do not end it, an ignored SIGHUP stays
 * ignored, and SIGUSR1 opens no debugger. Other signals end it until `onEndSignals` is called with a function that
 * stops cleanly.
 */
export function beginProgram(onStreamError?: Parameters<typeof outliveStandardStreams>[0]): void {
  outliveStandardStreams(onStreamError)
  onEndSignals((signal) => process.exit(codeOf(signal)))
}
