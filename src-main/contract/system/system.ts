/** The machine, the program and their checks. */
import { z } from 'zod'
import { none, ok, read } from '../call'
import { environment } from '../runs/environment'
import { threadCounts, threadTuning } from './tuning'

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().nullable() })
export type Check = z.infer<typeof check>

/** TensorFlow on this machine. */
export const device = z.object({
  version: z.string(),
  /** 'cpu' or the GPU's name. */
  device: z.string(),
  gpus: z.array(z.string()),
  /** The instructions that compute bfloat16 in hardware, such as 'avx512_bf16'; null if there are none known. */
  bfloat16: z.string().nullable(),
  /** Instruction level of our CPU kernels (`Environment.kernels`); null on a GPU. */
  kernels: z.string().nullable(),
})
export type Device = z.infer<typeof device>

/** Null leaves the choice to TensorFlow, which chooses `own`. */
export const threadsInUse = z.object({
  ...threadCounts.shape,
  own: z.object({ intraOp: z.int(), interOp: z.int() }),
  source: z.enum(['environment', 'measured', 'own']),
  /** This machine's measurement; null if there is none. */
  tuning: threadTuning.nullable(),
})

export const doctor = z.object({
  ok: z.boolean(),
  node: z.string(),
  tensorflow: device.nullable(),
  electron: z.string().nullable(),
  /** Thread counts of the next run; null if the service could not be opened. */
  threads: threadsInUse.nullable(),
  sqlite: z.string(),
  dataDir: z.string(),
  checks: z.array(check),
})
export type Doctor = z.infer<typeof doctor>

/** The program that uses a data directory; pid 0 if unknown. */
export const holder = z.object({ pid: z.int(), program: z.string() })
export type Holder = z.infer<typeof holder>

/** Why nothing can be written, what to do, and since when. Training waits and resumes automatically. */
export const diskProblem = z.object({ message: z.string(), fix: z.string(), since: z.string() })
export type DiskProblem = z.infer<typeof diskProblem>

export const condition = z.object({
  /** Another program that uses the data directory: this one is read-only. */
  heldBy: holder.nullable(),
  disk: diskProblem.nullable(),
  /** Whether queued and resumed runs wait for the verification of a run of this data directory by another program. */
  otherVerification: z.boolean(),
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
  /** The device of runs; loads TensorFlow once. */
  'system.device': read(none, device),
  /** Whether this program can write and start runs. */
  'system.condition': read(none, condition),
  /** Reports that a person uses the window: trainers give way to it for the next 3 s. */
  'system.reportUse': read(none, ok),
  /** The environment of the last started run; null if there is none, or if its trainer has not reported it yet. */
  'system.trainedOn': read(none, environment.nullable()),
  /** The last lines of the service's log, oldest first. */
  'system.log': read(none, z.object({ lines: z.array(z.string()) })),
} as const

export const systemEvents = {
  /** Whether this program can write and start runs has changed. */
  'system.condition': condition,
  /** Milliseconds that the service needs to close cleanly: longer while a run with long steps trains. */
  'system.closing': z.object({ ms: z.number().positive() }),
  /** Another program changed the history. Request it again. */
  'history.changed': z.object({}),
} as const
