import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allOnPath, mustRun, sizeOf } from '../lib/command.mjs'
import { SetupError } from '../lib/failures.mjs'

/** @type {string | null | undefined} */
let found

/** @returns {string | null} the first Python on the PATH that has pip */
export function pythonWithPip() {
  found ??=
    ['python3', 'python']
      .flatMap(allOnPath)
      .find((file) => spawnSync(file, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0) ?? null
  return found
}

/** Call after a package was installed. */
export const forgetPython = () => (found = undefined)

function python() {
  const file = pythonWithPip()
  if (file === null) throw new SetupError('python3 with pip is missing: install it, then call again.')
  return file
}

// Wheels are unpacked, never imported, so they are requested explicitly whatever Python and C library run here.
const platforms = [
  'manylinux_2_27_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux2014_x86_64',
  'manylinux2010_x86_64',
  'manylinux1_x86_64',
]

/**
 * Downloads the wheels that a requirements file pins by version and SHA-256.
 * @param {string} what for messages
 * @param {string} requirements
 * @param {string} folder receives the wheels; pip works in it, so that its size shows the progress
 * @param {(bytes: number) => void} onProgress
 */
export async function pip(what, requirements, folder, onProgress) {
  const work = `${folder}-pip`
  mkdirSync(work, { recursive: true })
  const exactly = [
    '--no-deps',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
  ]
  const quick = [
    '--retries',
    '2',
    '--timeout',
    '30',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
  ]
  const args = [
    '-m',
    'pip',
    'download',
    ...exactly,
    ...platforms.flatMap((name) => ['--platform', name]),
    ...quick,
    '-d',
    folder,
    '-r',
    requirements,
  ]
  await mustRun(what, python(), args, {
    env: { TMPDIR: work },
    stallSeconds: 300,
    measure: () => sizeOf(work) + sizeOf(folder),
    onProgress,
  })
}

// zipfile drops the executable bit, which CUDA's tools need.
const program = `
import os, sys, zipfile
wheel, out, wanted = zipfile.ZipFile(sys.argv[1]), sys.argv[2], tuple(sys.argv[3:])
for entry in wheel.infolist():
    if entry.filename.startswith(wanted):
        path = wheel.extract(entry, out)
        if entry.external_attr >> 16 & 0o111 and not entry.is_dir():
            os.chmod(path, 0o755)
`

/**
 * @param {string} what for messages
 * @param {string} wheel
 * @param {string} folder
 * @param {readonly string[]} prefixes of the files to extract
 */
export async function unpack(what, wheel, folder, prefixes) {
  mkdirSync(folder, { recursive: true })
  const script = join(folder, '../unpack.py')
  writeFileSync(script, program)
  await mustRun(what, python(), [script, wheel, folder, ...prefixes])
}
