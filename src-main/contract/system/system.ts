/** The machine, the program and whether they are in order. */
import { z } from 'zod'
import { none, ok, read } from '../call'
import { environment } from '../runs/environment'
import { threadCounts, threadTuning } from './tuning'

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().nullable() })
export type Check = z.infer<typeof check>

/** TensorFlow as it runs here. */
export const device = z.object({
  version: z.string(),
  /** 'cpu' or the GPU's name. */
  device: z.string(),
  gpus: z.array(z.string()),
  /** What computes bfloat16 in hardware, such as 'avx512_bf16'; null where nothing is known to. */
  bfloat16: z.string().nullable(),
})
export type Device = z.infer<typeof device>

/** Null leaves it to TensorFlow, whose choice comes to `own`. */
export const threadsInUse = z.object({
  ...threadCounts.shape,
  own: z.object({ intraOp: z.int(), interOp: z.int() }),
  source: z.enum(['environment', 'measured', 'own']),
  /** This machine's measurement; null where there is none. */
  tuning: threadTuning.nullable(),
})

export const doctor = z.object({
  ok: z.boolean(),
  node: z.string(),
  tensorflow: device.nullable(),
  electron: z.string().nullable(),
  /** What a run that starts now takes; null where the service could not be opened. */
  threads: threadsInUse.nullable(),
  sqlite: z.string(),
  dataDir: z.string(),
  checks: z.array(check),
})
export type Doctor = z.infer<typeof doctor>

/** A program that has a data directory; pid 0 where that is not known. */
export const holder = z.object({ pid: z.int(), program: z.string() })
export type Holder = z.infer<typeof holder>

/** Why nothing can be written now, what to do, and since when. Training waits, and goes on by itself. */
export const diskProblem = z.object({ message: z.string(), fix: z.string(), since: z.string() })
export type DiskProblem = z.infer<typeof diskProblem>

export const condition = z.object({
  /** Another program that has the data directory: from here it can only be looked at. */
  heldBy: holder.nullable(),
  disk: diskProblem.nullable(),
})
export type Condition = z.infer<typeof condition>

export const systemInfo = z.object({
  program: z.string(),
  git: environment.shape.git,
  node: z.string(),
  sqlite: z.string(),
  dataDir: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryBytes: z.number(),
  freeBytes: z.number().nullable(),
})
export type SystemInfo = z.infer<typeof systemInfo>

export const systemCalls = {
  'system.info': read(none, systemInfo),
  'system.doctor': read(none, doctor),
  /** What runs are trained on; TensorFlow is loaded for it once. */
  'system.device': read(none, device),
  /** Whether anything can be changed from here. */
  'system.condition': read(none, condition),
  /** Reports that a person uses the window: trainers give way to it for the next 3 s. */
  'system.reportUse': read(none, ok),
  /** What the run that was started last was trained on; null where there is none, or its trainer has not told yet. */
  'system.trainedOn': read(none, environment.nullable()),
  /** The last lines that the service wrote, oldest first. */
  'system.log': read(none, z.object({ lines: z.array(z.string()) })),
} as const

export const systemEvents = {
  /** Whether anything can be changed from here is different from before. */
  'system.condition': condition,
  /** How long the service needs to close in order, in ms: longer while a run with long steps trains. */
  'system.closing': z.object({ ms: z.number().positive() }),
  /** Another program changed the history. Ask again. */
  'history.changed': z.object({}),
} as const
