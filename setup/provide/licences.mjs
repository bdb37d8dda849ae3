import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pinned, root } from '../lib/paths.mjs'

/** @typedef {{ name: string, version: string, licence: string }} Licence */
/** @typedef {{ dev?: boolean, version?: string, license?: string, hasInstallScript?: boolean }} Locked */

/** Licences that allow distribution with attribution. */
export const allowed = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0']

/** Build dependencies whose code is part of the build: Svelte and the imports of its pages. */
const builtIn = ['svelte', 'clsx', 'esm-env']

/** Phrases that identify a licence's text, for packages without a valid SPDX expression. */
const texts = /** @type {const} */ ([
  ['MIT', 'Permission is hereby granted, free of charge, to any person obtaining a copy'],
])

/** Whether an SPDX expression asks for nothing beyond the allowed licences: all of an AND, one of an OR. @param {string} expression */
export function isAllowed(expression) {
  const plain = expression.replace(/[()]/g, ' ').trim()
  if (/\bOR\b/.test(plain) && /\bAND\b/.test(plain)) return false
  const parts = plain.split(/\s+(?:AND|OR)\s+/).map((part) => allowed.includes(part.trim()))
  return /\bOR\b/.test(plain) ? parts.some(Boolean) : parts.every(Boolean)
}

/** @param {string} folder of a package @returns {string} its SPDX expression; '' if it has none */
function licenceIn(folder) {
  const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (typeof license === 'string') return license
  try {
    const text = readFileSync(join(folder, 'LICENSE'), 'utf8').replace(/\s+/g, ' ')
    return texts.find(([, words]) => text.includes(words))?.[0] ?? ''
  } catch {
    return ''
  }
}

/** @returns {Record<string, Locked>} of the lock file, by folder */
export const lockedPackages = () => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages

/**
 * Everything that the program is made of or runs on, by name.
 * @param {Record<string, Locked>} locked
 * @param {(folder: string) => string} licenceOf
 * @returns {Licence[]}
 */
export function licences(locked = lockedPackages(), licenceOf = licenceIn) {
  /** @type {Map<string, Licence>} */
  const all = new Map()
  for (const [folder, { dev, version = '' }] of Object.entries(locked)) {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (folder === '' || (dev && !builtIn.includes(name))) continue
    all.set(`${name} ${version}`, { name, version, licence: licenceOf(join(root, folder)) })
  }
  // Not packages of npm's tree, or only the means to fetch them.
  const others = [
    {
      name: 'Electron (with Chromium; see its LICENSES.chromium.html)',
      version: pinned('devDependencies', 'electron'),
      licence: 'MIT',
    },
    { name: 'TensorFlow', version: '', licence: 'Apache-2.0' },
  ]
  return [...all.values(), ...others].sort(
    (a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'),
  )
}
