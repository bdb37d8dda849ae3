/** What a run was trained on, as measured here and now. */
import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'
import type { Environment } from '../contract/records'
import type { DeviceProbe } from '../contract/training'
import type { TensorFlow } from '../graph/tensorflow'

/** Names of the GPUs that the driver shows; none where there is no driver. */
async function gpuNames(): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: 10_000 })
    return stdout.split('\n').map((line) => line.trim()).filter(Boolean)
  } catch {
    return []
  }
}

/** `device` is a GPU's name only where TensorFlow itself runs on it. */
export async function probeDevice({ tf, binding }: TensorFlow): Promise<DeviceProbe> {
  const onGpu = binding.isUsingGpuDevice()
  const gpus = onGpu ? await gpuNames() : []
  return { version: binding.TF_Version, tfjs: tf.version['tfjs-core'] ?? '', device: onGpu ? (gpus[0] ?? 'gpu') : 'cpu', gpus }
}

function threads(variable: string): number | null {
  const value = Number(process.env[variable])
  return Number.isInteger(value) && value > 0 ? value : null
}

/** @param program its version */
export function environmentOf(probe: DeviceProbe, program: string, git: Environment['git']): Environment {
  const cpus = os.cpus()
  return {
    program,
    git,
    node: process.version,
    tensorflow: probe.version,
    tfjs: probe.tfjs,
    device: probe.device,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    // Null: TensorFlow's own choice.
    threads: { intraOp: threads('TF_NUM_INTRAOP_THREADS'), interOp: threads('TF_NUM_INTEROP_THREADS') },
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
  }
}
