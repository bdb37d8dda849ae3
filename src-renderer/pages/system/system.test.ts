import { describe, expect, it } from 'vitest'
import { benchedGpus } from './benched'
import { brokenFirst, fixCommand, fixParts, gpuWords, shares, threadsShort } from './system'

const check = (name: string, ok: boolean) => ({ name, ok, detail: '', fix: ok ? null : 'mend it' })

describe('brokenFirst', () => {
  it('puts failed checks first and keeps the order otherwise', () => {
    const names = brokenFirst([check('a', true), check('b', false), check('c', true), check('d', false)]).map(
      (c) => c.name,
    )
    expect(names).toEqual(['b', 'd', 'a', 'c'])
  })
})

describe('gpuWords', () => {
  it('states that no GPU run exists until a run or a stored result has one', () => {
    expect(gpuWords([], 'cpu', [])).toContain('Not yet tested on a GPU.')
    expect(gpuWords(['cpu'], 'NVIDIA H200', [])).toMatch(/Not yet tested on a GPU\..*NVIDIA H200/)
    expect(gpuWords(['cpu', 'NVIDIA H200'], 'cpu', [])).toContain('GPU training works here')
    expect(gpuWords([], null, [])).toContain('Not yet tested on a GPU.')
    expect(gpuWords([], 'cpu', ['NVIDIA H100'])).toMatch(/Tested on NVIDIA H100, but no run here/)
  })
})

describe('benchedGpus', () => {
  it('are the devices of the included results, without the CPU', () => {
    const files = Object.values(
      import.meta.glob<string>('../../../bench/results/*.json', { eager: true, query: '?raw', import: 'default' }),
    )
    const devices = files.flatMap((text) => [...(/^ {2}"device": "(.*)"/m.exec(text) ?? [])].slice(1))
    expect(devices).toHaveLength(files.length)
    expect(benchedGpus).toEqual([...new Set(devices.filter((device) => device !== 'cpu'))].sort())
  })
})

describe('repair instructions', () => {
  it('show commands separately, to be copied', () => {
    expect(fixParts('Run `npm run setup`.')).toEqual([
      { text: 'Run ', command: false },
      { text: 'npm run setup', command: true },
      { text: '.', command: false },
    ])
    expect(
      fixParts('`a` or `b`')
        .filter((part) => part.command)
        .map((part) => part.text),
    ).toEqual(['a', 'b'])
  })

  it('are buttons if the program can act, and only for failed checks', () => {
    expect(fixCommand(check('Disk', false))?.command).toBe('file.open-data')
    expect(fixCommand(check('Disk', true))).toBeNull()
    expect(fixCommand(check('Node', false))).toBeNull()
  })
})

describe('shares', () => {
  it('fill the bar one after the other', () => {
    const part = (kind: 'runs' | 'logs' | 'history', bytes: number) => ({ kind, bytes, reclaimable: 0 })
    const all = shares({ parts: [part('runs', 60), part('history', 40), part('logs', 0)], bytes: 100 })
    expect(all.map(({ from, width }) => [from, width])).toEqual([
      [0, 0.6],
      [0.6, 0.4],
    ])
    expect(shares({ parts: [], bytes: 0 })).toEqual([])
  })
})

it('states the number of threads and its reason', () => {
  const own = { intraOp: 4, interOp: 4 }
  expect(threadsShort({ intraOp: 2, interOp: 1, own, source: 'measured', tuning: null })).toBe('2 × 1, measured')
  expect(threadsShort({ intraOp: null, interOp: null, own, source: 'own', tuning: null })).toBe(
    '4 × 4, TensorFlow’s default',
  )
})
