/**
 * The trainer: a process of its own for one run, told what to do over Node's IPC. With `--probe`: prints the device.
 * With `--turns`: is timed.
 */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { toErrorValue } from '../contract/errors'
import { trainerCommand, type TrainerJob, type TrainerSignal } from '../contract/trainer/messages'
import { timedWork } from '../contract/trainer/turns'
import { loadTensorFlow } from '../graph/tensorflow'
import { beginProgram } from '../system/program'
import { onEndSignals } from '../system/signals'
import { showTrainerState } from '../system/trainerProcesses'
import { Control, StopRequested } from './control'
import { probeDevice } from './environment'
import { Recorder } from './recorder'
import { trainRun } from './run'
import { Diverged } from './training'
import { endWith, takeTurnsAt } from './measurements/turns'

beginProgram()
if (process.argv.includes('--probe')) {
  loadTensorFlow()
    .then(probeDevice)
    .then(
      (probe) => process.stdout.write(`${JSON.stringify(probe)}\n`),
      (error: unknown) => {
        process.stderr.write(`${toErrorValue(error).message}\n${causeOf(error)}`)
        process.exitCode = 1
      },
    )
} else if (process.argv[2] === '--turns') {
  showTrainerState('timing')
  endWith(Promise.resolve(process.argv[3] ?? 'null').then((job) => takeTurnsAt(timedWork.parse(JSON.parse(job)))))
} else if (process.send) {
  serve()
} else {
  process.stderr.write('A trainer is started by the service, not by hand.\n')
  process.exitCode = 2
}

function serve(): void {
  // It does not keep a trainer that has nothing more to do.
  new Worker(path.join(__dirname, 'watchdog.js')).unref()
  showTrainerState('training')
  const recorder = new Recorder(signal)
  const control = new Control((state) => {
    showTrainerState(state === 'paused' ? 'paused' : 'training')
    recorder.record({ type: state })
  })
  control.recorder = recorder
  // The service is gone: nobody could keep what would be measured from here on.
  process.on('disconnect', () => process.exit(1))
  // Slurm and a system that shuts down signal every process: the run stops in order whichever process is first. SIGHUP
  // is for programs with a terminal, and a trainer has none.
  onEndSignals((signal) => {
    if (signal !== 'SIGHUP') control.stop(signal)
  })
  let job: TrainerJob | null = null
  process.on('message', (message) => {
    const command = trainerCommand.parse(message)
    if (command.type === 'pause') control.pause()
    else if (command.type === 'resume') control.resume()
    else if (command.type === 'checkpoint') control.checkpoint()
    else if (command.type === 'stop') control.stop()
    else if (job === null) {
      job = command
      void carryOut(job, control, recorder)
    }
  })
}

async function carryOut(job: TrainerJob, control: Control, recorder: Recorder): Promise<void> {
  try {
    await trainRun(job, control, recorder, (progress) => signal({ type: 'progress', progress }))
  } catch (error) {
    if (error instanceof StopRequested)
      recorder.record({ type: 'stopped', ...(control.stoppedBy && { signal: control.stoppedBy }) })
    else if (error instanceof Diverged)
      recorder.record({
        type: 'diverged',
        step: error.step,
        epoch: error.epoch,
        learningRate: error.learningRate,
        message: error.message,
      })
    else {
      process.stderr.write(causeOf(error))
      recorder.record({ type: 'failed', error: toErrorValue(error) })
    }
  }
  try {
    await recorder.written(() => control.stopRequested)
  } catch (error) {
    // The service finds no end in the journal and records that the process ended.
    process.stderr.write(causeOf(error))
  }
  // Closing the channel drops what is still to be written, and a service that stands still may read nothing for long.
  await delivered()
  process.removeAllListeners('disconnect')
  process.on('disconnect', () => process.exit(0))
  process.disconnect?.()
}

/** Signals that are not written to the channel yet, and who waits for that. */
let underway = 0
let whenDelivered: (() => void) | null = null

function signal(what: TrainerSignal): void {
  underway++
  // Also called for a broken channel, which without it would be an uncaught error; 'disconnect' says it all.
  process.send?.(what, undefined, undefined, () => {
    if (--underway === 0) whenDelivered?.()
  })
}

async function delivered(): Promise<void> {
  if (underway > 0) await new Promise<void>((resolve) => (whenDelivered = resolve))
}

/** For the log: the stack of what went wrong, and of what was beneath it. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`
  return `${error.stack ?? error.message}\n${error.cause === undefined ? '' : `because of ${causeOf(error.cause)}`}`
}
