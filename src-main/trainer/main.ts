/**
 * The trainer: a process that trains one run and receives its commands over Node's IPC. With `--probe`, it prints the
 * device. With `--time-steps`, it times steps on request.
 */
import { toErrorValue } from '../contract/errors'
import { trainerCommand, type TrainerJob, type TrainerSignal } from '../contract/trainer/messages'
import { timingJob } from '../contract/trainer/timing'
import { loadTensorFlow } from '../graph/tensorflow'
import { beginProgram } from '../system/program'
import { onEndSignals } from '../system/signals'
import { showTrainerState } from '../system/trainerProcesses'
import { Control, StopRequested } from './control'
import { Detached } from './detached'
import { probeDevice } from './environment'
import { Recorder } from './recorder'
import { trainRun } from './run'
import { Diverged } from './training'
import { endWith, runTimingJob } from './measurements/timingLoop'

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
} else if (process.argv[2] === '--time-steps') {
  showTrainerState('timing')
  endWith(Promise.resolve(process.argv[3] ?? 'null').then((job) => runTimingJob(timingJob.parse(JSON.parse(job)))))
} else if (process.send) {
  serve()
} else {
  process.stderr.write('Only the service starts a trainer. Use `mcnn train`.\n')
  process.exitCode = 2
}

function serve(): void {
  showTrainerState('training')
  const recorder = new Recorder(signal)
  const control = new Control((state) => {
    showTrainerState(state === 'paused' ? 'paused' : 'training')
    recorder.record({ type: state })
  })
  control.recorder = recorder
  let detached: Detached | null = null
  // The service has ended. The journal keeps what is measured from here on, and the next service reads it.
  process.on('disconnect', () => {
    if (detached === null) process.exit(1)
    detached.begin(control.pauseRequested)
  })
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
      // The next service may have begun already: it does not know a trainer that has no journal yet.
      if (command.servicePid !== undefined && process.ppid !== command.servicePid) process.exit(1)
      job = command
      if (command.outlivesService) detached = new Detached(command.runDir, control, recorder)
      void executeJob(command, control, recorder, detached)
    }
  })
}

async function executeJob(
  job: TrainerJob,
  control: Control,
  recorder: Recorder,
  detached: Detached | null,
): Promise<void> {
  try {
    await trainRun(job, control, recorder, (progress) => {
      signal({ type: 'progress', progress })
      detached?.report(progress)
    })
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
  // Closing the channel drops unsent messages, and a suspended service may read none for a long time.
  await allSent()
  process.removeAllListeners('disconnect')
  if (!process.connected) process.exit(0)
  process.on('disconnect', () => process.exit(0))
  process.disconnect()
}

/** Number of signals that are not sent yet, and the callback for when all are. */
let unsent = 0
let onAllSent: (() => void) | null = null

function signal(what: TrainerSignal): void {
  unsent++
  // Node calls it for a broken channel too. Without a callback that would be an uncaught error.
  process.send?.(what, undefined, undefined, () => {
    if (--unsent === 0) onAllSent?.()
  })
}

async function allSent(): Promise<void> {
  if (unsent > 0) await new Promise<void>((resolve) => (onAllSent = resolve))
}

/** Returns the stack of an error and of its causes, for the log. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`
  return `${error.stack ?? error.message}\n${error.cause === undefined ? '' : `Caused by: ${causeOf(error.cause)}`}`
}
