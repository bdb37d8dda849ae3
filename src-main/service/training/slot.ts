/** A slot trains one run at a time: today the complete machine, later a GPU or a share of the cores. */
export interface Slot {
  id: string
  /** The device that TensorFlow shall use, such as a GPU's UUID; null leaves the choice to TensorFlow. */
  device: string | null
  /** What a trainer's environment holds in this slot in addition to `trainerEnv`. */
  env: NodeJS.ProcessEnv
}

/** Returns the slots of this machine: one run trains at a time. */
export function localSlots(): Slot[] {
  return [{ id: 'local', device: null, env: {} }]
}
