import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { run } from '../lib/command.mjs'
import { node24, root, runtime } from '../lib/paths.mjs'
import { step } from '../lib/progress.mjs'
import { processor } from './addon.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'
import { version } from './tensorflow.mjs'

const stamp = join(runtime, 'stamps/threads.json')

/**
 * Key of a measurement; the program stores one for each machine that shares this folder.
 * @param {import('./tensorflow.mjs').Device} device
 */
const key = (device) => keyOf(version, device, processor(), cpus()[0]?.model ?? '', String(availableParallelism()))

/** @param {import('./tensorflow.mjs').Device} device */
export const threadsMeasured = (device) => readStamp(stamp, key(device)) !== null

/**
 * Measures TensorFlow's thread counts once per machine. A failure is not repeated, unless another training prevented the
 * measurement: TensorFlow's default is good enough, and `mcnn tune` measures at any time.
 * @param {import('./tensorflow.mjs').Device} device
 */
export async function measureThreads(device) {
  let retry = false
  await step(
    'thread counts for this machine',
    async (update) => {
      const { output } = await run(node24, [join(root, 'out/main/cli.js'), 'tune', '--once', '--json'], {
        stallSeconds: 90,
        watch: (text) => {
          update(text.trim().split('\n').at(-1)?.slice(0, 80) ?? '')
          return false
        },
      })
      retry = isTemporary(output)
      return endingOf(output)
    },
    (ending) => ending,
  )
  if (!retry) writeStamp(stamp, key(device), [])
}

/** @param {string} output of `mcnn tune --json` @returns {string} its message, or a default */
export function endingOf(output) {
  const words = answerIn(output)?.words
  return typeof words === 'string' ? words : 'not measured, TensorFlow’s default is used (run `mcnn tune`)'
}

/** @param {string} output of `mcnn tune --json` @returns {boolean} whether another training prevented the measurement */
export function isTemporary(output) {
  return answerIn(output)?.tuning?.temporary === true
}

/** @param {string} output */
function answerIn(output) {
  try {
    return JSON.parse(output.split('\n').findLast((text) => text.startsWith('{')) ?? 'null')
  } catch {
    return null
  }
}
