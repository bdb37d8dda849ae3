import { expect, it } from 'vitest'
import { parseHash, href } from '../../../lib/navigation/routes'
import { addressQuery, parseAddress, samePin, type BankAddress } from './address'

const through = (address: BankAddress): BankAddress => {
  const route = parseHash(href.banks(addressQuery(address)))
  if (route.page !== 'banks') throw new Error('another page')
  return parseAddress(route.query)
}
const plain = parseAddress(new URLSearchParams())

it('reads an empty address as the defaults and writes the defaults as an empty address', () => {
  expect(plain).toMatchObject({
    run: null,
    compare: null,
    epoch: null,
    scale: 'filter',
    unit: 'linear',
    edge: 6,
    picture: 'house',
    place: null,
    pins: [],
  })
  expect(href.banks(addressQuery(plain))).toBe('#/banks')
})

it('restores every choice from its address', () => {
  const all: BankAddress = {
    run: 'r-1',
    compare: '',
    layer: 'stage1.block1.conv2',
    filter: 3,
    epoch: 0,
    channel: 'colour',
    scale: 'run',
    unit: 'dB',
    edge: 3,
    picture: 7,
    place: { row: 'feature', band: 3, x: 0, y: 31 },
    pins: [
      { run: 'r-1', layer: 'stem', filter: 0, epoch: 0 },
      { run: 'r-2', layer: 'stage3.block2.conv2', filter: 12, epoch: 200 },
    ],
  }
  expect(through(all)).toEqual(all)
  expect(through({ ...all, compare: 'r-9', channel: 2, picture: 'checker', place: null })).toMatchObject({
    compare: 'r-9',
    channel: 2,
    picture: 'checker',
    place: null,
  })
})

it('ignores invalid values', () => {
  const odd = parseAddress(
    new URLSearchParams(
      'filter=-1&epoch=x&scale=huge&picture=cat&edge=9&at=kernel.4.0.0&pins=a~stem~0,~stem~0~1,b~stem~1~2,c~d~e~f',
    ),
  )
  expect(odd).toMatchObject({ filter: null, epoch: null, scale: 'filter', picture: 'house', edge: 6, place: null })
  expect(odd.pins).toEqual([{ run: 'b', layer: 'stem', filter: 1, epoch: 2 }])
  expect(parseAddress(new URLSearchParams('at=response.0.1')).place).toBeNull()
})

it('compares pins by all four properties', () => {
  const pin = { run: 'a', layer: 'stem', filter: 0, epoch: 1 }
  expect(samePin(pin, { ...pin })).toBe(true)
  for (const other of [{ run: 'b' }, { layer: 'x' }, { filter: 1 }, { epoch: 2 }])
    expect(samePin(pin, { ...pin, ...other })).toBe(false)
})
