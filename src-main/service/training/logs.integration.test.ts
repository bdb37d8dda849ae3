/** Log files next to the history: limited in size, and without secrets. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Bench, planOf } from '../fixtures/bench'
import { logTail, OutputLog } from './outputLog'

async function written(file: string, text: string): Promise<void> {
  const log = new OutputLog(file)
  const stream = Readable.from([text])
  log.follow(stream)
  await new Promise((resolve) => stream.on('end', resolve))
  log.close()
  await expect.poll(() => readFileSync(file, 'utf8')).toContain(text.slice(-20))
}

describe('a run’s log', () => {
  it('is continued by a resumed run and rotated when it is full', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'mcnn-logs-')), 'run.log')
    await written(file, 'the first time, line 1\n')
    await written(file, 'resumed, line 2\n')
    expect(await logTail(file)).toEqual(['the first time, line 1', 'resumed, line 2'])
    writeFileSync(file, 'x'.repeat(1024 * 1024))
    await written(file, 'resumed again, line 3\n')
    expect(await logTail(file)).toEqual(['resumed again, line 3'])
    expect(statSync(`${file}.1`).size).toBe(1024 * 1024)
    rmSync(path.dirname(file), { recursive: true })
  })
})

describe('a secret of the environment', () => {
  it('is in no file of the data directory, whatever goes wrong', async () => {
    const secret = 'hush-4d1f9c'
    process.env['AWS_SECRET_ACCESS_KEY'] = secret
    const bench = new Bench()
    try {
      const service = await bench.open()
      const { runIds } = await service.call('studies.create', {
        plan: planOf({ 1: 'exit-3', 2: 'aborts', 3: 'nan', 4: 'environment' }),
      })
      for (const id of runIds) await bench.reached(id, 'failed', 'stopped')
      await service.call('system.doctor', {})
      expect((await service.call('runs.log', { id: runIds[0] ?? '' })).lines.join()).toContain('something is wrong')
      await service.call('system.backup', {})
      await service.close()
      const files = readdirSync(bench.dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
      expect(files.length).toBeGreaterThan(4)
      expect(files.filter((file) => existsSync(file) && readFileSync(file).includes(secret))).toEqual([])
      expect(JSON.stringify(bench.events)).not.toContain(secret)
    } finally {
      delete process.env['AWS_SECRET_ACCESS_KEY']
      await bench.end()
    }
  })
})
