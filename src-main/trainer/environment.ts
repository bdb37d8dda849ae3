/** What a run was trained on, as measured here and now. */
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
  /** Compute capability; null where the driver does not tell. */
  capability: number | null
  /** Its memory; null likewise. */
  bytes: number | null
}

const asked = ['--query-gpu=name,compute_cap,memory.total', '--format=csv,noheader,nounits']

/** All GPUs that the driver shows, or one of them; none where there is no driver. @param gpu index or UUID */
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
 * TensorFlow's first GPU as the driver calls it, index or UUID: trainers count GPUs as the driver does (`trainerEnv`).
 * @param visible CUDA_VISIBLE_DEVICES
 */
export function firstGpu(visible: string | undefined): string {
  return visible?.split(',')[0]?.trim() || '0'
}

let own: Promise<Gpu | undefined> | null = null

/**
 * The GPU that TensorFlow runs on; undefined where the driver does not tell of it. It stays the same: the driver is
 * asked once.
 */
function gpuOfThis(): Promise<Gpu | undefined> {
  own ??= gpusOfDriver(firstGpu(process.env['CUDA_VISIBLE_DEVICES'])).then(([gpu]) => gpu)
  return own
}

/** @param csv lines of `nvidia-smi`, asked for name, compute capability and memory in MiB */
export function gpusIn(csv: string): Gpu[] {
  return csv.split('\n').flatMap((line) => {
    // A name may have a comma in it.
    const [, name, ...numbers] = /^(.*),([^,]*),([^,]*)$/.exec(line) ?? []
    if (name === undefined) return []
    const [capability = null, mebibytes = null] = numbers.map((text) => {
      const value = Number.parseFloat(text)
      return Number.isNaN(value) ? null : value
    })
    return [{ name: name.trim(), capability, bytes: mebibytes === null ? null : mebibytes * 2 ** 20 }]
  })
}

/** Bytes of the GPU that TensorFlow runs on; null where it does not tell, 'cpu' where there is none. */
export async function deviceMemory({ binding }: TensorFlow): Promise<number | null | 'cpu'> {
  if (!binding.isUsingGpuDevice()) return 'cpu'
  return (await gpuOfThis())?.bytes ?? null
}

/** Tensor cores compute bfloat16 from Ampere on. */
export function gpuBfloat16({ capability }: Gpu): string | null {
  return capability !== null && capability >= 8 ? `compute capability ${capability.toFixed(1)}` : null
}

/** @param cpuinfo the text of /proc/cpuinfo */
export function cpuBfloat16(cpuinfo: string, oneDnn: boolean): string | null {
  // TensorFlow's own kernels know no such instructions.
  if (!oneDnn) return null
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/) ?? []
  return ['amx_bf16', 'avx512_bf16'].find((flag) => flags.includes(flag)) ?? null
}

/** `device` is a GPU's name only where TensorFlow itself runs on it. */
export async function probeDevice({ tf, binding }: TensorFlow): Promise<DeviceProbe> {
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
  }
}

/**
 * TensorFlow reads a count when it starts; without one it takes a thread for each processor that this process may run
 * on.
 */
function threads(variable: string, status: string): number | null {
  const value = Number(process.env[variable])
  return Number.isInteger(value) && value > 0 ? value : allowedProcessors(status)
}

/** @param status the text of /proc/self/status; null where it does not tell */
export function allowedProcessors(status: string): number | null {
  return processorsIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '').length || null
}

/** Empty if there is no such file. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** @param program its version */
export function environmentOf(probe: DeviceProbe, program: string, git: Environment['git']): Environment {
  const cpus = os.cpus()
  const status = textOf('/proc/self/status')
  return {
    program,
    git,
    node: process.version,
    tensorflow: probe.version,
    tfjs: probe.tfjs,
    device: probe.device,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    threads: { intraOp: threads('TF_NUM_INTRAOP_THREADS', status), interOp: threads('TF_NUM_INTEROP_THREADS', status) },
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    gpuMath: probe.device === 'cpu' ? null : gpuMathWords(process.env),
    instructions: instructionsIn(textOf('/proc/cpuinfo')),
    variables: recorded(computingVariables(process.env)),
  }
}

/**
 * Returns the vector instructions that a processor has, in its own order: libraries choose their code by them, also
 * within one model's name.
 */
export function instructionsIn(cpuinfo: string): string {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/) ?? []
  return flags.filter((flag) => /^(?:ssse3|sse\d|avx|fma|f16c|amx|asimd|sve|bf16|i8mm)/.test(flag)).join(' ')
}

/** A search path tells of a person's folders, and only whether it is the same matters. */
function recorded({ LD_LIBRARY_PATH: libraries, ...variables }: Record<string, string>): Record<string, string> {
  return libraries === undefined ? variables : { ...variables, LD_LIBRARY_PATH: `SHA-256 ${shortSha256Of(libraries)}` }
}
