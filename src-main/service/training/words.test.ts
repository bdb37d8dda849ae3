import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { greatestSeed, quickStart } from '../../contract/experiment'
import { runId, studyId } from '../../contract/ids'
import { defaultDataDir } from '../storage/dataDir'
import { exitReason } from './exitReason'
import { runIdFor, studyIdFor } from '../queue/ids'
import { isAlive, sameOwner, thisProcess } from '../access/owner'

const config = { arch: 'resnet-110' as const, variant: 'mcnn-fl' as const, seed: greatestSeed, ...quickStart.training }

describe('ids', () => {
  it('of studies are their names, numbered where taken', () => {
    expect(studyIdFor('Quick start', () => false)).toBe('quick-start')
    expect(studyIdFor('  Crème brûlée, 2nd! ', () => false)).toBe('creme-brulee-2nd')
    expect(studyIdFor('日本', () => false)).toBe('study')
    const taken = new Set(['quick-start', 'quick-start-2'])
    expect(studyIdFor('Quick start', (id) => taken.has(id))).toBe('quick-start-3')
  })

  it.each(['a', 'x'.repeat(100), '-'.repeat(100), 'ab '.repeat(33)])('keep to the contract for the name %j', (name) => {
    const study = studyIdFor(name, () => false)
    expect(studyId.parse(study)).toBe(study)
    const run = runIdFor(study, config, () => false)
    expect(runId.parse(run)).toBe(run)
    expect(run).toMatch(/-r110-mcnn-fl-s4294967295-[a-z0-9]{4}$/)
  })

  it('of runs are never given twice', () => {
    let asked = 0
    runIdFor('s', config, () => ++asked < 3)
    expect(asked).toBe(3)
  })
})

describe('the data directory', () => {
  it('is MCNN_DATA_DIR, or in XDG_DATA_HOME, or in the home', () => {
    expect(defaultDataDir({ MCNN_DATA_DIR: '/a/b', XDG_DATA_HOME: '/x' })).toBe('/a/b')
    expect(defaultDataDir({ XDG_DATA_HOME: '/x' })).toBe(path.join('/x', 'mcnn-workbench'))
    expect(defaultDataDir({ XDG_DATA_HOME: 'relative' })).toMatch(/\.local\/share\/mcnn-workbench$/)
  })
})

describe('the reason of an exit', () => {
  const end = { code: null, signal: null, startError: null, output: [] }
  it.each([
    [{ ...end, code: 3 }, 'The trainer ended with exit code 3.'],
    [{ ...end, code: 0 }, 'The trainer ended without a result.'],
    [{ ...end, code: 1, output: ['a', 'the last'] }, 'The trainer ended with exit code 1. Its last words: the last'],
    [
      { ...end, signal: 'SIGKILL' as const, output: ['unrelated'] },
      'The trainer was killed (SIGKILL); the system may have run out of memory.',
    ],
    [
      {
        ...end,
        code: 1,
        output: ['the last', 'I0000 00:00:1795447937.124070   27075 port.cc:153] oneDNN custom operations are on.'],
      },
      'The trainer ended with exit code 1. Its last words: the last',
    ],
    [{ ...end, signal: 'SIGABRT' as const }, 'The trainer was aborted in native code (SIGABRT).'],
    [{ ...end, signal: 'SIGSEGV' as const }, 'The trainer crashed in native code (SIGSEGV).'],
    [{ ...end, signal: 'SIGTERM' as const }, 'The trainer was ended from outside (SIGTERM).'],
    [{ ...end, startError: new Error('spawn EAGAIN') }, 'The trainer could not be started: spawn EAGAIN.'],
  ])('%j', (given, expected) => {
    expect(exitReason(given)).toBe(expected)
  })
})

describe('an owner', () => {
  it('lives while its process does, and is not a later process with its pid', () => {
    const me = thisProcess()
    expect(isAlive(me)).toBe(true)
    expect(sameOwner(me, thisProcess())).toBe(true)
    expect(isAlive({ ...me, start: `${me.start}0` })).toBe(false)
    expect(isAlive({ pid: 2 ** 22 + 1, start: me.start })).toBe(false)
  })
})
