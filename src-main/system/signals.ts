/** Signals that ask this process to stop; the setup handles them in the same way. */
export { codeOf, endSignals, onEndSignals, reclaimEndSignals } from '../../setup/lib/signals.mjs'
