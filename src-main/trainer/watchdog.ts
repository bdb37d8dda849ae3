/**
 * A thread that ends the trainer when the service is gone. The trainer's own thread hears of that only between two
 * steps, and loading TensorFlow or recording a graph keeps it for seconds, training for nobody.
 */
const everyMs = 250
/** For what the trainer's own thread does on hearing of it. */
const graceMs = 750

const parent = process.ppid
const watch = setInterval(() => {
  // Who has lost its parent is given another.
  if (process.ppid === parent) return
  clearInterval(watch)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs)
}, everyMs)
