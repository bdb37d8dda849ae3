import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { allOnPath, filesIn, run } from '../lib/command.mjs'
import { electronHere } from './electron.mjs'
import { SetupError, causeOf, sentenceFor } from '../lib/failures.mjs'
import { logFile, runtime, shown } from '../lib/paths.mjs'
import { step } from '../lib/progress.mjs'
import { forgetPython, pythonWithPip } from './python.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'

/** @typedef {'python3' | 'g++' | 'xvfb-run'} Tool */

/** @type {Record<Tool, { name: string, packages: string[], isHere: () => boolean }>} */
const tools = {
  python3: { name: 'python3 with pip', packages: ['python3', 'python3-pip'], isHere: () => pythonWithPip() !== null },
  'g++': { name: 'the compiler g++', packages: ['g++'], isHere: () => allOnPath('g++').length > 0 },
  'xvfb-run': { name: 'xvfb-run', packages: ['xvfb', 'xauth'], isHere: () => allOnPath('xvfb-run').length > 0 },
}

/**
 * Debian's and Ubuntu's packages of the libraries that Electron is linked with, by the beginning of the library's name.
 */
const libraryPackages = {
  'libnss3.': 'libnss3',
  'libnssutil3.': 'libnss3',
  'libsmime3.': 'libnss3',
  'libnspr4.': 'libnspr4',
  'libplc4.': 'libnspr4',
  'libplds4.': 'libnspr4',
  'libatk-1.0.': 'libatk1.0-0',
  'libatk-bridge-2.0.': 'libatk-bridge2.0-0',
  'libatspi.': 'libatspi2.0-0',
  'libcups.': 'libcups2',
  'libdrm.': 'libdrm2',
  'libgbm.': 'libgbm1',
  'libgtk-3.': 'libgtk-3-0',
  'libgdk-3.': 'libgtk-3-0',
  'libgdk_pixbuf-2.0.': 'libgdk-pixbuf-2.0-0',
  'libpango-1.0.': 'libpango-1.0-0',
  'libpangocairo-1.0.': 'libpangocairo-1.0-0',
  'libcairo.': 'libcairo2',
  'libasound.': 'libasound2',
  'libX11.': 'libx11-6',
  'libX11-xcb.': 'libx11-xcb1',
  'libxcb.': 'libxcb1',
  'libxcb-dri3.': 'libxcb-dri3-0',
  'libXcomposite.': 'libxcomposite1',
  'libXcursor.': 'libxcursor1',
  'libXdamage.': 'libxdamage1',
  'libXext.': 'libxext6',
  'libXfixes.': 'libxfixes3',
  'libXi.': 'libxi6',
  'libXrandr.': 'libxrandr2',
  'libXrender.': 'libxrender1',
  'libXtst.': 'libxtst6',
  'libxshmfence.': 'libxshmfence1',
  'libxkbcommon.': 'libxkbcommon0',
  'libexpat.': 'libexpat1',
  'libdbus-1.': 'libdbus-1-3',
  'libglib-2.0.': 'libglib2.0-0',
  'libgobject-2.0.': 'libglib2.0-0',
  'libgio-2.0.': 'libglib2.0-0',
  'libgmodule-2.0.': 'libglib2.0-0',
  'libudev.': 'libudev1',
  'libuuid.': 'libuuid1',
  'libgcc_s.': 'libgcc-s1',
  'libstdc++.': 'libstdc++6',
}

/**
 * @param {string} output of ldd
 * @returns {string[]} the libraries that it did not find
 */
export const notFound = (output) => [
  ...new Set([...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name = '']) => name)),
]

/**
 * @param {string[]} libraries
 * @returns {{ packages: string[], unknown: string[] }} the packages that contain them, and the libraries whose
 *   package is unknown
 */
export function packagesOf(libraries) {
  const packages = new Set()
  const unknown = []
  for (const library of libraries) {
    const entry = Object.entries(libraryPackages).find(([start]) => library.startsWith(start))
    if (entry) packages.add(entry[1])
    else unknown.push(library)
  }
  return { packages: [...packages].sort(), unknown }
}

/**
 * With the change to 64-bit times, Debian and Ubuntu renamed some packages; an old name may then mean several.
 * @param {string[]} packages
 * @param {string} output of `apt-cache show` for each with `t64` appended
 */
export function withTime64(packages, output) {
  const known = new Set([...output.matchAll(/^Package: (\S+)$/gm)].map(([, name]) => name))
  return packages.map((name) => (known.has(`${name}t64`) ? `${name}t64` : name))
}

/** @param {string[]} names */
const list = (names) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)

/**
 * @param {string[]} missing names for people
 * @param {string | null} command that provides them, null without apt
 */
export function missingSentence(missing, command) {
  const verb = missing.length > 1 ? 'are' : 'is'
  const remedy = command === null ? "install that with this system's package manager" : `type: ${command}`
  return `${list(missing)} ${verb} missing and cannot be installed automatically; ${remedy}, then call again.`
}

/** @param {string[]} libraries */
const librariesNamed = (libraries) =>
  `Electron's ${libraries.slice(0, 3).join(', ')}${libraries.length > 3 ? ` (and ${libraries.length - 3} more libraries)` : ''}`

/** @returns {string[] | null} a prefix that runs a command as root; null: impossible without a password */
function asRoot() {
  if (process.getuid?.() === 0) return []
  const sudo = allOnPath('sudo')[0]
  return sudo !== undefined && spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : null
}

/**
 * @param {string[]} packages
 * @param {string[]} missing names for people
 */
async function install(packages, missing) {
  const apt = allOnPath('apt-get').length > 0
  const prefix = asRoot()
  const named = async () => {
    const { output } = await run('apt-cache', ['show', '--no-all-versions', ...packages.map((name) => `${name}t64`)], {
      env: { LC_ALL: 'C' },
    })
    return withTime64(packages, output)
  }
  if (!apt || prefix === null || packages.length === 0) {
    throw new SetupError(
      missingSentence(
        missing,
        apt && packages.length > 0
          ? `sudo apt-get update && sudo apt-get install -y ${(await named()).join(' ')}`
          : null,
      ),
    )
  }
  await step(
    packages.length > 4 ? `${packages.length} system packages` : `system packages ${packages.join(' ')}`,
    async () => {
      const [command = '', ...before] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C']
      const aptGet = (/** @type {string[]} */ ...args) =>
        run(command, [...before, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2', ...args], {
          unattended: true,
        })
      const attempt = async () => aptGet('install', '-y', '--no-install-recommends', ...(await named()))
      let { code, output } = await attempt()
      if (code !== 0 && /dpkg was interrupted/.test(output)) {
        await run(command, [...before, 'dpkg', '--configure', '-a'], { unattended: true })
        ;({ code, output } = await attempt())
      }
      if (code !== 0 && causeOf(output) !== 'space') {
        await aptGet('update') // Its lists are missing or too old.
        ;({ code, output } = await attempt())
      }
      if (code !== 0) {
        const cause = causeOf(output)
        const details = `${shown(logFile)} has apt's output`
        throw new SetupError(
          cause === null || cause === 'permission'
            ? `apt could not install ${packages.join(' ')}, which the setup needs (${details}): install that, then call again.`
            : sentenceFor(`the system packages ${packages.join(' ')}`, output, shown(logFile)),
        )
      }
    },
  )
  forgetPython()
}

/** @param {readonly Tool[]} wanted programs that later steps call */
export async function provideTools(wanted) {
  const missing = () => wanted.map((tool) => tools[tool]).filter(({ isHere }) => !isHere())
  const before = missing()
  if (before.length === 0) return
  await install(
    before.flatMap(({ packages }) => packages),
    before.map(({ name }) => name),
  )
  const after = missing()
  if (after.length > 0)
    throw new SetupError(
      missingSentence(
        after.map(({ name }) => name),
        null,
      ),
    )
}

export const xvfb = {
  tools: /** @type {const} */ (['xvfb-run']),
  bytes: 0,
  isDone: () => tools['xvfb-run'].isHere(),
  provide: async () => {},
}

/** @param {string} file @returns {string | null} null if it cannot be read */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * @returns {boolean} whether Chromium can create the user namespaces that its sandbox needs (Ubuntu 24.04 forbids it)
 */
function namespacesWork() {
  if (textOf('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') return false
  const unshare = allOnPath('unshare')[0]
  return unshare === undefined || spawnSync(unshare, ['-Ur', 'true'], { stdio: 'ignore' }).status === 0
}

/** Without namespaces, Chromium's sandbox needs its helper to belong to root. @param {string} helper */
async function provideSandbox(helper) {
  if (process.getuid?.() === 0) return // Chromium refuses its sandbox to root: started with --no-sandbox.
  const { uid, mode } = statSync(helper)
  if ((uid === 0 && mode & 0o4000) || namespacesWork()) return
  const prefix = asRoot()
  const [command = '', ...before] = prefix ?? []
  const commands = [
    ['chown', 'root:root', helper],
    ['chmod', '4755', helper],
  ]
  for (const args of commands) {
    if (prefix !== null && (await run(command, [...before, ...args])).code === 0) continue
    const typed = commands.map((parts) => `sudo ${parts.join(' ')}`).join(' && ')
    throw new SetupError(
      `this system lets Electron's sandbox work only if its helper belongs to root; type: ${typed} , then call again.`,
    )
  }
}

/** A minimal system has no font, and all text in the window would be boxes. */
function fontsAreHere() {
  return [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    join(homedir(), '.fonts'),
    join(homedir(), '.local/share/fonts'),
  ].some((folder) => {
    try {
      return filesIn(folder).some((file) => /\.(ttf|otf|ttc)$/i.test(file))
    } catch {
      return false
    }
  })
}

const stamp = join(runtime, 'stamps/system.json')

/** Checked again when Electron changes, or when packages are installed or removed. */
function key() {
  const installed = statSync('/var/lib/dpkg/status', { throwIfNoEntry: false })?.mtimeMs ?? 0
  return keyOf(electronHere()?.version ?? '', String(installed), String(process.getuid?.() === 0))
}

/** Checks Electron's system requirements. */
export const system = {
  tools: [],
  bytes: 0,

  isDone: () => readStamp(stamp, key()) !== null,

  async provide() {
    const dist = electronHere()?.dist
    if (dist === undefined) throw new Error('Electron comes first')
    const missing = async () => notFound((await run('ldd', [join(dist, 'electron')], { env: { LC_ALL: 'C' } })).output)
    const libraries = await missing()
    const { packages } = packagesOf(libraries)
    const fonts = fontsAreHere() ? [] : ['fonts-dejavu-core']
    const names = [
      ...(libraries.length > 0 ? [librariesNamed(libraries)] : []),
      ...(fonts.length > 0 ? ['a font'] : []),
    ]
    if (names.length > 0) await install([...packages, ...fonts], names)
    const still = libraries.length > 0 ? await missing() : []
    if (still.length > 0) throw new SetupError(missingSentence([librariesNamed(still)], null))
    await provideSandbox(join(dist, 'chrome-sandbox'))
    writeStamp(stamp, key(), [])
  },
}
