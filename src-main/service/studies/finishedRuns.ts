/** Test accuracies of finished runs. */
import type { RunRecord } from '../../history/runs/runs'

/** Returns the newest finished run of each config and seed: equal seeds give no independent values. */
export function newestDone(runs: readonly RunRecord[]): RunRecord[] {
  const done = runs.filter((run) => run.summary.state === 'done' && run.summary.testAccuracy !== null)
  return [...new Map(done.map((run) => [`${run.summary.configId}/${run.summary.seed}`, run])).values()]
}

/** Returns test accuracies in percent. */
export function points(runs: readonly RunRecord[]): number[] {
  return runs.map((run) => (run.summary.testAccuracy ?? NaN) * 100)
}

/** Returns drops in points for the seeds that both have: equal seeds share order and augmentation of the images. */
export function pairedDrops(baseline: readonly RunRecord[], others: readonly RunRecord[]): number[] {
  const bySeed = new Map(baseline.map((run) => [run.summary.seed, run]))
  return others.flatMap((run) => {
    const partner = bySeed.get(run.summary.seed)
    return partner ? points([partner]).map((value) => value - (points([run])[0] ?? NaN)) : []
  })
}
