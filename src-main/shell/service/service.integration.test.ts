/** The supervised process, with a real child: a small stand-in that sends the messages of the contract. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { Service, type ServiceOptions, type ServiceState } from './service'

const standIn = `
const [mode] = process.argv.slice(2)
if (process.argv.includes('--repair')) process.send(mode === 'damaged' ? { repaired: { from: 'records', kept: '/k', backup: null, studies: 1, runs: 1, losses: [], problems: [] } } : { startFailed: { code: 'conflict', message: 'In use.' } }, () => { if (mode === 'damaged') require('fs').writeFileSync(process.argv[3], ''); process.exit(0) })
else if (mode === 'damaged' && !require('fs').existsSync(process.argv[3])) process.send({ startFailed: { code: 'damaged', message: 'It is damaged.', fix: 'Mend it.' } }, () => process.exit(1))
else if (mode === 'refuse') process.send({ startFailed: { code: 'unavailable', message: 'The database is newer.', fix: 'Update.' } }, () => process.exit(1))
else if (mode === 'crash') { console.error('about to\\nfall over'); process.exit(3) }
else if (mode === 'closes') {
  const [, , , file, ms] = process.argv
  const end = (how) => { require('fs').writeFileSync(file, how); process.exit(0) }
  process.on('SIGTERM', () => end('terminated'))
  // The service that asked for time needs more than the usual limit; the other one never closes by itself.
  process.on('message', ({ close }) => close && setTimeout(() => end('closed in order'), ms ? 3000 : 1e9))
  if (ms) process.send({ event: 'system.closing', payload: { ms: Number(ms) } })
  process.send({ ready: true })
}
else {
  process.on('disconnect', () => mode === 'stubborn' || process.exit(0))
  if (mode === 'stubborn') process.on('SIGTERM', () => {})
  process.on('message', ({ id, call, params }) => {
    if (call === 'echo') process.send({ id, ok: true, value: params })
    if (call === 'fail') process.send({ id, ok: false, error: { code: 'conflict', message: 'No.', fix: 'Later.', field: 'x' } })
    if (call === 'tell') process.send({ event: 'run.changed', payload: params }, () => process.send({ id, ok: true, value: null }))
    if (call === 'env') process.send({ id, ok: true, value: process.env })
    if (call === 'pid') process.send({ id, ok: true, value: process.pid })
    if (call === 'garbage') process.send('?', () => process.send({ id: 'x', ok: true }, () => process.send({ id, ok: true, value: 'fine' })))
  })
  setInterval(() => {}, 1000)
  process.send({ ready: true })
}
`

const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-shell-'))
const script = path.join(folder, 'stand-in.cjs')
writeFileSync(script, standIn)
let service: Service | undefined

interface Watched {
  service: Service
  states: ServiceState[]
  reported: [string, unknown][]
  until: (count: number, state: ServiceState['state']) => Promise<ServiceState>
}

function start(mode: string, changes: Partial<ServiceOptions> = {}): Watched {
  const states: ServiceState[] = []
  const reported: [string, unknown][] = []
  const made = new Service({
    node: process.execPath,
    script,
    args: [mode],
    logFile: path.join(folder, 'logs', 'service.log'),
    onState: (state) => void states.push(state),
    onEvent: (name, payload) => void reported.push([name, payload]),
    ...changes,
  })
  service = made
  made.start()
  const until: Watched['until'] = (count, state) =>
    vi.waitFor(
      () => {
        const found = states.filter((one) => one.state === state)[count - 1]
        if (!found) throw new Error(`not yet ${state} ${count} times: ${JSON.stringify(states)}`)
        return found
      },
      { timeout: 300_000 },
    )
  return { service: made, states, reported, until }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

afterEach(async () => {
  await service?.stop()
  service = undefined
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('Service', () => {
  it('answers calls made before it was ready, forwards events, and keeps the fields of errors', async () => {
    const { service, states, reported } = start('serve')
    expect(service.state.state).toBe('starting')
    expect(await service.call('echo', { a: [1, 'x'] })).toEqual({ a: [1, 'x'] })
    expect(states.map((state) => state.state)).toEqual(['starting', 'running'])
    await expect(service.call('fail', {})).rejects.toMatchObject({
      code: 'conflict',
      message: 'No.',
      fix: 'Later.',
      field: 'x',
    })
    await service.call('tell', { id: 'a' })
    expect(reported).toEqual([['run.changed', { id: 'a' }]])
    expect(await service.call('garbage', {})).toBe('fine')
  })

  it('passes no variables for Electron or another Node, and no secrets', async () => {
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    vi.stubEnv('SECRET_TOKEN', 'x')
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '0')
    try {
      const { service } = start('serve')
      const env = (await service.call('env', {})) as Record<string, string>
      expect(env['PATH']).toBe(process.env['PATH'])
      expect(env['CUDA_VISIBLE_DEVICES']).toBe('0')
      for (const name of ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'SECRET_TOKEN']) expect(env).not.toHaveProperty(name)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('reports why the service ended, rejects pending calls, and restarts it', async () => {
    const { service, until } = start('serve')
    await until(1, 'running')
    const pid = (await service.call('pid', {})) as number
    const unanswered = service.call('never', {})
    process.kill(pid, 'SIGKILL')
    await expect(unanswered).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('killed (SIGKILL)') as unknown,
    })
    expect((await until(2, 'starting')).detail).toContain('killed (SIGKILL)')
    await until(2, 'running')
    expect(await service.call('echo', 1)).toBe(1)
    expect(await service.call('pid', {})).not.toBe(pid)
  })

  it('gives up on a service that keeps ending, reports its last output, and restarts on request', async () => {
    const { service, states, until } = start('crash')
    const held = service.call('echo', 1)
    await expect(held).rejects.toMatchObject({ code: 'unavailable' })
    const { detail } = await until(1, 'stopped')
    expect(detail).toContain('exit code 3')
    expect(detail).toContain('fall over')
    expect(states.map((state) => state.state)).toEqual(['starting', 'starting', 'starting', 'starting', 'stopped'])
    await expect(service.call('echo', 1)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('exit code 3') as unknown,
    })
    expect(readFileSync(path.join(folder, 'logs', 'service.log'), 'utf8')).toContain('fall over')

    await service.restart()
    await until(2, 'stopped')
    expect(states.filter((state) => state.state === 'starting')).toHaveLength(8)
  })

  it('reports why the service could not start and does not retry', async () => {
    const { service, states, until } = start('refuse')
    const held = service.call('echo', 1)
    await expect(held).rejects.toMatchObject({ code: 'unavailable', message: 'The database is newer.', fix: 'Update.' })
    expect((await until(1, 'stopped')).detail).toBe('The database is newer. Update.')
    await expect(service.call('echo', 1)).rejects.toMatchObject({ message: 'The database is newer.' })
    expect(states.map((state) => state.state)).toEqual(['starting', 'stopped'])
  })

  it('ends the service on request, with SIGKILL if necessary', async () => {
    const first = start('serve')
    const pid = (await first.service.call('pid', {})) as number
    const unanswered = first.service.call('never', {})
    const rejected = expect(unanswered).rejects.toMatchObject({ code: 'unavailable' })
    await first.service.stop()
    await rejected
    expect(isAlive(pid)).toBe(false)
    expect(first.service.state.state).toBe('stopped')

    const second = start('stubborn', { shutdownTimeouts: { graceful: 100, sigterm: 100 } })
    const stubborn = (await second.service.call('pid', {})) as number
    await second.service.stop()
    expect(isAlive(stubborn)).toBe(false)
    await second.service.stop()
  })

  it.each([
    ['waits as long as the service says that closing takes', ['600000'], 'closed in order'],
    ['ends a service that exceeds the usual time and asked for no more', [], 'terminated'],
  ])('%s', async (_, asked, how) => {
    const file = path.join(folder, `closing-${asked.length}`)
    // SIGKILL comes so late that only the limit of a clean shutdown matters here.
    const { service, until } = start('closes', {
      args: ['closes', file, ...asked],
      shutdownTimeouts: { graceful: 1, sigterm: 600_000 },
    })
    await until(1, 'running')
    await service.stop()
    expect(readFileSync(file, 'utf8')).toBe(how)
  })

  it.each([
    ['node', { node: '/nowhere/node' }, 'The Node that runs the service is missing (/nowhere/node).'],
    ['build', { script: '/nowhere/service.js' }, 'The service is not built (/nowhere/service.js is missing).'],
  ] as const)('reports that the %s is missing', async (_, changes, sentence) => {
    const { service, states } = start('serve', changes)
    expect(states).toEqual([{ state: 'stopped', detail: expect.stringContaining(sentence) as unknown }])
    await expect(service.call('echo', 1)).rejects.toMatchObject({
      code: 'unavailable',
      message: sentence,
      fix: expect.stringContaining('npm start') as unknown,
    })
    await service.stop()
  })

  it('repairs a corrupt history in a separate process and starts the service again', async () => {
    const { service, until, states } = start('damaged', { args: ['damaged', path.join(folder, 'mended')] })
    expect(await until(1, 'stopped')).toEqual({ state: 'stopped', detail: 'It is damaged.', damaged: true })
    expect(await service.repair()).toMatchObject({ from: 'records', kept: '/k' })
    await until(1, 'running')
    expect(states.at(-1)).toEqual({ state: 'running', detail: null })
  })

  it('stays stopped if the repair fails, and reports it', async () => {
    const { service, until } = start('refuse')
    await until(1, 'stopped')
    await expect(service.repair()).rejects.toMatchObject({ code: 'conflict', message: 'In use.' })
    expect(service.state).toMatchObject({ state: 'stopped', damaged: true })
  })
})
