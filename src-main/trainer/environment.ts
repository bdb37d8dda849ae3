/** Describes the environment that a run trains in, as measured now. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { promisify } from 'node:util'
import { computingVariables } from '../system/childEnvironment'
import type { Environment } from '../contract/runs/environment'
import { shortSha256Of } from '../files/sha256'
import { gpuMathWords } from '../system/gpuMath'
import type { DeviceProbe } from '../contract/trainer/messages'
import { processorsIn } from '../system/processors'
import type { TensorFlow } from '../graph/tensorflow'

interface Gpu {
  name: string
  /** Compute capability; null if the driver does not report it. */
  capability: number | null
  /** Memory in bytes; null if the driver does not report it. */
  bytes: number | null
}

const asked = ['--query-gpu=name,compute_cap,memory.total', '--format=csv,noheader,nounits']

/** Returns all GPUs that the driver reports, or one of them; none without a driver. @param gpu index or UUID */
async function gpusOfDriver(gpu?: string): Promise<Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [...asked, ...(gpu === undefined ? [] : [`--id=${gpu}`])],
      { timeout: 10_000 },
    )
    return gpusIn(stdout)
  } catch {
    return []
  }
}

/**
 * Returns the index or UUID of TensorFlow's first GPU: trainers number GPUs as the driver does (`trainerEnv`).
 * @param visible CUDA_VISIBLE_DEVICES
 */
export function firstGpu(visible: string | undefined): string {
  return visible?.split(',')[0]?.trim() || '0'
}

let own: Promise<Gpu | undefined> | null = null

/** Returns the GPU that TensorFlow runs on; undefined if the driver does not report it. The driver is queried once. */
function gpuOfThis(): Promise<Gpu | undefined> {
  own ??= gpusOfDriver(firstGpu(process.env['CUDA_VISIBLE_DEVICES'])).then(([gpu]) => gpu)
  return own
}

/** @param csv output of `nvidia-smi`: name, compute capability and memory in MiB */
export function gpusIn(csv: string): Gpu[] {
  return csv.split('\n').flatMap((line) => {
    // A name may contain a comma.
    const [, name, ...numbers] = /^(.*),([^,]*),([^,]*)$/.exec(line) ?? []
    if (name === undefined) return []
    const [capability = null, mebibytes = null] = numbers.map((text) => {
      const value = Number.parseFloat(text)
      return Number.isNaN(value) ? null : value
    })
    return [{ name: name.trim(), capability, bytes: mebibytes === null ? null : mebibytes * 2 ** 20 }]
  })
}

/** Returns the memory of the GPU that TensorFlow runs on, in bytes; null if unknown, 'cpu' without a GPU. */
export async function deviceMemory({ binding }: TensorFlow): Promise<number | null | 'cpu'> {
  if (!binding.isUsingGpuDevice()) return 'cpu'
  return (await gpuOfThis())?.bytes ?? null
}

/** Tensor cores support bfloat16 since Ampere. */
export function gpuBfloat16({ capability }: Gpu): string | null {
  return capability !== null && capability >= 8 ? `compute capability ${capability.toFixed(1)}` : null
}

/** @param cpuinfo the text of /proc/cpuinfo */
export function cpuBfloat16(cpuinfo: string, oneDnn: boolean): string | null {
  // TensorFlow's own kernels do not use these instructions.
  if (!oneDnn) return null
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/) ?? []
  return ['amx_bf16', 'avx512_bf16'].find((flag) => flags.includes(flag)) ?? null
}

/** `device` is the name of a GPU only if TensorFlow itself runs on it. */
export async function probeDevice({ tf, binding, kernels }: TensorFlow): Promise<DeviceProbe> {
  const onGpu = binding.isUsingGpuDevice()
  const [gpus, gpu] = onGpu ? await Promise.all([gpusOfDriver(), gpuOfThis()]) : [[], undefined]
  return {
    version: binding.TF_Version,
    tfjs: tf.version['tfjs-core'] ?? '',
    device: onGpu ? (gpu?.name ?? 'gpu') : 'cpu',
    gpus: gpus.map(({ name }) => name),
    bfloat16: onGpu
      ? gpu
        ? gpuBfloat16(gpu)
        : null
      : cpuBfloat16(
          await readFile('/proc/cpuinfo', 'utf8').catch(() => ''),
          process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0',
        ),
    kernels,
  }
}

/**
 * TensorFlow reads a thread count when it starts. Without one it uses one thread per processor that this process may
 * use.
 */
function threads(variable: string, status: string): number | null {
  const value = Number(process.env[variable])
  return Number.isInteger(value) && value > 0 ? value : allowedProcessors(status)
}

/** @param status the text of /proc/self/status; null if unavailable */
export function allowedProcessors(status: string): number | null {
  return processorsIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '').length || null
}

/** Returns an empty text if there is no such file. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Returns the thread counts with which TensorFlow computes in this process. */
export function threadsOfThis(): Environment['threads'] {
  const status = textOf('/proc/self/status')
  return { intraOp: threads('TF_NUM_INTRAOP_THREADS', status), interOp: threads('TF_NUM_INTEROP_THREADS', status) }
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
    threads: threadsOfThis(),
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    gpuMath: probe.device === 'cpu' ? null : gpuMathWords(process.env),
    instructions: instructionsIn(textOf('/proc/cpuinfo')),
    kernels: probe.kernels,
    variables: recorded(computingVariables(process.env)),
  }
}

/**
 * Returns the vector instructions of a processor in its own order. Libraries choose their code by them, and processors
 * of one model name can differ.
 */
export function instructionsIn(cpuinfo: string): string {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? []
  return flags.filter((flag) => /^(?:ssse3|sse\d|avx|fma|f16c|amx|asimd|sve|bf16|i8mm)/.test(flag)).join(' ')
}

/** A hash: a search path contains names of personal folders, and only equality matters. */
function recorded({ LD_LIBRARY_PATH: libraries, ...variables }: Record<string, string>): Record<string, string> {
  return libraries === undefined ? variables : { ...variables, LD_LIBRARY_PATH: `SHA-256 ${shortSha256Of(libraries)}` }
}
