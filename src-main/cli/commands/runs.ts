import type { Command } from 'commander'
import { canonicalJson } from '../../analysis/canonicalJson'
import { manifestText } from '../../analysis/manifest'
import { archName, datasetName, variantName } from '../../analysis/names'
import { duration, fixed, percent, whole } from '../../analysis/numbers'
import { runPickedOn } from '../../analysis/picked'
import type { RunDetail, RunSummary } from '../../contract/records'
import type { RunRow } from '../../contract/runLists'
import type { Service } from '../../service/service'
import { findRun, withReader, withService } from '../client'
import { Follower, mustBeDone } from '../follow'
import { wholeNumber } from '../options'
import { columns } from '../columns'
import { writeJson, writeOut } from '../output'
import { accuracyWords, runName } from '../progress'
import type { Globals } from '../program'

export function addRuns(program: Command): void {
  const group = program.command('runs').description('list, show, resume, extend and delete runs; RUN is an id or the beginning of one')

  group
    .command('list')
    .description('list runs, newest first')
    .option('--query <query>', 'only runs that match, as in the window: "variant:mcnn-f depth:32 acc>0.9 state:done -tag:paper"')
    .action(async ({ query }: { query?: string }, command: Command) => {
      const runs = await withReader<(RunSummary & { tags?: string[] })[]>(command, (service) => (query === undefined ? service.call('runs.list', {}) : matching(service, query)))
      if (command.optsWithGlobals<Globals>().json) return writeJson(runs)
      if (runs.length === 0) return writeOut(query === undefined ? 'No runs yet.\n' : 'No run matches.\n')
      writeOut(
        columns(
          ['Run', 'State', 'Data set', 'Arch', 'Variant', '>Seed', '>Epochs', '>Test acc %', '>Best %, picked on', '>Time'],
          runs.map((run) => [
            run.id,
            run.state,
            datasetName(run.dataset),
            archName(run.arch),
            variantName(run.variant),
            String(run.seed),
            `${run.epochsDone}/${run.epochs}`,
            percent(run.testAccuracy),
            run.bestTestAccuracy === null ? percent(null) : `${percent(run.bestTestAccuracy)} ${runPickedOn(run) === 'validation' ? 'val.' : 'test'}`,
            duration(run.seconds),
          ]),
        ),
      )
    })

  group
    .command('show <run>')
    .description('print a run: its config, epochs, environment and events')
    .action(async (name: string, _options: unknown, command: Command) => {
      const detail = await withReader(command, async (service) => {
        const { id } = await findRun(service, name)
        return service.call('runs.get', { id })
      })
      if (command.optsWithGlobals<Globals>().json) return writeJson(detail)
      writeOut(page(detail))
    })

  group
    .command('manifest <run>')
    .description('print everything a run’s numbers depend on, and what they are, as JSON')
    .action(async (name: string, _options: unknown, command: Command) => {
      const manifest = await withReader(command, async (service) => service.call('publish.runManifest', { id: (await findRun(service, name)).id }))
      if (command.optsWithGlobals<Globals>().json) writeOut(`${canonicalJson(manifest)}\n`)
      else writeOut(manifestText(manifest))
    })

  const goesOn = async (command: Command, begin: (service: Service) => Promise<RunSummary>): Promise<void> => {
    const json = command.optsWithGlobals<Globals>().json === true
    const follower = new Follower(json)
    const runs = await withService(
      command,
      async (service) => {
        const run = await begin(service)
        return follower.follow(service, run.studyId, [run.id])
      },
      follower.listeners,
    )
    const [run] = runs
    if (!json && run?.state === 'done') writeOut(`${runName(run)}: ${accuracyWords(run)}, in ${duration(run.seconds)}. Run ${run.id}.\n`)
    mustBeDone(runs)
  }

  group
    .command('resume <run>')
    .description('go on with a run that was stopped, interrupted or failed, from its last checkpoint')
    .action((name: string, _options: unknown, command: Command) =>
      goesOn(command, async (service) => {
        const run = await findRun(service, name)
        await service.call('runs.resume', { id: run.id })
        return run
      }),
    )

  group
    .command('extend <run>')
    .description('train a finished run for more epochs, as a new run that goes on where it ended')
    .requiredOption('--epochs <n>', 'how many it is to have in all', wholeNumber)
    .action((name: string, { epochs }: { epochs: number }, command: Command) =>
      goesOn(command, async (service) => {
        const run = await findRun(service, name)
        return { ...run, id: (await service.call('runs.extend', { id: run.id, epochs })).id }
      }),
    )

  group
    .command('delete <run>')
    .description('delete a run with all that it measured')
    .action(async (name: string, _options: unknown, command: Command) => {
      const id = await withService(command, async (service) => {
        const run = await findRun(service, name)
        await service.call('runs.delete', { id: run.id })
        return run.id
      })
      if (command.optsWithGlobals<Globals>().json) return writeJson({ deleted: id })
      writeOut(`Deleted ${id}.\n`)
    })
}

/** With tags and notes; in parts, as the service gives them. */
async function matching(service: Service, query: string): Promise<RunRow[]> {
  const limit = 500
  const found: RunRow[] = []
  for (let rows = Infinity; found.length < rows; ) {
    const list = await service.call('runs.query', { query, offset: found.length, limit })
    found.push(...list.part.filter((row) => row.kind === 'run'))
    rows = list.part.length === 0 ? 0 : list.rows
  }
  return found
}

function page({ run, config, environment, datasetFingerprint, weightsFile, epochs, events }: RunDetail): string {
  const reason = run.reason === null ? '' : ` (${run.reason})`
  const facts: [string, string | null][] = [
    ['Run', run.id],
    ['Study', `${run.studyName} (${run.studyId})`],
    ['State', run.state + reason],
    ['Result', accuracyWords(run)],
    ['Parameters', `${whole(run.trainableParameters)}, filters ${whole(run.trainableFilters)}`],
    ['Data', datasetFingerprint],
    ['Weights', weightsFile],
    ['SHA-256', run.weightsSha256],
    ['Device', environment && `${environment.device}; ${environment.cpu}, ${environment.cores} cores`],
    ['Versions', environment && `program ${environment.program}, TensorFlow ${environment.tensorflow}, Node ${environment.node}`],
    ['Code', environment?.git ? `${environment.git.commit}${environment.git.dirty ? ', with uncommitted changes' : ''}` : null],
  ]
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
    whole(epoch.imagesPerSecond),
    duration(epoch.seconds),
  ])
  return [
    runName(run),
    '',
    ...facts.map(line),
    '',
    ...Object.entries(config).map(([key, value]) => line([key, typeof value === 'string' ? value : JSON.stringify(value)])),
    '',
    ...(epochRows.length === 0
      ? []
      : [columns(['>Epoch', '>Loss', '>Train %', ...(held ? ['>Val. loss', '>Val. %'] : []), '>Test loss', '>Test %', '>Rate', '>Pictures/s', '>Time'], epochRows)]),
    ...events.map((event) => `${event.at}  ${event.level.padEnd(7)}  ${event.message}`),
    '',
  ].join('\n')
}
