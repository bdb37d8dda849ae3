/** Builds the manifest of a run or study from its data in the history. Pure. */
import type { ExperimentConfig, StudyPlan } from '../../contract/experiment'
import { pickedSets } from '../../contract/runs/pickedOn'
import type { RunManifest, StudyManifest } from '../../contract/publish/manifests'
import type { Environment } from '../../contract/runs/environment'
import type { EpochMetrics } from '../../contract/runs/metrics'
import type { RunSummary } from '../../contract/runs/runs'
import { canonicalJson } from '../text/canonicalJson'
import { runPickedOn } from '../statistics/picked'

export interface RunFacts {
  run: RunSummary
  config: ExperimentConfig
  /** Null before the run was started. */
  environment: Environment | null
  trainExamples: number
  testExamples: number
  datasetFingerprint: string | null
  /** The last finished epoch; null before the first. */
  last: EpochMetrics | null
}

export function runManifest({
  run,
  config,
  environment,
  trainExamples,
  testExamples,
  datasetFingerprint,
  last,
}: RunFacts): RunManifest {
  const { id, studyId, studyName, state, reason, createdAt, startedAt, endedAt } = run
  return {
    manifest: 'mcnn-run',
    version: 1,
    run: { id, studyId, studyName, state, reason, createdAt, startedAt, endedAt },
    config,
    configId: run.configId,
    model: { trainableParameters: run.trainableParameters, trainableFilters: run.trainableFilters },
    code: environment && { program: environment.program, git: environment.git },
    versions: environment && { node: environment.node, tensorflow: environment.tensorflow, tfjs: environment.tfjs },
    machine: environment && {
      device: environment.device,
      gpuMath: environment.gpuMath,
      threads: environment.threads,
      cpu: environment.cpu,
      cores: environment.cores,
      memoryBytes: environment.memoryBytes,
      platform: environment.platform,
      ...(environment.instructions !== undefined && { instructions: environment.instructions }),
      ...(environment.kernels !== undefined && { kernels: environment.kernels }),
      ...(environment.variables !== undefined && { variables: environment.variables }),
    },
    data: { id: config.dataset, trainExamples, testExamples, fingerprint: datasetFingerprint },
    results: {
      epochsPlanned: run.epochs,
      epochsDone: run.epochsDone,
      last,
      timing: run.timing,
      best: bestOf(run),
    },
    weights: run.weightsSha256 === null ? null : { sha256: run.weightsSha256 },
  }
}

function bestOf(run: RunSummary): RunManifest['results']['best'] {
  const { bestEpoch, bestTestAccuracy, bestValidationAccuracy } = run
  const on = runPickedOn(run)
  if (on === null || bestEpoch === null || bestTestAccuracy === null) return null
  return {
    epoch: bestEpoch,
    testAccuracy: bestTestAccuracy,
    ...(typeof bestValidationAccuracy === 'number' && { validationAccuracy: bestValidationAccuracy }),
    pickedOn: pickedSets[on],
  }
}

export function studyManifest(
  study: { id: string; name: string; createdAt: string; plan: StudyPlan | null },
  runs: readonly RunFacts[],
): StudyManifest {
  const { id, name, createdAt, plan } = study
  return {
    manifest: 'mcnn-study',
    version: 1,
    study: { id, name, createdAt, plan },
    seeds: [...new Set(runs.map(({ run }) => run.seed))].sort((a, b) => a - b),
    runs: runs.map(runManifest),
  }
}

/** Returns the manifest as text with sorted keys, so that equal manifests are equal texts. Ends with a line feed. */
export function manifestText(manifest: RunManifest | StudyManifest): string {
  return `${canonicalJson(manifest, 2)}\n`
}
