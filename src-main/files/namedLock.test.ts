import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { acquireNamedLock } from './namedLock'

const name = `test-${process.pid}`

it.runIf(process.platform === 'linux')('is held by one at a time until it is released', async () => {
  const release = await acquireNamedLock(name)
  expect(release).not.toBeNull()
  expect(await acquireNamedLock(name)).toBeNull()
  expect(await acquireNamedLock(`${name}-other`)).not.toBeNull()
  release?.()
  await expect.poll(() => acquireNamedLock(name)).not.toBeNull()
})

it.runIf(process.platform === 'linux')(
  'excludes another process, and is released when that process is killed',
  async () => {
    const script = `require('node:net').createServer().listen('\\0mcnn-workbench-${name}-child', () => process.kill(process.pid, 'SIGKILL'))`
    await promisify(execFile)(process.execPath, ['-e', script]).catch(() => undefined)
    expect(await acquireNamedLock(`${name}-child`)).not.toBeNull()
  },
)
