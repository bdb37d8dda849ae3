import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { allOnPath } from '../lib/command.mjs'
import { SetupError } from '../lib/failures.mjs'
import { temporaryFolder } from './lock.mjs'
import { root, runtime } from '../lib/paths.mjs'
import { megabytes, step } from '../lib/progress.mjs'
import { pip, unpack } from './python.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'

/** @typedef {'cpu' | 'gpu'} Device */

export const version = '2.21.0'

const libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2']
const headers = [
  'tensorflow',
  'xla/tsl',
  'tsl',
  'absl',
  'Eigen',
  'unsupported/Eigen',
  'google/protobuf',
  'ml_dtypes',
].map((folder) => `tensorflow/include/${folder}/`)
/** The parts of the wheels that a program linked to TensorFlow needs: no Python. CUDA's compiler tools are for XLA. */
const wanted = { cpu: [...libraries, ...headers], gpu: [...libraries, ...headers, 'nvidia/'] }
const sizes = { cpu: { download: 274e6, bytes: 1.3e9 }, gpu: { download: 3_379e6, bytes: 8.5e9 } }

/** @param {Device} device */
export const folderOf = (device) => join(runtime, `tensorflow-${version}-${device}`)

const requirements = (/** @type {Device} */ device) => join(root, `setup/requirements/tensorflow-${device}.txt`)

/**
 * Returns the build of TensorFlow for this machine: the requested one, else the GPU build if there is an NVIDIA driver.
 * @param {string | undefined} asked `cpu`, `gpu` or nothing
 * @returns {Device}
 */
export function chooseDevice(asked) {
  if (asked === 'cpu' || asked === 'gpu') return asked
  if (asked !== undefined && asked !== '') throw new SetupError(`the device must be cpu or gpu, not ${asked}.`)
  if (existsSync('/proc/driver/nvidia/version')) return 'gpu'
  const tool = allOnPath('nvidia-smi')[0]
  if (tool === undefined) return 'cpu'
  if (existsSync('/dev/dxg')) return 'gpu' // Windows' Linux: the driver is outside.
  // The tool alone proves nothing: some containers have it without a driver. This check may take a second, but it is
  // rare.
  return spawnSync(tool, ['-L'], { stdio: 'ignore', timeout: 10_000 }).status === 0 ? 'gpu' : 'cpu'
}

/** @param {Device} device */
export function tensorflow(device) {
  const folder = folderOf(device)
  const stamp = join(folder, '.stamp.json')
  const key = () => keyOf(readFileSync(requirements(device)), wanted[device].join('\n'))
  const title = `TensorFlow ${version} (${device.toUpperCase()})`

  return {
    tools: /** @type {const} */ (['python3']),
    bytes: sizes[device].bytes,

    isDone: () => readStamp(stamp, key(), folder) !== null,

    provide: () =>
      step(title, async (update) => {
        const work = temporaryFolder('tensorflow')
        const wheels = join(work, 'wheels')
        const all = megabytes(sizes[device].download)
        await pip(title, requirements(device), wheels, (bytes) => update(`${megabytes(bytes)} of ${all}`))
        const tree = join(work, 'tree')
        for (const wheel of readdirSync(wheels)) {
          update(`unpacking ${wheel.split('-')[0]}`)
          await unpack(title, join(wheels, wheel), tree, wanted[device])
          rmSync(join(wheels, wheel))
        }
        writeStamp(join(tree, '.stamp.json'), key(), libraries, { base: tree })
        rmSync(folder, { recursive: true, force: true })
        renameSync(tree, folder)
        rmSync(work, { recursive: true })
      }),
  }
}
