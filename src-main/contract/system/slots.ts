/** Slots of this machine: each trains one run at a time. */
import { z } from 'zod'
import { none, ok, read, write } from '../call'

/** Upper limit of trainers at the same time. */
export const mostSlots = 64

/** As the driver's tool lists GPUs. */
export const gpuUuid = /^GPU-[0-9a-fA-F-]{1,60}$/

export const slotInfo = z.object({
  /** The UUID of a GPU, or the number of a share of the processor's cores. */
  id: z.string(),
  /** Such as 'GPU 0, NVIDIA A100' or 'Processor, 1 thread'. */
  name: z.string(),
  kind: z.enum(['gpu', 'cpu']),
  /** Whether runs train in it; a GPU can be left free. */
  used: z.boolean(),
  /** The run in it; null if none. */
  runId: z.string().nullable(),
})
export type SlotInfo = z.infer<typeof slotInfo>

/** What a person chose for this machine. */
export const slotChoice = z.strictObject({
  /** How many runs train at the same time on the processor; null: as `mcnn tune` measured, else 1. */
  count: z.int().min(1).max(mostSlots).nullable(),
  /** UUIDs of the GPUs that are left free. */
  freeGpus: z.array(z.string().regex(gpuUuid)).max(mostSlots),
})
export type SlotChoice = z.infer<typeof slotChoice>

export const trainingSlots = z.object({
  slots: z.array(slotInfo),
  choice: slotChoice,
  /** The largest count for the processor; 1 on a machine that trains on GPUs. */
  most: z.int().min(1),
  /** How many images per second several trainers process together, relative to one trainer; null: not measured. */
  measured: z.array(z.object({ count: z.int().min(1), ratio: z.number().positive() })).nullable(),
})
export type TrainingSlots = z.infer<typeof trainingSlots>

export const slotCalls = {
  'system.slots': read(none, trainingSlots),
  /** Applies to runs that start from now on. Error: bad-input if nothing could train. */
  'system.chooseSlots': write(slotChoice, ok),
} as const
