import { describe, expect, it, vi } from 'vitest'
import { WorkbenchError } from '../../contract/errors'
import { defaultPreferences } from '../../contract/window/preferences'
import { answer, isServiceEvent, type CallRoutes } from './calls'

function routes() {
  const service = vi.fn<CallRoutes['service']>(() => Promise.resolve('from the service'))
  const no = vi.fn(() => Promise.reject(new WorkbenchError('unavailable', 'not in this test', { fix: 'none' })))
  const shell = {
    'shell.info': vi.fn(() => Promise.resolve({ program: '1', electron: '2', chrome: '3', platform: '4' })),
    'shell.chooseDataset': vi.fn(() => Promise.resolve(null)),
    'shell.importDataset': no,
    'shell.exportStudy': no,
    'shell.importStudy': no,
    'shell.reportStudy': no,
    'shell.licences': no,
    'shell.serviceState': no,
    'shell.restartService': no,
    'shell.repairHistory': no,
    'shell.openDataDir': no,
    'shell.chooseDataDir': vi.fn(() => Promise.resolve({ chosen: false })),
    'shell.quit': no,
    'shell.showWritten': no,
    'shell.preferences': vi.fn(() => Promise.resolve(defaultPreferences)),
    'shell.copyText': no,
    'shell.exportModel': no,
    'shell.saveFile': vi.fn(() => Promise.resolve({ saved: true })),
  } satisfies CallRoutes['shell']
  return { service, shell }
}

const refused = (field?: string) => ({
  ok: false,
  error: expect.objectContaining({ code: 'bad-input', ...(field === undefined ? {} : { field }) }) as unknown,
})

describe('answer', () => {
  it('passes an allowed call with its defaults filled in', async () => {
    const r = routes()
    expect(await answer(r, true, 'models.list', {})).toEqual({ ok: true, value: 'from the service' })
    expect(r.service).toHaveBeenCalledExactlyOnceWith('models.list', { classes: 10 })
  })

  it('answers the shell’s own calls itself', async () => {
    const r = routes()
    expect(await answer(r, true, 'shell.info', {})).toMatchObject({ ok: true, value: { program: '1' } })
    expect(await answer(r, true, 'shell.chooseDataset', { kind: 'folder' })).toEqual({ ok: true, value: null })
    expect(r.service).not.toHaveBeenCalled()
  })

  it('returns an error as a value with its fields', async () => {
    const r = routes()
    expect(await answer(r, true, 'shell.openDataDir', {})).toEqual({
      ok: false,
      error: { code: 'unavailable', message: 'not in this test', fix: 'none' },
    })
    r.service.mockRejectedValueOnce(new TypeError('boom'))
    expect(await answer(r, true, 'runs.list', {})).toEqual({ ok: false, error: { code: 'internal', message: 'boom' } })
  })

  it.each([
    ['an import by path', 'datasets.import', { path: '/etc' }],
    ['a model to a path', 'runs.export', { id: 'a', format: 'onnx', path: '/tmp/a.onnx' }],
    ['an archive by path', 'publish.import', { path: '/etc/passwd' }],
    ['an export to a path', 'publish.export', { id: 'a', out: '/etc/passwd' }],
    ['an unknown call', 'runs.format', {}],
    ['a name from the prototype', 'constructor', {}],
    ['a name from the prototype', '__proto__', {}],
    ['a name that is none', 7, {}],
    ['no name', undefined, {}],
  ])('rejects %s', async (_, call, params) => {
    const r = routes()
    expect(await answer(r, true, call, params)).toEqual(refused())
    expect(r.service).not.toHaveBeenCalled()
  })

  it.each([
    ['runs.get', { id: '../../etc' }, 'id'],
    ['runs.get', {}, 'id'],
    ['runs.list', { extra: 1 }, undefined],
    ['runs.list', null, undefined],
    ['runs.list', undefined, undefined],
    ['runs.list', 'text', undefined],
    ['models.list', { classes: 1 }, 'classes'],
    ['shell.chooseDataset', { kind: 'device' }, 'kind'],
    ['shell.importDataset', { grant: '' }, 'grant'],
    ['shell.saveFile', { suggestedName: '../table.csv', content: '', encoding: 'utf8' }, 'suggestedName'],
    ['shell.saveFile', { suggestedName: '.hidden.csv', content: '', encoding: 'utf8' }, 'suggestedName'],
    ['shell.saveFile', { suggestedName: 'run.sh', content: '', encoding: 'utf8' }, 'suggestedName'],
    ['shell.saveFile', { suggestedName: 'a\\b.csv', content: '', encoding: 'utf8' }, 'suggestedName'],
    ['shell.saveFile', { suggestedName: 'a.csv', content: '', encoding: 'latin1' }, 'encoding'],
    ['shell.saveFile', { suggestedName: 'a.csv', content: '', encoding: 'utf8', path: '/etc/a.csv' }, undefined],
    ['shell.saveFile', { suggestedName: 'a.csv', content: 'a'.repeat(32_000_001), encoding: 'utf8' }, 'content'],
  ] as const)('rejects invalid parameters: %s %j', async (call, params, field) => {
    const r = routes()
    expect(await answer(r, true, call, params)).toEqual(refused(field))
    expect(r.service).not.toHaveBeenCalled()
    expect(r.shell['shell.chooseDataset']).not.toHaveBeenCalled()
    expect(r.shell['shell.importDataset']).not.toHaveBeenCalled()
    expect(r.shell['shell.saveFile']).not.toHaveBeenCalled()
  })

  it('rejects what is not JSON or too large', async () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(await answer(routes(), true, 'runs.list', circle)).toEqual(refused())
    expect(await answer(routes(), true, 'runs.list', { big: 1n })).toEqual(refused())
    expect(await answer(routes(), true, 'runs.get', { id: 'a'.repeat(1_000_001) })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('too large') as unknown },
    })
  })

  it('allows a saved file to be larger than other parameters', async () => {
    const r = routes()
    const file = { suggestedName: 'Figure 3, ResNet-20.png', content: 'a'.repeat(2_000_000), encoding: 'base64' }
    expect(await answer(r, true, 'shell.saveFile', file)).toEqual({ ok: true, value: { saved: true } })
    expect(r.shell['shell.saveFile']).toHaveBeenCalledExactlyOnceWith(file)
  })

  it('rejects calls of an untrusted sender', async () => {
    const r = routes()
    expect(await answer(r, false, 'shell.info', {})).toEqual(refused())
    expect(await answer(r, false, 'runs.list', {})).toEqual(refused())
    expect(r.service).not.toHaveBeenCalled()
    expect(r.shell['shell.info']).not.toHaveBeenCalled()
  })
})

describe('isServiceEvent', () => {
  it('accepts only the service’s own events', () => {
    expect(isServiceEvent('run.progress')).toBe(true)
    for (const name of ['service.state', 'shell.command', 'shell.preferences', 'no.such', 'constructor', ''])
      expect(isServiceEvent(name)).toBe(false)
  })
})
