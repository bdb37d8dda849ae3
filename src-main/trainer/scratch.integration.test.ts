/** The folder of a trainer's temporary files, and a disk that is full when the trainer starts. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTrainer } from './testSupport'

let dir: string
const mounted: string[] = []

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'mcnn-scratch-'))
})
afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder])
  rmSync(dir, { recursive: true, force: true })
})

/** Only an administrator may mount. */
const mounts = process.platform === 'linux' && process.getuid?.() === 0 && mount('64k')

function mount(size: string): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-mount-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return status === 0
}

it('needs no TMPDIR, and leaves only checkpoints and weights', async () => {
  const trainer = startTrainer(dir, {}, {}, { TMPDIR: path.join(dir, 'missing') })
  await trainer.message('done')
  await trainer.exit
  expect(existsSync(path.join(dir, 'run', 'scratch'))).toBe(false)
  expect(existsSync(path.join(dir, 'missing'))).toBe(false)
})

describe.skipIf(!mounts)('a run’s disk that is full when the run starts', () => {
  it('makes the run wait until there is space, and lets it stop while it waits', async () => {
    const disk = path.join(dir, 'disk')
    spawnSync('mkdir', [disk])
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk])
    mounted.push(disk)
    const ballast = path.join(disk, 'ballast')
    for (let size = 1 << 20; size >= 4096; size >>= 2) {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'ENOSPC' })
      }
    }
    const waiting = startTrainer(dir, {}, { runDir: path.join(disk, 'run') })
    expect(await waiting.signal('disk')).toMatchObject({ code: 'ENOSPC' })
    waiting.send({ type: 'stop' })
    expect(await waiting.exit).toBe(0)
    const trainer = startTrainer(dir, {}, { runDir: path.join(disk, 'run') })
    await trainer.signal('disk')
    rmSync(ballast)
    await trainer.message('done')
    const waits = trainer.messages.filter((message) => message.type === 'event' && message.kind === 'disk')
    expect(waits).toMatchObject([
      { message: expect.stringMatching(/^The run waits for its disk before it starts \(.*ENOSPC/) as string },
    ])
  })
})
