import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { canonicalJson } from '../../../analysis/text/canonicalJson'
import { manifestText } from '../../../analysis/studies/manifest'
import { archName, datasetName, variantName } from '../../../analysis/text/names'
import { duration, percent } from '../../../analysis/text/numbers'
import { pickedWords, runPickedOn } from '../../../analysis/statistics/picked'
import { sharedNotes, timed, trainedWords } from '../../../analysis/text/timing'
import { WorkbenchError } from '../../../contract/errors'
import type { RunSummary } from '../../../contract/runs/runs'
import { endedStates } from '../../../contract/runs/states'
import type { Service } from '../../../service/app/service'
import { agreed } from '../../agreed'
import { withReader, withService } from '../../client'
import { Failed } from '../../output/failures'
import { Follower, mustBeDone } from '../../output/follow'
import { wholeNumber } from '../../options'
import { columns } from '../../output/columns'
import { findAnyRun, findRun, findTrashedRun, matchingRuns } from '../../lookup'
import { writeJson, writeOut } from '../../output/output'
import { accuracyWords, runName } from '../../output/progress'
import type { Globals } from '../../globals'
import { runDetailText } from './runDetailText'

/** Interval of checking whether a run has stopped, in ms. */
const endCheckMs = 200

export function addRuns(program: Command): void {
  const group = program
    .command('runs')
    .description('list, show, resume, extend, move, delete and restore runs; RUN is an id or its beginning')

  group
    .command('list')
    .description('list runs, newest first')
    .option(
      '--query <query>',
      'only runs that match a query, such as "variant:mcnn-f depth:32 acc>0.9 state:done -tag:paper"',
    )
    .action(async ({ query }: { query?: string }, command: Command) => {
      const runs = await withReader<(RunSummary & { tags?: string[] })[]>(command, (service) =>
        query === undefined ? service.call('runs.list', {}) : matchingRuns(service, query),
      )
      if (command.optsWithGlobals<Globals>().json)
        return writeJson(runs.map((run) => ({ ...run, bestPickedOn: runPickedOn(run) })))
      if (runs.length === 0) return writeOut(query === undefined ? 'No runs yet.\n' : 'No run matches.\n')
      writeOut(
        columns(
          [
            'Run',
            'State',
            'Data set',
            'Arch',
            'Variant',
            '>Seed',
            '>Epochs',
            '>Test acc %',
            '>Best % (chosen on)',
            '>Time',
          ],
          runs.map((run) => [
            run.id,
            run.state,
            datasetName(run.dataset),
            archName(run.arch),
            variantName(run.variant),
            String(run.seed),
            `${run.epochsDone}/${run.epochs}`,
            percent(run.testAccuracy),
            run.bestTestAccuracy === null
              ? percent(null)
              : `${percent(run.bestTestAccuracy)} ${pickedWords[runPickedOn(run) ?? 'test'].short}`,
            timed(duration(run.seconds), run.timing),
          ]),
          sharedNotes(runs),
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
      writeOut(runDetailText(detail))
    })

  group
    .command('manifest <run>')
    .description('print a run’s results and everything they depend on, as JSON')
    .action(async (name: string, _options: unknown, command: Command) => {
      const manifest = await withReader(command, async (service) =>
        service.call('publish.runManifest', { id: (await findRun(service, name)).id }),
      )
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
    if (!json && run?.state === 'done')
      writeOut(`${runName(run)}: ${accuracyWords(run)}, ${trainedWords(run)}. Run ${run.id}.\n`)
    mustBeDone(runs)
  }

  group
    .command('resume <run>')
    .description('resume a stopped, interrupted or failed run from its last checkpoint')
    .action((name: string, _options: unknown, command: Command) =>
      goesOn(command, async (service) => {
        const run = await findRun(service, name)
        await service.call('runs.resume', { ids: [run.id] })
        return run
      }),
    )

  group
    .command('stop <run>')
    .description('stop a run that trains or waits; `mcnn runs resume` continues from its last checkpoint')
    .action(async (name: string, _options: unknown, command: Command) => {
      const stopped = await withService(command, async (service) => {
        const { id } = await findRun(service, name)
        await service.call('runs.stop', { id, cause: 'command' })
        for (;;) {
          const { run } = await service.call('runs.get', { id })
          if (endedStates.includes(run.state)) return run
          await wait(endCheckMs)
        }
      })
      if (command.optsWithGlobals<Globals>().json) return writeJson(stopped)
      writeOut(`${stopped.id} is ${stopped.state}${stopped.reason === null ? '' : `: ${stopped.reason}`}\n`)
    })

  group
    .command('extend <run>')
    .description('train a finished run for more epochs, as a new run that continues from its end')
    .requiredOption('--epochs <n>', 'total number of epochs', wholeNumber)
    .action((name: string, { epochs }: { epochs: number }, command: Command) =>
      goesOn(command, async (service) => {
        const run = await findRun(service, name)
        const { ids } = await service.call('runs.extend', { ids: [run.id], epochs })
        return { ...run, id: ids[0] ?? run.id }
      }),
    )

  group
    .command('move <run>')
    .description('move a queued run')
    .option('--first', 'before all others')
    .option('--last', 'after all others')
    .option('--up', 'by one position')
    .option('--down', 'by one position')
    .option('--before <run>', 'before this queued run')
    .action(async (name: string, options: MoveOptions, command: Command) => {
      const place = placeOf(options)
      const moved = await withService(command, async (service) => {
        const run = await findRun(service, name)
        await service.call('queue.move', {
          ids: [run.id],
          place: typeof place === 'string' ? place : { before: (await findRun(service, place.before)).id },
        })
        const waiting = (await service.call('runs.unfinished', {}))
          .filter(({ state }) => state === 'queued')
          .map(({ id }) => id)
        return { moved: run.id, place: 1 + waiting.indexOf(run.id), waiting: waiting.length }
      })
      if (command.optsWithGlobals<Globals>().json) return writeJson(moved)
      writeOut(`${moved.moved} is number ${moved.place} of ${moved.waiting} queued runs.\n`)
    })

  group
    .command('delete <run>')
    .description('move a run to the trash, from which it can be restored; lists, studies and comparisons leave it out')
    .option('--purge', 'delete it permanently with its metrics, weights and log, also from the trash')
    .option('--yes', 'purge without asking; needed if there is no terminal to ask')
    .action(
      async (name: string, { purge = false, yes = false }: { purge?: boolean; yes?: boolean }, command: Command) => {
        const id = await withService(command, async (service) => {
          const run = purge ? await findAnyRun(service, name) : await findRun(service, name)
          if (!purge) await service.call('runs.trash', { ids: [run.id] })
          else if (yes || (await agreed(`Delete ${run.id} permanently, with its metrics, weights and log?`, '--yes')))
            await service.call('runs.delete', { id: run.id })
          else return null
          return run.id
        })
        if (id === null) throw new Failed()
        if (command.optsWithGlobals<Globals>().json) return writeJson({ deleted: id, purged: purge })
        writeOut(
          purge
            ? `Deleted ${id} permanently.\n`
            : `Moved ${id} to the trash; restore it with \`mcnn runs restore ${id}\`.\n`,
        )
      },
    )

  group
    .command('restore <run>')
    .description('restore a run from the trash')
    .action(async (name: string, _options: unknown, command: Command) => {
      const id = await withService(command, async (service) => {
        const run = await findTrashedRun(service, name)
        await service.call('runs.restore', { ids: [run.id] })
        return run.id
      })
      if (command.optsWithGlobals<Globals>().json) return writeJson({ restored: id })
      writeOut(`Restored ${id}.\n`)
    })
}

interface MoveOptions {
  first?: true
  last?: true
  up?: true
  down?: true
  before?: string
}

/** @throws WorkbenchError bad-input if there is not exactly one position */
function placeOf(options: MoveOptions): 'first' | 'last' | 'up' | 'down' | { before: string } {
  const { before } = options
  const given = [
    ...(['first', 'last', 'up', 'down'] as const).filter((one) => options[one]),
    ...(before === undefined ? [] : [{ before }]),
  ]
  const [place] = given
  if (place === undefined || given.length > 1)
    throw new WorkbenchError('bad-input', 'Give exactly one of --first, --last, --up, --down and --before RUN.')
  return place
}
