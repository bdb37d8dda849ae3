/** The text of `mcnn runs show`: a run's facts, config, epochs and events. */
import { duration, fixed, percent, whole } from '../../../analysis/text/numbers'
import { settingsWords } from '../../../analysis/query/runRows'
import { clock, dateTime } from '../../../analysis/text/time'
import { sharedNotes, timed } from '../../../analysis/text/timing'
import type { RunDetail } from '../../../contract/runs/runs'
import { columns } from '../../output/columns'
import { accuracyWords, runName } from '../../output/progress'

export function runDetailText({
  run,
  config,
  environment,
  datasetFingerprint,
  weightsFile,
  epochs,
  events,
}: RunDetail): string {
  const reason = run.reason === null ? '' : ` (${run.reason})`
  const facts: [string, string | null][] = [
    ['Run', run.id],
    ['Study', `${run.studyName} (${run.studyId})`],
    ['State', run.state + reason],
    ['Created', dateTime(run.createdAt)],
    ['Started', dateTime(run.startedAt)],
    ['Ended', dateTime(run.endedAt)],
    ['Result', accuracyWords(run)],
    ['Parameters', `${whole(run.trainableParameters)}, filters ${whole(run.trainableFilters)}`],
    ['Data', datasetFingerprint],
    ['Weights', weightsFile],
    ['SHA-256', run.weightsSha256],
    ['Device', environment && `${environment.device}; ${environment.cpu}, ${environment.cores} cores`],
    ['Kernels', environment?.kernels ?? null],
    [
      'Versions',
      environment && `program ${environment.program}, TensorFlow ${environment.tensorflow}, Node ${environment.node}`,
    ],
    ['Variables', environment?.variables ? settingsWords(environment.variables) : null],
    [
      'Code',
      environment?.git ? `${environment.git.commit}${environment.git.dirty ? ', with uncommitted changes' : ''}` : null,
    ],
  ]
  const label = (text: string): string => timed(text, run.timing)
  const width = Math.max(...facts.map(([label]) => label.length), ...Object.keys(config).map((key) => key.length))
  const line = ([label, value]: readonly [string, string | null]): string => `${label.padEnd(width)}  ${value ?? '–'}`
  const held = epochs.some((epoch) => typeof epoch.validationAccuracy === 'number')
  const epochRows = epochs.map((epoch) => [
    String(epoch.epoch),
    fixed(epoch.trainLoss, 4),
    percent(epoch.trainAccuracy),
    ...(held ? [fixed(epoch.validationLoss ?? null, 4), percent(epoch.validationAccuracy ?? null)] : []),
    fixed(epoch.testLoss, 4),
    percent(epoch.testAccuracy),
    String(epoch.learningRate),
    label(whole(epoch.imagesPerSecond)),
    label(duration(epoch.seconds)),
  ])
  return [
    runName(run),
    '',
    ...facts.map(line),
    '',
    ...Object.entries(config).map(([key, value]) =>
      line([key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
    '',
    ...(epochRows.length === 0
      ? []
      : [
          columns(
            [
              '>Epoch',
              '>Loss',
              '>Train %',
              ...(held ? ['>Val. loss', '>Val. %'] : []),
              '>Test loss',
              '>Test %',
              '>Rate',
              '>Images/s',
              '>Time',
            ],
            epochRows,
            sharedNotes([run]),
          ),
        ]),
    ...events.map(
      (event) => `${dateTime(event.at)}:${clock(event.at).slice(-2)}  ${event.level.padEnd(7)}  ${event.message}`,
    ),
    '',
  ].join('\n')
}
