/**
 * Ends the trainer when the service has ended. It is a thread, because the trainer's main thread notices that only
 * between two steps, and loading TensorFlow or recording a graph blocks it for seconds.
 */
const everyMs = 250
/** Time for the main thread to exit by itself. */
const graceMs = 750

const parent = process.ppid
const watch = setInterval(() => {
  // A process whose parent has ended gets another parent.
  if (process.ppid === parent) return
  clearInterval(watch)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs)
}, everyMs)
