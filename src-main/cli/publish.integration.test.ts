/** The built commands that check a run and carry results elsewhere, with their exit codes. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imported } from '../contract/publish/publish'
import { runManifest, studyManifest } from '../contract/publish/manifests'
import { verification } from '../contract/publish/verification'
import { comparison } from '../contract/studies/comparison'

const entry = path.resolve('out/main/cli.js')
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
  const { code, err } = await mcnn(
    here,
    'study',
    'run',
    '--name',
    'Small',
    '--archs',
    'resnet-8',
    '--variants',
    'mcnn-f',
    '--dataset',
    'synthetic',
    '--train-examples',
    '40',
    '--test-examples',
    '20',
    '--epochs',
    '2',
    '--batch',
    '20',
    '--seeds',
    '1',
  )
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

  it('verifies a run, and exits with 1 if it differs', async () => {
    const same = await mcnn(here, 'verify', run)
    expect([same.code, same.out]).toEqual([
      0,
      expect.stringMatching(
        /: identical, bit for bit \(all 2 epochs again, 4 sampled steps, 2 epochs and the final weights compared, in /,
      ),
    ])
    const db = new Sqlite(path.join(here, 'history.sqlite'))
    db.prepare('UPDATE steps SET loss = loss + 1 WHERE step = 1').run()
    db.close()
    const differs = await mcnn(here, 'verify', run, '--steps', '1', '--json')
    expect(differs.code).toBe(1)
    expect(verification.parse(JSON.parse(differs.out))).toMatchObject({
      same: false,
      extent: 'steps',
      differences: [expect.stringMatching(/^The loss of step 1 is /)],
    })
    expect(await mcnn(here, 'verify', run, '--steps', '1', '--epochs', '1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be combined'),
    })
    expect(await mcnn(here, 'verify', run, '--epochs', '9')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has finished 2 epochs'),
    })
  })

  it('exports a study and imports it elsewhere, once', async () => {
    expect(await mcnn(here, 'export', 'small', '--out', archive)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 run'),
    })
    expect(await mcnn(here, 'export', 'small', '--out', archive)).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists already'),
    })
    expect(imported.parse(JSON.parse((await mcnn(there, 'import', archive, '--json')).out))).toMatchObject({
      studyId: 'small',
      runs: [{ id: run, as: run }],
      skipped: [],
    })
    expect((await mcnn(there, 'import', archive)).out).toContain('nothing new, its run was imported already.')
    expect(await mcnn(there, 'import', path.join(here, 'history.sqlite'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not an archive'),
    })
    const compared = async (dataDir: string): Promise<unknown> =>
      comparison.parse(JSON.parse((await mcnn(dataDir, 'compare', 'small', '--json')).out))
    expect(await compared(there)).toEqual(await compared(here))
  })

  it('writes a report, but not over other files', async () => {
    const out = path.join(scratch, 'report')
    expect(await mcnn(there, 'report', 'small', '--out', out)).toMatchObject({
      code: 0,
      err: expect.not.stringMatching(/warning/i),
    })
    expect(existsSync(path.join(out, 'index.html'))).toBe(true)
    expect(await mcnn(there, 'report', 'small', '--out', out)).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists already'),
    })
    expect(await mcnn(there, 'report', 'small', '--out', out, '--force')).toMatchObject({ code: 0 })
  })

  it('keeps what the user put into a report', async () => {
    const out = path.join(scratch, 'mine')
    expect(await mcnn(here, 'report', 'small', '--out', out)).toMatchObject({ code: 0 })
    writeFileSync(path.join(out, 'figures', 'my-own.pdf'), 'mine')
    writeFileSync(path.join(out, 'report.md'), 'my words')
    expect(await mcnn(here, 'report', 'small', '--out', out, '--force')).toMatchObject({
      code: 0,
      err: expect.stringContaining('Kept the files that you had changed as report.md.bak.\n'),
    })
    expect(readFileSync(path.join(out, 'figures', 'my-own.pdf'), 'utf8')).toBe('mine')
    expect(readFileSync(path.join(out, 'report.md.bak'), 'utf8')).toBe('my words')
  })

  it('derives the export format from the extension, or lists the formats', async () => {
    const file = path.join(scratch, 'm.onnx')
    expect(await mcnn(here, 'export', run, '--out', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('as ONNX: '),
    })
    const hint = await mcnn(here, 'export', run, '--out', path.join(scratch, 'model'))
    expect(hint).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Add --format with one of onnx, safetensors, savedmodel'),
    })
    expect(await mcnn(here, 'export', 'Small', '--out', path.join(scratch, 'study.onnx'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('small is a study, and ONNX is a format of a run’s network.'),
    })
    expect(await mcnn(here, 'export', 'small', '--out', path.join(scratch, 'study.zip'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('Use the extension .tar.gz'),
    })
    expect(readdirSync(scratch)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(model|study\.(onnx|zip))$|\.part$/)]),
    )
  })

  it.each(['-', '/dev/stdout'])('writes the same bytes to %s as to a file, and nothing else', async (out) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [entry, 'export', run, '--format', 'onnx', '--out', out, '--data-dir', here],
      { encoding: 'buffer', maxBuffer: 1e8 },
    )
    expect(stdout.equals(readFileSync(path.join(scratch, 'm.onnx')))).toBe(true)
  })

  it.each([
    [['filters', 'RUN', '--out'], 'x.svg'],
    [['export', 'RUN', '--format', 'safetensors', '--out'], 'x.safetensors'],
    [['export', 'small', '--out'], 'x.tar.gz'],
    [['backup', '--out'], 'x.sqlite'],
  ])('%j replaces nothing without --force, and writes through a device', async (args, name) => {
    const command = args.map((arg) => (arg === 'RUN' ? run : arg))
    const file = path.join(scratch, name)
    writeFileSync(file, 'mine')
    expect(await mcnn(here, ...command, file)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /^mcnn: \/[^\n]+ exists already\. Choose another name, or add --force to replace it\.\n$/,
      ),
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await mcnn(here, ...command, file, '--force')).code).toBe(0)
    expect(readFileSync(file, 'utf8')).not.toBe('mine')
    const full = await mcnn(here, ...command, '/dev/full')
    expect([full.code, full.err.split('\n').at(-2)]).toEqual([
      1,
      'mcnn: Cannot write /dev/full: the disk is full. Free some space, or choose another disk.',
    ])
    expect((await mcnn(here, ...command, '/dev/null')).code).toBe(0)
    expect(['/dev/full', '/dev/null'].every((device) => statSync(device).isCharacterDevice())).toBe(true)
    const both = await mcnn(here, ...command, '-', '--json')
    expect([both.code, JSON.parse(both.out)]).toEqual([
      2,
      {
        error: {
          code: 'bad-input',
          message: '--json and --out - cannot be combined: both write to standard output.',
          fix: 'Name a file, or leave out --json.',
        },
      },
    ])
    expect(await mcnn(here, ...command, path.join(here, 'history.sqlite'), '--force')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is part of the data directory'),
    })
  })
})
