/** Work that may wait for the next frames: all of it together takes as much of each as leaves the window answering. */

/** Of a frame, in milliseconds; layout and painting of what was made come on top and take about as long again. */
const budgetMs = 6

/** Does about `leftMs` of its work; says whether there is more. */
export type Part = (leftMs: number) => boolean

const waiting = new Set<Part>()
let asked = 0

/**
 * Does a part of some work in each of the next frames until there is no more. Who waits longest comes first, and at
 * least one part is done in a frame. Returns what takes it back.
 */
export function inTurns(part: Part): () => void {
  waiting.add(part)
  if (asked === 0) asked = requestAnimationFrame(turn)
  return () => void waiting.delete(part)
}

/** Does `work` in one of the next frames, in the order asked for. Returns what takes it back. */
export function inTurn(work: () => void): () => void {
  return inTurns(() => {
    work()
    return false
  })
}

/** Waits for a task of its own: what follows an answer of the service that took long to take in. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function turn(): void {
  asked = 0
  const end = performance.now() + budgetMs
  for (const part of [...waiting]) {
    // Another part may have taken it back.
    if (!waiting.delete(part)) continue
    // Behind the others, whose turn comes first next time.
    if (part(Math.max(0, end - performance.now()))) waiting.add(part)
    if (performance.now() >= end) break
  }
  if (waiting.size > 0 && asked === 0) asked = requestAnimationFrame(turn)
}
