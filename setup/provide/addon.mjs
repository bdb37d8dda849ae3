import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { basename, join } from 'node:path'
import { run } from '../lib/command.mjs'
import { SetupError, causeOf, sentenceFor } from '../lib/failures.mjs'
import { addonName, kernelLevels, nativeLevel, supportedLevels } from '../lib/kernelLevels.mjs'
import { logFile, root, runtime, shown } from '../lib/paths.mjs'
import { log, step } from '../lib/progress.mjs'
import { temporaryFolder } from './lock.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'
import { folderOf } from './tensorflow.mjs'

/** @typedef {import('./tensorflow.mjs').Device} Device */

const packageFolder = 'node_modules/@tensorflow/tfjs-node-gpu'
const binaries = `${packageFolder}/lib/napi-v8`
const native = 'src-main/graph/native'

/** Memory that one compiler call needs at its peak; measured with g++ 12: 0.65 GB. */
const bytesPerCompiler = 0.8e9

const cpuinfo = () => readFileSync('/proc/cpuinfo', 'utf8')

/** The flags of this machine's processor, for which `-march=native` compiles. */
export function processor() {
  return /^flags\s*:.*$/m.exec(cpuinfo())?.[0] ?? ''
}

/** @param {string} folder @returns {string[]} its C++ files, relative to the clone */
const sourcesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.cc'))
    .sort()
    .map((file) => `${folder}/${file}`)

/**
 * Returns the compiler calls that build the addons: objects of all levels, objects of each level, and the link of each.
 * Paths are relative to the clone, so that the same sources give the same bytes.
 * @param {Device} device
 */
function compilation(device) {
  const library = `${shown(folderOf(device))}/tensorflow`
  const include = ['node_modules/node-api-headers/include', `${library}/include`, packageFolder]
  const compile = ['-O3', '-std=c++17', '-pthread', '-fPIC', '-w', '-Wno-psabi']
  return {
    shared: {
      sources: [
        ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => `${packageFolder}/binding/${file}`),
        ...sourcesIn(native),
      ],
      args: [...compile, ...include.map((folder) => `-I${folder}`)],
    },
    /** The kernels' arithmetic: the only code that is compiled for a level. */
    perLevel: { sources: sourcesIn(`${native}/compute`), args: compile },
    link: [
      '-shared',
      '-pthread',
      `-L${library}`,
      '-l:libtensorflow_cc.so.2',
      '-l:libtensorflow_framework.so.2',
      // Relative to the addon, so that a moved clone still finds its TensorFlow.
      `-Wl,-rpath,$ORIGIN/../../../../../${library}`,
    ],
  }
}

/**
 * Runs tasks, at most `count` at a time. After a failure it starts no further task, and throws when the started ones
 * have ended.
 * @param {(() => Promise<void>)[]} tasks
 * @param {number} count
 */
async function inParallel(tasks, count) {
  const waiting = [...tasks]
  const ends = await Promise.allSettled(
    Array.from({ length: count }, async () => {
      try {
        for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task()
      } catch (error) {
        waiting.length = 0
        throw error
      }
    }),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** @param {string[]} args of g++ @param {string} work folder for its temporary files */
async function compiler(args, work) {
  const { code, output } = await run('g++', args, { env: { TMPDIR: work } })
  if (code === 0) return
  const [message] = /^.*(error|undefined reference).*$/m.exec(output) ?? ['g++ failed']
  throw new SetupError(
    code === null || causeOf(output) !== null
      ? sentenceFor('the tfjs addon', output, shown(logFile))
      : `the tfjs addon could not be compiled (${message.trim().slice(0, 200)}): ${shown(logFile)} has the whole output; a g++ of version 9 or newer is needed.`,
  )
}

/** @returns {Promise<string[]>} the levels that g++ knows, ascending */
async function knownLevels() {
  if (process.arch !== 'x64') return []
  const known = await Promise.all(
    kernelLevels.map(async (level) => {
      const { code } = await run('g++', [`-march=${level}`, '-fsyntax-only', '-x', 'c++', '/dev/null'])
      return code === 0
    }),
  )
  return kernelLevels.filter((_, i) => known[i])
}

/**
 * Returns the sentence about levels that g++ does not know; null if it knows all.
 * @param {readonly string[]} known
 */
export function unknownLevels(known) {
  const unknown = kernelLevels.filter((level) => !known.includes(level))
  if (unknown.length === 0) return null
  const built = known.length === 0 ? 'kernels for this machine only' : `kernels for ${known.join(' and ')} only`
  return `g++ does not know ${unknown.join(' and ')}, so the setup builds ${built}: install g++ 11 or newer and delete ${shown(stamp)} to build all levels.`
}

const stamp = join(runtime, 'stamps/addon.json')

/**
 * tfjs-node's addon with our own kernels, once per instruction level, built against that TensorFlow. It uses Node-API
 * and that one TensorFlow only, so that no build per version of Node is needed.
 * @param {Device} device
 */
export function addon(device) {
  const { shared, perLevel, link } = compilation(device)
  /** @param {boolean} isNative a native build belongs to one processor: machines that share the folder have one each */
  const key = (isNative) =>
    keyOf(
      ...[shared, perLevel].flatMap(({ sources, args }) => [sources.join('\n'), args.join('\n')]),
      link.join('\n'),
      kernelLevels.join('\n'),
      isNative ? processor() : '',
      ...[native, `${native}/compute`].flatMap((folder) =>
        readdirSync(join(root, folder), { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => name)
          .sort()
          .flatMap((name) => [name, readFileSync(join(root, folder, name))]),
      ),
      ...['node-api-headers', '@tensorflow/tfjs-node-gpu'].map((name) =>
        readFileSync(join(root, 'node_modules', name, 'package.json')),
      ),
    )
  /** @param {string} level */
  const cached = (level) => join(runtime, `addon-${key(level === nativeLevel).slice(0, 16)}-${level}.node`)

  /** @param {string[]} levels */
  async function build(levels) {
    const work = temporaryFolder('addon')
    const flagOf = (/** @type {string} */ level) => `-march=${level}`
    /** @param {string} source @param {string} variant @param {string[]} args */
    const object = (source, variant, args) => {
      const file = join(work, `${basename(source, '.cc')}-${variant}.o`)
      return { file, task: () => compiler([...args, '-c', source, '-o', file], work) }
    }
    const ofAll = shared.sources.map((source) => object(source, 'shared', shared.args))
    const ofLevels = levels.map((level) =>
      perLevel.sources.map((source) => object(source, level, [...perLevel.args, flagOf(level)])),
    )
    const objects = [...ofLevels.flat(), ...ofAll]
    const fits = Math.max(1, Math.floor(freemem() / bytesPerCompiler))
    await inParallel(
      objects.map(({ task }) => task),
      Math.min(availableParallelism(), fits, objects.length),
    )
    for (const [i, level] of levels.entries()) {
      const output = join(work, addonName(level))
      const files = [...ofAll, ...(ofLevels[i] ?? [])].map(({ file }) => file)
      await compiler([...files, ...link, '-o', output], work)
      renameSync(output, cached(level))
    }
    rmSync(work, { recursive: true })
  }

  return {
    tools: /** @type {const} */ (['g++']),
    bytes: 40e6,

    isDone() {
      if (!existsSync(join(root, packageFolder))) return false
      const fits = readStamp(stamp, key(false)) !== null && supportedLevels(cpuinfo()).length > 0
      return fits || readStamp(stamp, key(true)) !== null
    },

    async provide() {
      const known = await knownLevels()
      const sentence = unknownLevels(known)
      if (sentence !== null) log(sentence)
      const isNative = !supportedLevels(cpuinfo()).some((level) => known.includes(level))
      const levels = isNative ? [...known, nativeLevel] : known
      // Stored outside of node_modules: new packages or another device do not require compiling again.
      const missing = levels.filter((level) => !existsSync(cached(level)))
      if (missing.length > 0) await step(`tfjs addon for TensorFlow ${device.toUpperCase()}`, () => build(missing))
      mkdirSync(join(root, binaries), { recursive: true })
      for (const level of levels) {
        // A new file, renamed into place: a running trainer keeps the one that it has loaded.
        const target = join(root, binaries, addonName(level))
        const copy = `${target}.${process.pid}.tmp`
        copyFileSync(cached(level), copy)
        renameSync(copy, target)
      }
      const installed = levels.map(addonName)
      for (const name of readdirSync(join(root, binaries)))
        if (!installed.includes(name)) rmSync(join(root, binaries, name))
      writeStamp(
        stamp,
        key(isNative),
        installed.map((name) => `${binaries}/${name}`),
      )
    },
  }
}
