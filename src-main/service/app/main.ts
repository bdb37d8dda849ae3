/** The service process, which the desktop shell forks: receives requests and sends replies over Node's IPC. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { CloseCause } from '../../contract/runs/endReasons'
import { toErrorValue } from '../../contract/errors'
import { closeRequest, request, type Reply } from '../../contract/wire'
import { beginProgram } from '../../system/program'
import { onEndSignals } from '../../system/signals'
import { defaultDataDir } from '../storage/dataDir'
import { repairHistory } from '../storage/repair'
import { createService, type Service } from './service'

/**
 * A trainer keeps at least a third of a core against two busy processes on two cores while nobody uses the window, and
 * a window in use does not wait for its trainer. Linux gives niceness 3 a weight of 526, niceness 10 one of 110, and
 * niceness 0 one of 1024. Measured by `npm run bench:ui -- --share` (bench/results/campaigns/share.json).
 */
const niceness = { usual: 3, inUse: 10 }

beginProgram()
if (process.send) {
  void main()
} else {
  process.stderr.write('Only the desktop program starts this process. In a terminal, use `mcnn`.\n')
  process.exitCode = 2
}

async function main(): Promise<void> {
  let service: Service
  try {
    const { values } = parseArgs({
      options: {
        'data-dir': { type: 'string' },
        program: { type: 'string' },
        repair: { type: 'boolean' },
        'checkpoint-seconds': { type: 'string' },
      },
    })
    const dataDir = values['data-dir'] ?? defaultDataDir()
    const program = values.program ?? 'unknown'
    const checkpointSeconds = Number(values['checkpoint-seconds'])
    if (values.repair) {
      send({ repaired: await repairHistory(dataDir, program) }, () => process.exit(0))
      return
    }
    service = await createService({
      dataDir,
      trainerEntry: path.join(__dirname, 'trainer.js'),
      program,
      access: 'either',
      as: 'the window of MCNN Workbench',
      niceness,
      queue: checkpointSeconds > 0 ? { checkpointSeconds } : {},
      onEvent: (event, payload) => send({ event, payload }),
      // Reported as a failed start: the shell must not restart it, because the next start would fail too.
      onDamage: (error) => {
        send({ startFailed: toErrorValue(error) })
        void service.close().finally(() => process.exit(1))
      },
    })
  } catch (thrown) {
    send({ startFailed: toErrorValue(thrown) }, () => process.exit(1))
    return
  }
  const end = (cause: CloseCause): void => void service.close(cause).finally(() => process.exit(0))
  // The shell announces that it closes. Without the message, it crashed or was killed.
  process.on('disconnect', () => end('lost'))
  onEndSignals(end)
  process.on('message', (message) => {
    const closing = closeRequest.safeParse(message)
    if (closing.success) end(closing.data.close)
    else void answer(service, message)
  })
  if (process.connected) send({ ready: true })
  else end('lost')
}

async function answer(service: Service, message: unknown): Promise<void> {
  const parsed = request.safeParse(message)
  // A message without an id gets no reply.
  if (!parsed.success) return
  const { id, call, params } = parsed.data
  let reply: Reply
  try {
    reply = { id, ok: true, value: await service.handle(call, params) }
  } catch (thrown) {
    const error = toErrorValue(thrown)
    if (error.code === 'internal')
      process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`)
    reply = { id, ok: false, error }
  }
  send(reply)
}

function send(message: object, done: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, done)
  else done()
}
