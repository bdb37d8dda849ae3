import { describe, expect, it } from 'vitest'
import { floatsOf, layerFiltersOf, Leafing, type LayerFilters, type Shown, type Wish } from './leafing'

/** A service whose answers come when the test says so. */
function service() {
  const asked: { wish: Wish; answer: () => void; fail: (error: Error) => void }[] = []
  let shown: Shown | undefined
  const leafing = new Leafing(
    (wish) =>
      new Promise<LayerFilters>((resolve, reject) => {
        asked.push({
          wish,
          answer: () =>
            resolve({
              runId: wish.run,
              layer: wish.layer,
              epoch: wish.epoch,
              stride: 1,
              bank: null,
              shape: [1, 1, 1, 1],
              values: Float32Array.of(wish.epoch),
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
    leafing,
    epochs: () => asked.map(({ wish }) => wish.epoch),
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
const wish = (epoch: number, layer = 'stem'): Wish => ({ run: 'a', layer, epoch })

describe('leafing', () => {
  it('asks one at a time, the newest wish next, none twice', async () => {
    const { leafing, epochs, now, answer } = service()
    for (const epoch of [1, 2, 3]) leafing.wish(wish(epoch))
    expect(epochs()).toEqual([1])
    await answer(0)
    expect(epochs()).toEqual([1, 3])
    // On the way, the one that came is shown.
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(1)
    expect(now()).toMatchObject({ current: { epoch: 3 }, waiting: false, error: null })
    leafing.wish(wish(1))
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: false })
    expect(epochs()).toEqual([1, 3])
  })

  it('keeps what it shows until the wished is there, and shows nothing late of another layer', async () => {
    const { leafing, now, answer } = service()
    leafing.wish(wish(1))
    await answer(0)
    leafing.wish(wish(2))
    leafing.wish(wish(5, 'last'))
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(1)
    expect(now()).toMatchObject({ current: { epoch: 1 }, waiting: true })
    await answer(2)
    expect(now()).toMatchObject({ current: { layer: 'last', epoch: 5 }, waiting: false })
    leafing.wish(null)
    expect(now()).toEqual({ current: null, error: null, waiting: false })
  })

  it('tells an error of what is wished, once, and goes on with the next wish', async () => {
    const { leafing, epochs, now, answer, fail } = service()
    leafing.wish(wish(1))
    await fail(0)
    expect(now()).toMatchObject({ error: new Error('gone'), waiting: false })
    expect(epochs()).toEqual([1])
    leafing.wish(wish(2))
    leafing.wish(wish(3))
    await fail(1)
    expect(now()).toMatchObject({ error: null, waiting: true })
    await answer(2)
    expect(now()).toMatchObject({ current: { epoch: 3 }, error: null })
  })
})

it('reads numbers as the service writes them', () => {
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
