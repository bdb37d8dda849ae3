import { describe, expect, it } from 'vitest'
import {
  floatsOf,
  layerFiltersOf,
  LayerFilterCache,
  type LayerFilters,
  type Shown,
  type LayerFilterRequest,
} from './layerFilterCache'

/** A service whose answers come when the test says so. */
function service() {
  const asked: { request: LayerFilterRequest; answer: () => void; fail: (error: Error) => void }[] = []
  let shown: Shown | undefined
  const cache = new LayerFilterCache(
    (request) =>
      new Promise<LayerFilters>((resolve, reject) => {
        asked.push({
          request,
          answer: () =>
            resolve({
              runId: request.run,
              layer: request.layer,
              epoch: request.epoch,
              stride: 1,
              bank: null,
              shape: [1, 1, 1, 1],
              values: Float32Array.of(request.epoch),
            }),
          fail: reject,
        })
      }),
    (next) => (shown = next),
  )
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  return {
    cache,
    epochs: () => asked.map(({ request }) => request.epoch),
    now: () => {
      if (!shown) throw new Error('nothing was shown')
      return shown
    },
    answer: async (i: number) => {
      asked[i]?.answer()
      await settled()
    },
    fail: async (i: number) => {
      asked[i]?.fail(new Error('gone'))
      await settled()
    },
  }
}
const request = (epoch: number, layer = 'stem'): LayerFilterRequest => ({ run: 'a', layer, epoch })

describe('layer filter cache', () => {
  it('sends one call at a time, the newest request next, and none twice', async () => {
    const { cache, epochs, now, answer } = service()
    for (const epoch of [1, 2, 3]) cache.request(request(epoch))
    expect(epochs()).toEqual([1])
    await answer(0)
    expect(epochs()).toEqual([1, 3])
    // Meanwhile the latest layer that arrived is shown.
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(1)
    expect(now()).toMatchObject({ current: { epoch: 3 }, waiting: false, error: null })
    cache.request(request(1))
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: false })
    expect(epochs()).toEqual([1, 3])
  })

  it('shows the current layer until the requested one arrives, and ignores late answers for another layer', async () => {
    const { cache, now, answer } = service()
    cache.request(request(1))
    await answer(0)
    cache.request(request(2))
    cache.request(request(5, 'last'))
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(1)
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(2)
    expect(now()).toMatchObject({ current: { layer: 'last', epoch: 5 }, waiting: false })
    cache.request(null)
    expect(now()).toEqual({ current: null, error: null, waiting: false })
  })

  it('reports the error of the current request once, and continues with the next request', async () => {
    const { cache, epochs, now, answer, fail } = service()
    cache.request(request(1))
    await fail(0)
    expect(now()).toMatchObject({ error: new Error('gone'), waiting: false })
    expect(epochs()).toEqual([1])
    cache.request(request(2))
    cache.request(request(3))
    await fail(1)
    expect(now()).toMatchObject({ error: null, waiting: true })
    await answer(2)
    expect(now()).toMatchObject({ current: { epoch: 3 }, error: null })
  })
})

it('decodes numbers as the service encodes them', () => {
  const values = Float32Array.of(1.5, -0.1, NaN, 3e-40)
  const text = btoa(String.fromCharCode(...new Uint8Array(values.buffer)))
  expect(floatsOf(text)).toEqual(values)
  expect(
    layerFiltersOf({
      runId: 'a',
      layer: 'stem',
      epoch: 1,
      multiband: true,
      bank: null,
      stride: 1,
      shape: [2, 1, 1, 2],
      values: text,
    }).values,
  ).toEqual(values)
})
