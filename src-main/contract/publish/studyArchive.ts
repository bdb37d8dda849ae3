/**
 * A study as one file: a tar, zip or folder. `manifest.json` lists every other member with its size and SHA-256. The
 * members are `study.json` and, for each run, `runs/ID/run.json`, `filters.bin` (base filters of all epochs, one after
 * the other, in the order of run.json) and, if they exist, its weights and last checkpoint.
 */
import { z } from 'zod'
import { experimentConfig, studyPlan } from '../experiment'
import { environment } from '../runs/environment'
import { epochFigures } from '../models/filters'
import { epochMetrics, stepMetrics } from '../runs/metrics'
import { evaluation } from '../runs/evaluation'
import { historyEvent } from '../runs/runs'
import { runId, studyId } from '../ids'
import { runState } from '../runs/states'
import { tag } from '../runs/rows'

/** Increased when older programs cannot import the archive. */
export const archiveVersion = 1
export const manifestName = 'manifest.json'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const memberPattern =
  /^(study\.json|runs\/[a-z0-9][a-z0-9-]{0,79}\/(run\.json|filters\.bin|weights\.safetensors|checkpoint-\d{10}-[0-9a-f]{64}\.safetensors))$/
const memberPath = z.string().regex(memberPattern, 'is not the name of a file in a study’s archive')

export function isMemberPath(name: string): boolean {
  return memberPattern.test(name)
}

/** Size limit of run.json, study.json and the manifest, which are read into memory. */
export const maxJsonBytes = 128 * 1024 * 1024

export const archiveManifest = z.strictObject({
  format: z.literal('mcnn-study'),
  version: z.literal(archiveVersion),
  /** Version of the program that wrote it. */
  program: z.string().max(200),
  createdAt: z.iso.datetime(),
  members: z
    .array(z.strictObject({ path: memberPath, size: z.int().min(0), sha256 }))
    .min(1)
    .max(20_000),
})
export type ArchiveManifest = z.infer<typeof archiveManifest>

export const archivedStudy = z.strictObject({
  id: studyId,
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'no control characters'),
  createdAt: z.iso.datetime(),
  plan: studyPlan.nullable(),
  /** In the order of creation. */
  runs: z.array(runId).max(5000),
})
export type ArchivedStudy = z.infer<typeof archivedStudy>

const time = z.iso.datetime()

export const archivedRun = z.strictObject({
  id: runId,
  state: runState,
  reason: z.string().max(10_000).nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  config: experimentConfig,
  environment: environment.nullable(),
  datasetFingerprint: sha256.nullable(),
  trainExamples: z.int().min(1).max(1e6),
  testExamples: z.int().min(1).max(1e6),
  startupSeconds: z.number().min(0).nullable(),
  /** SHA-256 of the final weights, also if the archive does not contain the file. */
  weightsSha256: sha256.nullable(),
  /** The last checkpoint, if the archive contains it. */
  checkpoint: z.strictObject({ step: z.int().min(0), epochs: z.int().min(0), at: time }).nullable(),
  note: z.string().max(4000),
  tags: z.array(tag).max(1000),
  archivedAt: time.nullable(),
  epochs: z.array(epochMetrics).max(10_000),
  steps: z.array(stepMetrics).max(1_000_000),
  events: z.array(historyEvent).max(100_000),
  evaluation: evaluation.nullable(),
  figures: z.array(epochFigures).max(10_001),
  filters: z
    .array(
      z.strictObject({
        layer: z.string().max(100),
        epoch: z.int().min(0),
        shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1), z.int().min(1)]),
      }),
    )
    .max(1_000_000),
})
export type ArchivedRun = z.infer<typeof archivedRun>

/** Bytes of float32 filters of a shape. */
export function filterBytes(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 4)
}
