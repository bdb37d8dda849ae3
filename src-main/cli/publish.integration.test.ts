/** The built commands that check a run and carry results elsewhere, with their exit codes. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imported, runManifest, studyManifest, verification } from '../contract/publish'
import { comparison } from '../contract/records'

const entry = path.resolve(import.meta.dirname, '../../out/main/cli.js')
const scratch = mkdtempSync(path.join(tmpdir(), 'mcnn-cli-publish-'))
const here = path.join(scratch, 'here')
const there = path.join(scratch, 'there')
const archive = path.join(scratch, 'study.tar.gz')

async function mcnn(dataDir: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return promisify(execFile)(process.execPath, [entry, ...args, '--data-dir', dataDir]).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (thrown: unknown) => {
      const failed = thrown as { code: number; stdout: string; stderr: string }
      return { code: failed.code, out: failed.stdout, err: failed.stderr }
    },
  )
}

beforeAll(async () => {
  const { code, err } = await mcnn(here, 'study', 'run', '--name', 'Small', '--archs', 'resnet-8', '--variants', 'mcnn-f', '--dataset', 'synthetic', '--train-examples', '40', '--test-examples', '20', '--epochs', '2', '--batch', '20', '--seeds', '1')
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('mcnn', () => {
  let run = ''

  it('prints manifests', async () => {
    const study = studyManifest.parse(JSON.parse((await mcnn(here, 'study', 'manifest', 'small')).out))
    run = study.runs[0]?.run.id ?? ''
    const { out } = await mcnn(here, 'runs', 'manifest', run)
    expect(runManifest.parse(JSON.parse(out))).toEqual(study.runs[0])
    // Keys in order, for people and for comparing texts.
    expect(out.startsWith('{\n  "code": {')).toBe(true)
    expect((await mcnn(here, 'runs', 'manifest', run, '--json')).out.trimEnd()).not.toContain('\n')
  })

  it('verifies a run, and ends with 1 where it comes out otherwise', async () => {
    const same = await mcnn(here, 'verify', run)
    expect([same.code, same.out]).toEqual([0, expect.stringMatching(/: the same, bit for bit \(all 2 epochs again, 4 sampled steps, 2 epochs and the final weights compared, in /)])
    const db = new Sqlite(path.join(here, 'history.sqlite'))
    db.prepare('UPDATE steps SET loss = loss + 1 WHERE step = 1').run()
    db.close()
    const differs = await mcnn(here, 'verify', run, '--steps', '1', '--json')
    expect(differs.code).toBe(1)
    expect(verification.parse(JSON.parse(differs.out))).toMatchObject({ same: false, extent: 'steps', differences: [expect.stringMatching(/^The loss of step 1 is /)] })
    expect(await mcnn(here, 'verify', run, '--steps', '1', '--epochs', '1')).toMatchObject({ code: 2, err: expect.stringContaining('exclude each other') })
    expect(await mcnn(here, 'verify', run, '--epochs', '9')).toMatchObject({ code: 2, err: expect.stringContaining('has finished 2 epochs') })
  })

  it('exports a study and imports it elsewhere, once', async () => {
    expect(await mcnn(here, 'export', 'small', '--out', archive)).toMatchObject({ code: 0, out: expect.stringContaining('1 run') })
    expect(await mcnn(here, 'export', 'small', '--out', archive)).toMatchObject({ code: 2, err: expect.stringContaining('exists already') })
    expect(imported.parse(JSON.parse((await mcnn(there, 'import', archive, '--json')).out))).toMatchObject({ studyId: 'small', runs: [{ id: run, as: run }], skipped: [] })
    expect((await mcnn(there, 'import', archive)).out).toContain('nothing new, its run is here already.')
    expect(await mcnn(there, 'import', path.join(here, 'history.sqlite'))).toMatchObject({ code: 2, err: expect.stringContaining('damaged') })
    const compared = async (dataDir: string): Promise<unknown> => comparison.parse(JSON.parse((await mcnn(dataDir, 'compare', 'small', '--json')).out))
    expect(await compared(there)).toEqual(await compared(here))
  })

  it('writes a report, and none over something else', async () => {
    const out = path.join(scratch, 'report')
    expect(await mcnn(there, 'report', 'small', '--out', out)).toMatchObject({ code: 0, err: expect.not.stringMatching(/warning/i) })
    expect(existsSync(path.join(out, 'index.html'))).toBe(true)
    expect(await mcnn(there, 'report', 'small', '--out', out)).toMatchObject({ code: 2, err: expect.stringContaining('exists already') })
    expect(await mcnn(there, 'report', 'small', '--out', out, '--force')).toMatchObject({ code: 0 })
  })
})
