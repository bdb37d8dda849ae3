/** Loads TensorFlow in a separate process to find out whether it works. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { WorkbenchError } from '../../contract/errors'
import { deviceProbe, type DeviceProbe } from '../../contract/trainer/messages'
import { nodeArguments, trainerEnv } from '../training/trainerEnv'

const run = promisify(execFile)
const timeoutMs = 90_000

export type Probe = () => Promise<DeviceProbe>

/**
 * Returns the cached result of one attempt.
 * @param signal aborts the attempt when the service closes
 */
export function deviceProber(trainerEntry: string, signal: AbortSignal): Probe {
  let probed: Promise<DeviceProbe> | null = null
  return () => {
    // A failure is not cached: the user may fix it and try again.
    probed ??= probeTensorFlow(trainerEntry, signal).catch((thrown: unknown) => {
      probed = null
      throw thrown
    })
    return probed
  }
}

/** @throws WorkbenchError unavailable if TensorFlow does not load */
async function probeTensorFlow(trainerEntry: string, signal: AbortSignal): Promise<DeviceProbe> {
  try {
    const { stdout } = await run(process.execPath, [...nodeArguments, trainerEntry, '--probe'], {
      env: trainerEnv(),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      signal,
    })
    const line = stdout.split('\n').findLast((text) => text.startsWith('{'))
    return deviceProbe.parse(JSON.parse(line ?? 'null'))
  } catch (cause) {
    throw new WorkbenchError('unavailable', `TensorFlow does not load: ${wordsOf(cause)}`, {
      fix: 'Run `npm run setup`.',
      cause,
    })
  }
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if ('killed' in cause && cause.killed === true) return `no answer within ${timeoutMs / 1000} s.`
  const detail = 'stderr' in cause ? String(cause.stderr).trim().split('\n').at(0) : undefined
  return detail || (cause.message.split('\n')[0] ?? cause.message)
}
