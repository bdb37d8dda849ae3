/** What the system page says. Pure. */
import { threadsName } from '../../../src-main/analysis/threads'
import type { Check, Doctor, SystemInfo } from '../../../src-main/contract'

/** Broken first, each group in its own order. */
export function brokenFirst(checks: readonly Check[]): Check[] {
  return [...checks.filter((check) => !check.ok), ...checks.filter((check) => check.ok)]
}

export function isGpu(device: string): boolean {
  return device.toLowerCase() !== 'cpu'
}

/**
 * Whether training on a GPU has been seen to work, in words.
 * @param trainedOn devices that runs say they were trained on
 * @param device what TensorFlow would train on here; null where it does not load
 */
export function gpuWords(trainedOn: readonly string[], device: string | null): string {
  const gpu = trainedOn.find(isGpu)
  if (gpu !== undefined) return `The GPU path has been run here: a run was trained on ${gpu}.`
  const here = device !== null && isGpu(device) ? ` TensorFlow finds ${device}; the next run will be the first.` : ''
  return `The GPU path has not been run yet: no run here was trained on a GPU.${here}`
}

/** TensorFlow's thread counts and where they come from; the doctor's check says more. */
export function threadsShort(threads: NonNullable<Doctor['threads']>): string {
  const source = { environment: 'set by the environment', measured: 'measured', own: 'TensorFlow’s default' }[threads.source]
  return `${threadsName(threads, threads.own)}, ${source}`
}

/** Everything on the page as JSON, for a report of a problem. */
export function reportText(doctor: Doctor | null, info: SystemInfo | null, shell: unknown): string {
  return JSON.stringify({ system: info, shell, doctor }, null, 2)
}
