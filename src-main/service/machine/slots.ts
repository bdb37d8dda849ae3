/** The slots of this machine: a GPU each, or equal shares of the processor's cores. Each trains one run at a time. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { chosenSlots } from '../../analysis/machine/choices'
import { plural } from '../../analysis/text/numbers'
import { messageOf, WorkbenchError } from '../../contract/errors'
import {
  gpuUuid,
  mostSlots,
  slotChoice,
  type SlotChoice,
  type SlotInfo,
  type TrainingSlots,
} from '../../contract/system/slots'
import type { ThreadCounts } from '../../contract/system/tuning'
import { writeAtomicallySync } from '../../files/durable'
import type { Sharing } from '../training/speed'
import { processor } from './processor'
import { readSetupState } from './setupState'
import { knownTuning, machineKey, threadsFile } from './threads'

export interface Slot extends Pick<SlotInfo, 'id' | 'name' | 'kind' | 'used'> {
  /** TensorFlow's threads in this slot; null if its trainer has all cores. */
  threads: ThreadCounts | null
  /** What a trainer's environment holds in this slot in addition to `trainerEnv`. */
  env: NodeJS.ProcessEnv
}

export interface DriverGpu {
  index: number
  uuid: string
  name: string
}

const noChoice: SlotChoice = { count: null, freeGpus: [] }

/** The slots of this machine, as a person chose them. The driver's tool is queried once. */
export class MachineSlots {
  readonly #gpus: () => Promise<DriverGpu[]>
  #slots: Promise<readonly Slot[]> | null = null

  /** @param gpus returns the GPUs on which TensorFlow runs; default: of the driver, if TensorFlow's GPU build is here */
  constructor(gpus: () => Promise<DriverGpu[]> = installedGpus) {
    let known: Promise<DriverGpu[]> | null = null
    this.#gpus = () => (known ??= gpus())
  }

  /** Returns all slots, also those that are left free. */
  all(): Promise<readonly Slot[]> {
    return (this.#slots ??= this.#gpus().then((gpus) => slotsOf(gpus, readChoice(), physicalCores(), measuredSlots())))
  }

  /** @param runIn returns the run that trains in a slot */
  async describe(runIn: (slot: string) => string | null): Promise<TrainingSlots> {
    const gpus = await this.#gpus()
    return {
      slots: (await this.all()).map(({ id, name, kind, used }) => ({ id, name, kind, used, runId: runIn(id) })),
      choice: readChoice(),
      most: gpus.length > 0 ? 1 : Math.min(mostSlots, physicalCores()),
      measured: measured()?.parallel ?? null,
    }
  }

  /** @throws WorkbenchError bad-input if nothing could train, unavailable if the choice cannot be stored */
  async choose(choice: SlotChoice): Promise<void> {
    const gpus = await this.#gpus()
    const slots = slotsOf(gpus, choice, physicalCores(), measuredSlots())
    if (!slots.some(({ used }) => used))
      throw new WorkbenchError('bad-input', 'At least one GPU must be used for training.', { field: 'freeGpus' })
    storeChoice(choice)
    this.#slots = Promise.resolve(slots)
  }
}

/**
 * @param cores physical cores that this process may use
 * @param measuredCount the best number of trainers at once on the processor; 1 if it was not measured
 */
export function slotsOf(
  gpus: readonly DriverGpu[],
  { count, freeGpus }: SlotChoice,
  cores: number,
  measuredCount: number,
): Slot[] {
  if (gpus.length > 0)
    return gpus.map(({ index, uuid, name }) => ({
      id: uuid,
      name: `GPU ${index}, ${name}`,
      kind: 'gpu',
      used: !freeGpus.includes(uuid),
      threads: gpus.length === 1 ? null : { intraOp: Math.max(1, Math.floor(cores / gpus.length)), interOp: null },
      env: { CUDA_VISIBLE_DEVICES: uuid },
    }))
  const slots = Math.max(1, Math.min(count ?? measuredCount, cores))
  const threads = sharedThreads(cores, slots)
  return Array.from({ length: slots }, (_, i) => ({
    id: `cpu-${i + 1}`,
    name: threads === null ? 'Processor' : `Processor, ${plural(threads.intraOp ?? 1, 'thread')}`,
    kind: 'cpu',
    used: true,
    threads,
    env: {},
  }))
}

/** Returns how runs in these slots share the machine. GPUs do not slow each other down. */
export function sharingOf(slots: readonly Slot[], parallel = measured()?.parallel ?? []): Sharing {
  const count = Math.max(1, slots.length)
  if (slots.some(({ kind }) => kind === 'gpu')) return { slots: count, slowdown: 1 }
  // Without a measurement, several trainers are assumed to be as fast as one.
  return { slots: count, slowdown: count / (parallel.find((one) => one.count === count)?.ratio ?? 1) }
}

/** Returns the threads of one of several trainers that share the cores; null for one trainer. */
export function sharedThreads(cores: number, count: number): ThreadCounts | null {
  return count === 1 ? null : { intraOp: Math.max(1, Math.floor(cores / count)), interOp: 1 }
}

async function installedGpus(): Promise<DriverGpu[]> {
  return readSetupState()?.tensorflow.kind === 'gpu' ? driverGpus() : []
}

/** Returns the GPUs that the driver's tool lists and `CUDA_VISIBLE_DEVICES` allows; none without a driver. */
export async function driverGpus(env: NodeJS.ProcessEnv = process.env): Promise<DriverGpu[]> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      ['--query-gpu=index,uuid,name', '--format=csv,noheader'],
      { timeout: 10_000, env },
    )
    return visibleGpus(listedGpus(stdout), env['CUDA_VISIBLE_DEVICES'])
  } catch {
    return []
  }
}

/** @param csv output of `nvidia-smi`: index, UUID and name */
export function listedGpus(csv: string): DriverGpu[] {
  return csv.split('\n').flatMap((line) => {
    const [, index, uuid, name] = /^\s*(\d+)\s*,\s*([^\s,]+)\s*,\s*(.+?)\s*$/.exec(line) ?? []
    return index === undefined || uuid === undefined || name === undefined || !gpuUuid.test(uuid)
      ? []
      : [{ index: Number(index), uuid, name }]
  })
}

/** @param visible CUDA_VISIBLE_DEVICES: indices or UUIDs, also the beginnings of UUIDs; undefined: all */
export function visibleGpus(gpus: readonly DriverGpu[], visible: string | undefined): DriverGpu[] {
  if (visible === undefined) return [...gpus]
  return visible
    .split(',')
    .map((text) => text.trim())
    .flatMap((asked) =>
      gpus.filter(({ index, uuid }) => asked !== '' && (String(index) === asked || uuid.startsWith(asked))).slice(0, 1),
    )
}

const physicalCores = (): number => processor().physical

function measured() {
  const tuning = knownTuning()
  return tuning === null || 'problem' in tuning ? null : tuning
}

const measuredSlots = (): number => chosenSlots(measured() ?? {})

const choiceFile = (): string => path.join(path.dirname(threadsFile()), 'slots.json')

function readChoices(): Record<string, SlotChoice> {
  try {
    return z.record(z.string(), slotChoice).parse(JSON.parse(readFileSync(choiceFile(), 'utf8')))
  } catch {
    return {}
  }
}

function readChoice(): SlotChoice {
  const key = machineKey()
  return (key === null ? undefined : readChoices()[key]) ?? noChoice
}

function storeChoice(choice: SlotChoice): void {
  const key = machineKey()
  if (key === null) throw new WorkbenchError('unavailable', 'The setup has not run.', { fix: 'Run `npm run setup`.' })
  try {
    mkdirSync(path.dirname(choiceFile()), { recursive: true })
    writeAtomicallySync(choiceFile(), `${JSON.stringify({ ...readChoices(), [key]: choice }, null, 1)}\n`)
  } catch (thrown) {
    throw new WorkbenchError('unavailable', `${choiceFile()} could not be written: ${messageOf(thrown)}`, {
      fix: 'Free disk space or change the permissions of its folder.',
    })
  }
}
