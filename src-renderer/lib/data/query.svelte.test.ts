import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startInvalidation } from './invalidation'
import { callQuery, queries, query, seed, type Query, type QuerySpec } from './query.svelte'

/** Calls that were made and not answered: by name and id. */
let calls: { name: string; id: unknown; answer: (value: unknown) => void; fail: (message: string) => void }[] = []
let listeners: Record<string, ((payload: unknown) => void)[]> = {}
const ends: (() => void)[] = []

beforeEach(() => {
  calls = []
  listeners = {}
  const call = (name: string, params: { id?: unknown }): Promise<unknown> =>
    new Promise((resolve) => {
      calls.push({
        name,
        id: params.id,
        answer: (value) => resolve({ ok: true, value }),
        fail: (message) => resolve({ ok: false, error: { code: 'not-found', message } }),
      })
    })
  const on = (event: string, listener: (payload: unknown) => void): (() => void) => {
    listeners[event] = [...(listeners[event] ?? []), listener]
    return () => undefined
  }
  vi.stubGlobal('window', { workbench: { call, on } })
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.unstubAllGlobals()
})

const tell = (event: string, payload: unknown): void => listeners[event]?.forEach((listener) => listener(payload))
/** Answers and what follows from them. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  flushSync()
}

/** A component that shows a query. */
function mounted<T>(spec: () => QuerySpec<T> | null): { shown: Query<T>; unmount: () => void } {
  let shown: Query<T> | undefined
  const unmount = $effect.root(() => {
    shown = query(spec)
  })
  ends.push(unmount)
  flushSync()
  if (!shown) throw new Error('not mounted')
  return { shown, unmount }
}
const stateOf = ({ value, error, loading }: Query<unknown>) => ({ value, error: error?.message ?? null, loading })
const run = (id: string) => callQuery('runs.get', { id })

describe('query', () => {
  it('shows an error only for its key; a new key is loading', async () => {
    let id = $state('a')
    const { shown } = mounted(() => run(id))
    expect(stateOf(shown)).toEqual({ value: null, error: null, loading: true })
    calls[0]?.fail('no run a')
    await settle()
    expect(stateOf(shown)).toEqual({ value: null, error: 'no run a', loading: false })
    id = 'b'
    // At once, before any effect has run.
    expect(stateOf(shown)).toEqual({ value: null, error: null, loading: true })
    flushSync()
    calls[1]?.answer('B')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'B', error: null, loading: false })
  })

  it('never shows a late answer or error of an older key', async () => {
    let id = $state('a')
    const { shown } = mounted(() => run(id))
    id = 'b'
    flushSync()
    calls[1]?.answer('B')
    await settle()
    calls[0]?.answer('A')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'B', error: null, loading: false })
    id = 'c'
    flushSync()
    id = 'd'
    flushSync()
    calls[3]?.answer('D')
    calls[2]?.fail('no run c')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'D', error: null, loading: false })
  })

  it('keeps its value while it refetches, then shows the newest answer', async () => {
    const { shown } = mounted(() => run('a'))
    calls[0]?.answer('first')
    await settle()
    void shown.reload()
    expect(stateOf(shown)).toEqual({ value: 'first', error: null, loading: true })
    calls[1]?.fail('away')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'first', error: 'away', loading: false })
    void shown.reload()
    calls[2]?.answer('second')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'second', error: null, loading: false })
  })

  it('refetches for a new stamp, keeps the value and drops the earlier error', async () => {
    let epochs = $state(1)
    const { shown } = mounted(() => callQuery('runs.get', { id: 'a' }, epochs))
    calls[0]?.answer('one')
    await settle()
    epochs = 2
    flushSync()
    expect(stateOf(shown)).toEqual({ value: 'one', error: null, loading: true })
    calls[1]?.fail('broken')
    await settle()
    epochs = 3
    flushSync()
    expect(stateOf(shown)).toEqual({ value: 'one', error: null, loading: true })
    calls[2]?.answer('three')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'three', error: null, loading: false })
  })

  it('refetches once for any number of events that arrive while it is pending', async () => {
    startInvalidation()
    const { shown } = mounted(() => callQuery('studies.trashed', {}))
    for (let i = 0; i < 5; i++) tell('study.changed', { studyId: 's' })
    expect(calls).toHaveLength(1)
    calls[0]?.answer(['old'])
    await settle()
    expect(calls).toHaveLength(2)
    expect(shown.loading).toBe(true)
    calls[1]?.answer(['new'])
    await settle()
    expect(stateOf(shown)).toEqual({ value: ['new'], error: null, loading: false })
    expect(calls).toHaveLength(2)
  })

  it('refetches if its own result changes the stamp', async () => {
    let reloaded = false
    const { shown } = mounted(() => run('a'))
    ends.push(
      $effect.root(() => {
        $effect(() => {
          if (shown.loading || reloaded) return
          reloaded = true
          void shown.reload()
        })
      }),
    )
    flushSync()
    calls[0]?.answer('first')
    await settle()
    expect(calls).toHaveLength(2)
    calls[1]?.answer('second')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'second', error: null, loading: false })
  })

  it('is removed from the cache when nothing shows it, and is fetched again later', async () => {
    startInvalidation()
    const first = mounted(() => callQuery('studies.trashed', {}))
    first.unmount()
    tell('study.changed', { studyId: 's' })
    calls[0]?.answer(['late'])
    await settle()
    expect(calls).toHaveLength(1)
    const second = mounted(() => callQuery('studies.trashed', {}))
    expect(stateOf(second.shown)).toEqual({ value: null, error: null, loading: true })
    expect(calls).toHaveLength(2)
  })

  it('is fetched once for all components that show it', async () => {
    const [one, other] = [mounted(() => run('a')), mounted(() => run('a'))]
    expect(calls).toHaveLength(1)
    calls[0]?.answer('A')
    await settle()
    one.unmount()
    expect(other.shown.value).toBe('A')
  })

  it('sends no call without a spec', async () => {
    let id = $state<string | null>(null)
    const { shown } = mounted(() => (id === null ? null : run(id)))
    expect([stateOf(shown), calls]).toEqual([{ value: null, error: null, loading: false }, []])
    id = 'a'
    flushSync()
    calls[0]?.answer('A')
    await settle()
    id = null
    expect(stateOf(shown)).toEqual({ value: null, error: null, loading: false })
  })

  it('starts with a value from another answer and fetches nevertheless', async () => {
    seed(run('a'), 'held' as never)
    const { shown } = mounted(() => run('a'))
    expect(stateOf(shown)).toEqual({ value: 'held', error: null, loading: true })
    calls[0]?.answer('own')
    await settle()
    expect(shown.value).toBe('own')
  })
})

describe('invalidation', () => {
  it('refetches everything after the service was away, but nothing at the first start', async () => {
    startInvalidation()
    const { shown } = mounted(() => run('a'))
    tell('service.state', { state: 'starting', detail: null })
    tell('service.state', { state: 'running', detail: null })
    calls[0]?.fail('away')
    await settle()
    expect(calls).toHaveLength(1)
    tell('service.state', { state: 'starting', detail: 'The service was killed.' })
    tell('service.state', { state: 'running', detail: null })
    calls[1]?.answer('A')
    await settle()
    expect(stateOf(shown)).toEqual({ value: 'A', error: null, loading: false })
  })

  it('refetches only what an event affects', async () => {
    startInvalidation()
    mounted(() => callQuery('filters.layers', { id: 'a' }))
    mounted(() => callQuery('filters.layers', { id: 'b' }))
    mounted(() => callQuery('system.device', {}))
    for (const call of calls) call.answer([])
    await settle()
    tell('run.epoch', { runId: 'b', studyId: 's', metrics: {} })
    expect(calls.slice(3).map(({ name, id }) => [name, id])).toEqual([['filters.layers', 'b']])
    calls[3]?.answer([])
    await settle()
    tell('history.changed', {})
    expect(calls.slice(4).map(({ name, id }) => [name, id])).toEqual([
      ['filters.layers', 'a'],
      ['filters.layers', 'b'],
    ])
  })

  it('follows the runs of a suggestion', async () => {
    startInvalidation()
    mounted(() => callQuery('filters.defaultRun', { id: 'a' }))
    calls[0]?.answer({ run: { id: 'a' }, compared: { id: 'b' } })
    await settle()
    tell('run.changed', { id: 'c', studyId: 's', epochsDone: 0 })
    expect(calls).toHaveLength(1)
    tell('run.changed', { id: 'b', studyId: 's', epochsDone: 3 })
    expect(calls).toHaveLength(2)
    queries.invalidate(() => false)
    expect(calls).toHaveLength(2)
  })
})
