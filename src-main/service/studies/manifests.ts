/** Reads the contents of a manifest from the history. */
import type { RunFacts } from '../../analysis/studies/manifest'
import type { RunRecord } from '../../history/runs/runs'
import type { Context } from '../app/context'

type Reader = Pick<Context, 'history'>

export function manifestFacts(
  { history }: Reader,
  { key, summary, environmentHash, datasetFingerprint, trainExamples, testExamples }: RunRecord,
): RunFacts {
  return {
    run: summary,
    config: history.configs.get(summary.configId, summary.seed),
    environment: environmentHash === null ? null : history.environments.get(environmentHash),
    trainExamples,
    testExamples,
    datasetFingerprint,
    last: history.metrics.lastEpoch(key),
  }
}

/** Yields the manifests of a study's runs outside the trash; other calls run in between. */
export async function studyFacts(context: Reader, studyId: string): Promise<RunFacts[]> {
  const facts: RunFacts[] = []
  for (const [i, run] of context.history.runs.ofStudy(studyId).entries()) {
    facts.push(manifestFacts(context, run))
    if (i % 50 === 49) await new Promise(setImmediate)
  }
  return facts
}
