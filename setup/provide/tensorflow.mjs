import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { allOnPath, run } from '../lib/command.mjs'
import { SetupError, causeOf, sentenceFor } from '../lib/failures.mjs'
import { temporaryFolder } from './lock.mjs'
import { logFile, root, runtime, shown } from '../lib/paths.mjs'
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

const packageFolder = 'node_modules/@tensorflow/tfjs-node-gpu'
const binary = `${packageFolder}/lib/napi-v8/tfjs_binding.node`

const kernels = 'src-main/graph/native'

/** What -march=native compiles for: a folder shared by several machines has one addon for each. */
export function processor() {
  return /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? ''
}

/**
 * tfjs-node's addon and our own kernels, built against that TensorFlow. They use Node-API and that one
 * TensorFlow alone, so that one plain compiler call does for every Node.
 * @param {Device} device
 */
export function addon(device) {
  const stamp = join(runtime, 'stamps/addon.json')
  // Relative to the addon, so that a moved clone still finds its TensorFlow.
  const runPath = `$ORIGIN/../../../../../${shown(folderOf(device))}/tensorflow`
  const include = [
    'node_modules/node-api-headers/include',
    `${shown(folderOf(device))}/tensorflow/include`,
    packageFolder,
  ]
  const ours = readdirSync(join(root, kernels))
    .map((file) => `${kernels}/${file}`)
    .sort()
  const source = [
    ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'].map((file) => `${packageFolder}/${file}`),
    ...ours.filter((file) => file.endsWith('.cc')),
  ]
  const link = [
    `-L${shown(folderOf(device))}/tensorflow`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    `-Wl,-rpath,${runPath}`,
  ]
  const args = [
    '-O3',
    '-march=native',
    '-std=c++17',
    '-pthread',
    '-fPIC',
    '-shared',
    '-w',
    ...include.map((folder) => `-I${folder}`),
    ...source,
    ...link,
  ]
  const key = () =>
    keyOf(
      args.join('\n'),
      processor(),
      ...ours.map((file) => readFileSync(join(root, file))),
      ...['node-api-headers', '@tensorflow/tfjs-node-gpu'].map((name) =>
        readFileSync(join(root, 'node_modules', name, 'package.json')),
      ),
    )
  const cached = () => join(runtime, `addon-${key().slice(0, 16)}.node`)

  return {
    tools: /** @type {const} */ (['g++']),
    bytes: 20e6,

    isDone: () => existsSync(join(root, packageFolder)) && readStamp(stamp, key()) !== null,

    async provide() {
      // Stored outside of node_modules: new packages or another device do not require compiling again.
      if (!existsSync(cached())) {
        await step(`tfjs addon for TensorFlow ${device.toUpperCase()}`, async () => {
          const work = temporaryFolder('addon')
          const output = join(work, 'tfjs_binding.node')
          const compiled = await run('g++', [...args, '-o', output], { env: { TMPDIR: work } })
          if (compiled.code !== 0) {
            const [message] = /^.*(error|undefined reference).*$/m.exec(compiled.output) ?? ['g++ failed']
            throw new SetupError(
              compiled.code === null || causeOf(compiled.output) !== null
                ? sentenceFor('the tfjs addon', compiled.output, shown(logFile))
                : `the tfjs addon could not be compiled (${message.trim().slice(0, 200)}): ${shown(logFile)} has the whole output; a g++ of version 9 or newer is needed.`,
            )
          }
          renameSync(output, cached())
          rmSync(work, { recursive: true })
        })
      }
      const target = join(root, binary)
      mkdirSync(dirname(target), { recursive: true })
      // A new file, renamed into place: a running trainer keeps the one that it has loaded.
      const copy = `${target}.${process.pid}.tmp`
      copyFileSync(cached(), copy)
      renameSync(copy, target)
      writeStamp(stamp, key(), [binary])
    },
  }
}
