/** Tasks that can wait for the next frames. They share a part of each frame, so that the window stays responsive. */

/** Target duration of a frame, layout and painting included. */
const frameMs = 12
/** Limits of the tasks' share of a frame. */
const minBudgetMs = 2
const maxBudgetMs = 4
/** The tasks' share of the next frame: lower after frames with slow layout or painting. */
let budgetMs = maxBudgetMs

/** Works for about `leftMs`. Returns whether there is more work. */
export type FrameTask = (leftMs: number) => boolean

const waiting = new Set<FrameTask>()
let frameRequest = 0

/**
 * Runs the task once per frame until it returns false. The task that has waited longest runs first, and each frame runs
 * at least one. Returns a function that cancels the task.
 */
export function repeatInFrames(task: FrameTask): () => void {
  waiting.add(task)
  if (frameRequest === 0) frameRequest = requestAnimationFrame(runFrame)
  return () => void waiting.delete(task)
}

/** Runs `work` in one of the next frames, in the order of the calls. Returns a function that cancels it. */
export function runInFrame(work: () => void): () => void {
  return repeatInFrames(() => {
    work()
    return false
  })
}

/** Resolves in a new task of the event loop, so that parsing a large answer and using it are two tasks. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function runFrame(): void {
  frameRequest = 0
  const began = performance.now()
  const end = began + budgetMs
  afterFrame(() => {
    const spentMs = Math.max(1, performance.now() - began)
    budgetMs = Math.min(maxBudgetMs, Math.max(minBudgetMs, (budgetMs * frameMs) / spentMs))
  })
  for (const task of [...waiting]) {
    // Another task may have cancelled this one.
    if (!waiting.delete(task)) continue
    // Moves an unfinished task to the end of the queue.
    if (task(Math.max(0, end - performance.now()))) waiting.add(task)
    if (performance.now() >= end) break
  }
  if (waiting.size > 0 && frameRequest === 0) frameRequest = requestAnimationFrame(runFrame)
}

/** Calls `done` after layout and painting of the current frame: a message arrives in the task after the frame. */
function afterFrame(done: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    done()
  }
  port2.postMessage(null)
}
