/**
 * Runs one parser in a separate process, which Node's permission model restricts to one folder and no child processes;
 * any violation is a fault. Its command line has the job; progress is sent over Node's IPC.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isTargetName, targets } from './targets'

export interface WorkerMessage {
  done?: number
  result?: unknown
}

/** @param args name, inputs, seed, folder */
export async function work(
  [name = '', inputs = '', seed = '', folder = '']: readonly string[],
  send: (message: WorkerMessage) => void,
): Promise<void> {
  if (!isTargetName(name)) throw new Error(`there is no parser ${name}`)
  // Next to the folder there are files that nothing may touch.
  const inside = path.join(folder, 'inside')
  mkdirSync(inside)
  writeFileSync(path.join(folder, 'outside.txt'), 'untouched')
  const start = performance.now()
  const { of } = targets[name]
  const { check } = await targets[name].prepare(inside)
  const alive = async (done: number): Promise<void> => {
    send({ done })
    // SQLite's statements are small to the garbage collector: without regular collections, free memory would count as
    // used.
    if (done % 1000 === 0) globalThis.gc?.()
    await setImmediate()
  }
  const outcome = await check({ inputs: Number(inputs), seed: Number(seed), alive })
  const others = readdirSync(folder).filter((file) => file !== 'inside' && file !== 'outside.txt')
  const fault =
    outcome.fault ??
    (others.length > 0 ? { message: `left ${others.join(', ')} outside of its folder`, input: '', path: null } : null)
  send({
    result: {
      of,
      inputs: outcome.inputs,
      accepted: outcome.accepted,
      refused: outcome.refused,
      slowestMs: Math.round(outcome.slowestMs),
      memoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
      seconds: Math.round((performance.now() - start) / 100) / 10,
      fault,
    },
  })
}
