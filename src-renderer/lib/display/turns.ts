/** Work that may wait for the next frames. All of it shares a part of each frame, so that the window keeps answering. */

/** What a frame may take in all, with layout and painting of what was made. */
const frameMs = 12
/** Limits of what the work itself may take of a frame. */
const leastMs = 2
const mostMs = 4
/** Of the next frame: less if layout and painting took long in the last ones. */
let budgetMs = mostMs

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
  const began = performance.now()
  const end = began + budgetMs
  afterFrame(() => {
    const spentMs = Math.max(1, performance.now() - began)
    budgetMs = Math.min(mostMs, Math.max(leastMs, (budgetMs * frameMs) / spentMs))
  })
  for (const part of [...waiting]) {
    // Another part may have taken it back.
    if (!waiting.delete(part)) continue
    // Behind the others, whose turn comes first next time.
    if (part(Math.max(0, end - performance.now()))) waiting.add(part)
    if (performance.now() >= end) break
  }
  if (waiting.size > 0 && asked === 0) asked = requestAnimationFrame(turn)
}

/** Calls `done` when the frame under way has been laid out and painted: a message is received in the next task. */
function afterFrame(done: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    done()
  }
  port2.postMessage(null)
}
