import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const out = path.resolve(import.meta.dirname, '../out/main')
/** Chunks have a hash in their name, entries do not. */
const entries = readdirSync(out).filter(
  (name) => name.endsWith('.js') && !/-[\w-]{8}\.js$/.test(name) && !name.startsWith('rolldown-runtime'),
)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-runtime-'))
  // The check sees another Node version, and so would any native module that the check should have prevented from
  // loading.
  writeFileSync(
    path.join(folder, 'node20.cjs'),
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } }); process.dlopen = () => { throw new Error('a native module was loaded') }`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('finds the built entry points', () => {
  expect(entries).toEqual(expect.arrayContaining(['cli.js', 'history.js', 'index.js', 'service.js', 'trainer.js']))
})

it.each(entries)('%s rejects another runtime, in one sentence', (entry) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', path.join(folder, 'node20.cjs'), path.join(out, entry), '--data-dir', path.join(folder, 'a b')],
    { encoding: 'utf8', cwd: folder },
  )
  expect(stderr).toMatch(
    new RegExp(
      `^out/main/${entry} needs (Node\\.js 24|Electron) and was started with Node\\.js 20\\.20\\.2\\. Run: .* --data-dir '.*a b'\n$`,
    ),
  )
  expect([status, stdout]).toEqual([2, ''])
  expect(readdirSync(folder)).toEqual(['node20.cjs'])
})
