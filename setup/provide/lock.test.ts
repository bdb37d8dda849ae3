import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startOf } from './lock.mjs'

// Real processes in a clone of their own: the lock is about processes that die.
let clone = ''
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'mcnn-lock-'))
  cpSync('setup', join(clone, 'setup'), { recursive: true })
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

const runtime = () => join(clone, '.runtime')
/** Files in the folder, without the lock file, which is never removed. */
const leftovers = () => readdirSync(runtime()).filter((name) => name !== 'setup.lock')

/** Starts a process that prints `in` when it has the lock, and keeps it until its stdin ends. */
function holder(beforeWaiting = '') {
  const script = `
    import { run } from './setup/lib/command.mjs'
    import { temporaryFolder, withLock } from './setup/provide/lock.mjs'
    await withLock(async () => {
      temporaryFolder('work')
      ${beforeWaiting}
      console.log('in')
      process.stdin.resume()
      await new Promise((resolve) => process.stdin.once('end', resolve))
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: clone,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = once(child, 'close').then(() => {
    throw new Error(`the setup ended early: ${errors}`)
  })
  return {
    child,
    errors: () => errors,
    isIn: Promise.race([once(child.stdout, 'data'), ended]),
    /** Returns the first line of its error output. */
    firstError: async () => {
      while (!errors.includes('\n')) await Promise.race([once(child.stderr, 'data'), ended])
      return errors.slice(0, errors.indexOf('\n'))
    },
    end: async () => {
      child.stdin.end()
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
  }
}

it('makes a second setup wait until the first has finished, with a message', async () => {
  const first = holder()
  await first.isIn
  const second = holder()
  expect(await second.firstError()).toContain(
    `another setup of this clone is running (process ${first.child.pid}); waiting for it`,
  )
  expect(await first.end()).toBe(0)
  await second.isIn
  expect(await second.end()).toBe(0)
  expect(leftovers()).toEqual([])
})

it('takes over from a killed setup: kills its running commands and removes its temporary folders', async () => {
  const killed = holder("void run('sleep', ['1000'])\nvoid run('sleep', ['2000'])")
  await killed.isIn
  const { children } = JSON.parse(readFileSync(join(runtime(), 'setup.holder'), 'utf8')) as {
    children: { pid: number; start: string }[]
  }
  killed.child.kill('SIGKILL')
  await once(killed.child, 'exit')
  expect(children).toHaveLength(2)
  for (const { pid, start } of children) expect(startOf(pid)).toBe(start)

  const next = holder()
  await next.isIn
  expect(next.errors()).toBe('')
  expect(readdirSync(runtime()).filter((name) => name.startsWith('tmp-'))).toEqual([`tmp-${next.child.pid}-work`])
  for (const { pid } of children) expect(startOf(pid)).toBeNull()
  expect(await next.end()).toBe(0)
})

it('does not kill a later process that has the id of the dead command', async () => {
  const other = spawn('sleep', ['1000'], { detached: true })
  await once(other, 'spawn')
  mkdirSync(runtime())
  writeFileSync(
    join(runtime(), 'setup.holder'),
    JSON.stringify({ pid: process.pid, children: [{ pid: other.pid, start: '1' }] }),
  )
  const next = holder()
  await next.isIn
  expect(next.errors()).toBe('')
  expect(await next.end()).toBe(0)
  expect(startOf(other.pid ?? 0)).not.toBeNull()
  other.kill()
})

it('removes its temporary files when it is interrupted', async () => {
  const interrupted = holder("void run('sleep', ['1000'])")
  await interrupted.isIn
  interrupted.child.kill('SIGINT')
  const [code] = await once(interrupted.child, 'exit')
  expect(code).toBe(130)
  expect(leftovers()).toEqual(['setup.log'])
})
