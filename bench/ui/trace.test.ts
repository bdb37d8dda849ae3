import { describe, expect, it } from 'vitest'
import { tasksOf } from './trace'

const pid = 1
const renderer = { ph: 'M', name: 'thread_name', pid, tid: 10, ts: 0, args: { name: 'CrRendererMain' } }
const complete = (name: string, ts: number, dur: number, tdur: number, data: object = {}, tid = 10): object => ({
  ph: 'X',
  name,
  pid,
  tid,
  ts,
  dur,
  tdur,
  args: { data },
})
const mark = (name: string, ts: number): object => ({ ph: 'R', name: `bench ${name}`, pid, tid: 10, ts, args: {} })

describe('tasks of a trace', () => {
  it('have the preceding mark, both times, and their own time without nested tasks', () => {
    const call = { functionName: 'grow', url: 'file:///out/index.js', lineNumber: 1, columnNumber: 2 }
    const events = [
      complete('Layout', 2300, 9000, 4000),
      complete('FunctionCall', 2200, 10000, 5500, call),
      complete('RunTask', 2000, 20_000, 8000),
      complete('RunTask', 500, 100, 100),
      complete('RunTask', 30_000, 2000, 1500),
      complete('EventDispatch', 30_100, 1400, 1200, { type: 'wheel' }),
      complete('RunTask', 2000, 9e6, 9e6, {}, 11),
      mark('#/runs', 1000),
      mark('wheel', 29_000),
      renderer,
      { any: 'thing' },
    ]
    expect(tasksOf(events)).toEqual([
      { thread: 'renderer', mark: '#/runs', cpuMs: 8, wallMs: 20, causes: ['Layout 4.0', 'grow (index.js:1:2) 1.5'] },
      { thread: 'renderer', mark: 'wheel', cpuMs: 1.5, wallMs: 2, causes: ['event wheel 1.2'] },
    ])
  })
})
