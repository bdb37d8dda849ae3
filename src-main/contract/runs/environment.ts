/** What a run was trained on: program, libraries, machine. */
import { z } from 'zod'

export const environment = z.object({
  program: z.string(),
  /** Commit and whether there were uncommitted changes; null outside a git checkout. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  node: z.string(),
  tensorflow: z.string(),
  tfjs: z.string(),
  /** What the run was really trained on: 'cpu' or the GPU's name. */
  device: z.string(),
  cpu: z.string(),
  cores: z.int(),
  /** In an op, and ops side by side; null where an older version did not tell TensorFlow's own choice. */
  threads: z.object({ intraOp: z.int().nullable(), interOp: z.int().nullable() }),
  memoryBytes: z.number(),
  platform: z.string(),
  /**
   * What a GPU's libraries were told about precision and repeatability, in words; null on a CPU and where an older
   * version did not tell.
   */
  gpuMath: z.string().nullable().default(null),
  /**
   * The processor's vector instructions, which libraries choose their code by; missing if an older version did not
   * record them.
   */
  instructions: z.string().optional(),
  /**
   * Variables that a trainer got and that can change its bits (`system/childEnvironment.ts`), as they were set; missing as
   * above.
   */
  variables: z.record(z.string(), z.string()).optional(),
})
export type Environment = z.infer<typeof environment>
