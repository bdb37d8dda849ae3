/** The environment of a training: program, libraries, machine. */
import { z } from 'zod'

export const environment = z.object({
  program: z.string(),
  /** Commit and whether there were uncommitted changes; null outside a git checkout. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  node: z.string(),
  tensorflow: z.string(),
  tfjs: z.string(),
  /** The device of the run: 'cpu' or the GPU's name. */
  device: z.string(),
  cpu: z.string(),
  cores: z.int(),
  /**
   * Threads within an operation, and parallel operations; null if an older version did not record TensorFlow's default.
   */
  threads: z.object({ intraOp: z.int().nullable(), interOp: z.int().nullable() }),
  memoryBytes: z.number(),
  platform: z.string(),
  /**
   * Settings of the GPU libraries for precision and determinism, in words; null on a CPU, or if an older version did
   * not record them.
   */
  gpuMath: z.string().nullable().default(null),
  /**
   * The processor's vector instructions, by which libraries select code; missing if an older version did not record
   * them.
   */
  instructions: z.string().optional(),
  /**
   * Instruction level of our CPU kernels, such as 'x86-64-v4', or 'native'; null on a GPU, which does not use them;
   * missing as above: such a run used kernels for exactly its processor.
   */
  kernels: z.string().nullable().optional(),
  /** Environment variables of the trainer that can change its bits (`system/childEnvironment.ts`); missing as above. */
  variables: z.record(z.string(), z.string()).optional(),
})
export type Environment = z.infer<typeof environment>
