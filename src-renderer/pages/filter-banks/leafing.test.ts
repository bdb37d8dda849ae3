import { describe, expect, it } from 'vitest'
import { Leafing, type Kernels, type Place, type Shown, type Wish } from './leafing'

/** A service whose answers come when the test says so. */
function service() {
  const asked: { place: Place; answer: () => void; fail: (error: Error) => void }[] = []
  let shown: Shown | undefined
  const leafing = new Leafing(
    (place) =>
      new Promise<Kernels>((resolve, reject) => {
        asked.push({
          place,
          answer: () => resolve({ runId: place.run, layer: place.layer, filter: place.filter, epoch: place.epoch, multiband: true, banks: [{ band: 1, kernel: [[[place.epoch]]], response: [[[1]]] }] }),
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
    asked,
    places: () => asked.map(({ place }) => `${place.filter}@${place.epoch}`),
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
const wish = (epoch: number, filter = 0, filters = 2): Wish => ({ run: 'a', layer: 'stem', filter, epoch, filters })

describe('Leafing', () => {
  it('asks for the wished bank first and then for the rest of its layer', async () => {
    const s = service()
    s.leafing.wish(wish(5, 1, 3))
    await s.answer(0)
    await s.answer(1)
    expect(s.now().waiting).toBe(true)
    await s.answer(2)
    expect(s.places()).toEqual(['1@5', '0@5', '2@5'])
    expect([...s.now().layer.keys()]).toEqual([0, 1, 2])
    expect(s.now().waiting).toBe(false)
  })

  it('skips the epochs that a slider rushed past, and keeps the old picture until the new one is there', async () => {
    const s = service()
    s.leafing.wish(wish(0, 0, 1))
    await s.answer(0)
    for (const epoch of [1, 2, 3, 4]) s.leafing.wish(wish(epoch, 0, 1))
    expect(s.now().current?.epoch).toBe(0)
    await s.answer(1)
    await s.answer(2)
    expect(s.places()).toEqual(['0@0', '0@1', '0@4'])
    expect(s.now().current?.epoch).toBe(4)
  })

  it('does not ask again for what it has seen', async () => {
    const s = service()
    s.leafing.wish(wish(0, 0, 1))
    await s.answer(0)
    s.leafing.wish(wish(1, 0, 1))
    await s.answer(1)
    s.leafing.wish(wish(0, 0, 1))
    expect(s.places()).toEqual(['0@0', '0@1'])
    expect(s.now().current?.epoch).toBe(0)
  })

  it('tells an error of the wished place, goes on with the others, and asks again when wished again', async () => {
    const s = service()
    s.leafing.wish(wish(7))
    await s.fail(0)
    expect(s.now().error).toBeInstanceOf(Error)
    await s.answer(1)
    expect(s.places()).toEqual(['0@7', '1@7'])
    expect(s.now().error).toBeInstanceOf(Error)
    s.leafing.wish(wish(7))
    expect(s.now().error).toBeNull()
    await s.answer(2)
    expect(s.now().current?.epoch).toBe(7)
  })

  it('keeps quiet about an error of a place that was left', async () => {
    const s = service()
    s.leafing.wish(wish(1, 0, 1))
    s.leafing.wish(wish(2, 0, 1))
    await s.fail(0)
    expect(s.now().error).toBeNull()
    await s.answer(1)
    expect(s.now().current?.epoch).toBe(2)
  })
})
