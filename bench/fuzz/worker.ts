/**
 * One parser in a process of its own, which may write in one folder only and start nothing: Node's permission model
 * refuses it, and what was refused is a fault. Told by its command line what to do; says over Node's IPC how far it is.
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
  say: (message: WorkerMessage) => void,
): Promise<void> {
  if (!isTargetName(name)) throw new Error(`there is no parser ${name}`)
  // Beside it lies what nothing may touch.
  const inside = path.join(folder, 'inside')
  mkdirSync(inside)
  writeFileSync(path.join(folder, 'outside.txt'), 'untouched')
  const start = performance.now()
  const { of } = targets[name]
  const { check } = await targets[name].prepare(inside)
  const alive = async (done: number): Promise<void> => {
    say({ done })
    // SQLite's statements weigh nothing to the collector: without a look now and then what is free would count as
    // taken.
    if (done % 1000 === 0) globalThis.gc?.()
    await setImmediate()
  }
  const outcome = await check({ inputs: Number(inputs), seed: Number(seed), alive })
  const others = readdirSync(folder).filter((file) => file !== 'inside' && file !== 'outside.txt')
  const fault =
    outcome.fault ??
    (others.length > 0 ? { message: `left ${others.join(', ')} outside of its folder`, input: '', path: null } : null)
  say({
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
