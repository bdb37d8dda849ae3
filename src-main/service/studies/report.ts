/** Writes a report of a study into a folder. */
import { setImmediate } from 'node:timers/promises'
import { studyManifest } from '../../analysis/studies/manifest'
import { reportFiles } from '../../analysis/report/files'
import type { ReportFacts } from '../../analysis/report/content'
import { epochsOf, type CurveEpoch } from '../../analysis/figures/curves'
import type { ServiceResult } from '../../contract/calls'
import { checkOutputFolder, writeOutputFolder } from '../../files/outputFolder'
import type { StudyRecord } from '../../history/studies'
import type { Context } from '../app/context'
import type { Handlers } from '../app/handlers'
import { studyFacts } from './manifests'
import type { ReportProgress } from '../tasks/backgroundTasks'

/** Calls whose results a report contains, so that it agrees with the window. */
export type Asked = Pick<Handlers, 'studies.compare' | 'studies.curves' | 'filters.bank' | 'filters.layers'>

/** Points per side of the responses. */
const bankSize = 32

/**
 * Writes the report into a new or empty folder, or with `replace` over the files of an older report. Throws as
 * `writeOutputFolder`.
 */
export async function writeReport(
  context: Context,
  asked: Asked,
  study: StudyRecord,
  { out, replace }: { out: string; replace: boolean },
  signal: AbortSignal,
  report: ReportProgress,
): Promise<ServiceResult<'publish.report'>> {
  const options = { what: 'report', overwrite: replace } as const
  await checkOutputFolder(out, options)
  report('reading', 0, 0)
  const files = reportFiles(await factsOf(context, asked, study, signal))
  signal.throwIfAborted()
  report('writing', 0, files.size)
  const { kept } = await writeOutputFolder(out, files, options)
  return { folder: out, files: [...files.keys()], kept }
}

async function factsOf(context: Context, asked: Asked, study: StudyRecord, signal: AbortSignal): Promise<ReportFacts> {
  const comparison = await asked['studies.compare']({ id: study.id })
  const facts = await studyFacts(context, study.id)
  const curves = new Map<string, readonly CurveEpoch[]>()
  for (const key of new Set(comparison.rows.map(({ dataset, arch }) => `${dataset} ${arch}`))) {
    signal.throwIfAborted()
    const row = comparison.rows.find(({ dataset, arch }) => `${dataset} ${arch}` === key)
    if (!row) continue
    const { runs } = await asked['studies.curves']({ id: study.id, dataset: row.dataset, arch: row.arch })
    for (const run of runs) curves.set(run.runId, epochsOf(run))
    await setImmediate()
  }
  const runs = facts.map(({ run }) => run)
  return {
    comparison,
    runs,
    configs: new Map(facts.map(({ run, config }) => [run.id, config])),
    environments: new Map(facts.map(({ run, environment }) => [run.id, environment])),
    curves,
    banks: await banksOf(asked, runs, signal),
    manifest: studyManifest(study, facts),
    program: context.program,
    madeAt: new Date().toISOString(),
  }
}

/** Returns, per network, the first base filter of the first multi-band layer of each variant's first finished run. */
async function banksOf(asked: Asked, runs: ReportFacts['runs'], signal: AbortSignal): Promise<ReportFacts['banks']> {
  const firsts = new Map(
    runs
      .filter((run) => run.state === 'done')
      .reverse()
      .map((run) => [`${run.variant} ${run.arch}`, run]),
  )
  const banks: ReportFacts['banks'][number][] = []
  for (const run of [...firsts.values()].reverse()) {
    signal.throwIfAborted()
    const layer = (await asked['filters.layers']({ id: run.id })).find((one) => one.multiband)
    if (layer)
      banks.push({
        run,
        bank: await asked['filters.bank']({ id: run.id, layer: layer.name, filter: 0, epoch: null, size: bankSize }),
      })
    await setImmediate()
  }
  return banks
}
