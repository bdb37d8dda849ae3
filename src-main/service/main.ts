/** The service as a process of its own, forked by the shell: requests and replies over Node's IPC. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { CloseCause } from '../contract/endReasons'
import { toErrorValue } from '../contract/errors'
import { closeRequest, request, type Reply } from '../contract/wire'
import { beginProgram } from '../system/program'
import { onEndSignals } from '../system/signals'
import { defaultDataDir } from './dataDir'
import { repairHistory } from './repair'
import { createService, type Service } from './service'

/**
 * As of the command `nice`: how far trainers give way to the window. A trainer has a thread for each core. It keeps at
 * least a third of a core against two busy processes on two cores, whether these share a session or not. Linux gives
 * niceness 3 a weight of 526, 5 of 335, 10 of 110 and everything at 0 1024. Cores that a trainer kept against two busy
 * loops in one session and in a session each, by `npm run bench:ui -- --share` (bench/results/campaigns/share.json, on
 * a busy machine): 0.98 and 0.85 at niceness 3, 0.31 and 0.21 at 5, 0.08 and 0.05 at 10. By weights alone: 0.68 and
 * 0.41, 0.49 and 0.28, 0.19 and 0.10.
 */
const niceness = 3

beginProgram()
if (process.send) {
  void main()
} else {
  process.stderr.write('The service is started by the desktop program; `mcnn` does the same in a terminal.\n')
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
      // Told as one that can't start: started again, it would meet the same.
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
  // The shell announces its end: without a word, it crashed or was killed.
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
  // Without an id there is nobody to answer.
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
