/** Work that may wait for the next frames: as much in each as leaves the window answering. */

/** Of a frame's 16 ms; drawing comes on top. */
const budgetMs = 6
const waiting = new Set<() => void>()
let asked = 0

/** Does `work` in one of the next frames, in the order asked for. Returns what takes it back. */
export function inTurn(work: () => void): () => void {
  waiting.add(work)
  if (asked === 0) asked = requestAnimationFrame(turn)
  return () => void waiting.delete(work)
}

function turn(): void {
  asked = 0
  const began = performance.now()
  for (const work of waiting) {
    waiting.delete(work)
    work()
    if (performance.now() - began > budgetMs) break
  }
  if (waiting.size > 0) asked = requestAnimationFrame(turn)
}
