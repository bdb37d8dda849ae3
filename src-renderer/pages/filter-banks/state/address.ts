/** The address of the filter banks page: it contains all choices, so that a link restores the view. Pure. */
import type { BandEdge } from '../../../../src-main/analysis/filters/spectrum'
import { comparedRun } from '../../../lib/navigation/routes'
import type { Channel } from './bank'
import { pictureNames, type PictureName } from './pictures'

/** A bank pinned for comparison. */
export interface Pin {
  run: string
  layer: string
  filter: number
  epoch: number
}

export type MapRow = 'kernel' | 'response' | 'feature'

/** A point of a map: its row of the matrix, band from 0, column and row in the map. */
export interface Place {
  row: MapRow
  band: number
  x: number
  y: number
}

export type ScaleOver = 'filter' | 'layer' | 'run'
export type ResponseUnit = 'linear' | 'dB'

export interface BankAddress {
  run: string | null
  /** Null is the baseline of the same config and seed, '' is none. */
  compare: string | null
  layer: string | null
  filter: number | null
  /** Null is the newest. */
  epoch: number | null
  channel: Channel | null
  scale: ScaleOver
  unit: ResponseUnit
  edge: BandEdge
  /** A built-in image, or an image of the data set by its index; an image from a file has no address. */
  picture: PictureName | number
  place: Place | null
  pins: readonly Pin[]
}

const rows: readonly MapRow[] = ['kernel', 'response', 'feature']
const none = 'none'

export function parseAddress(query: URLSearchParams): BankAddress {
  const compare = comparedRun(query)
  const channel = query.get('channel')
  const picture = query.get('picture')
  const scale = query.get('scale')
  return {
    run: query.get('run'),
    compare: compare === none ? '' : compare,
    layer: query.get('layer'),
    filter: whole(query.get('filter')),
    epoch: whole(query.get('epoch')),
    channel: channel === 'colour' ? channel : whole(channel),
    scale: scale === 'layer' || scale === 'run' ? scale : 'filter',
    unit: query.get('unit') === 'dB' ? 'dB' : 'linear',
    edge: query.get('edge') === '3' ? 3 : 6,
    picture: pictureNames.find((name) => name === picture) ?? whole(picture) ?? 'house',
    place: parsePlace(query.get('at')),
    pins: (query.get('pins') ?? '').split(',').flatMap((text) => parsePin(text) ?? []),
  }
}

/** Returns the query that `parseAddress` reads, without default values. */
export function addressQuery(address: BankAddress): Record<string, string | number | null> {
  const { run, compare, layer, filter, epoch, channel, scale, unit, edge, picture, place, pins } = address
  return {
    run,
    compare: compare === '' ? none : compare,
    layer,
    filter,
    epoch,
    channel,
    scale: scale === 'filter' ? null : scale,
    unit: unit === 'linear' ? null : unit,
    edge: edge === 6 ? null : edge,
    picture: picture === 'house' ? null : picture,
    at: place === null ? null : `${place.row}.${place.band}.${place.x}.${place.y}`,
    pins: pins.length === 0 ? null : pins.map((pin) => [pin.run, pin.layer, pin.filter, pin.epoch].join('~')).join(','),
  }
}

export function samePin(a: Pin, b: Pin): boolean {
  return a.run === b.run && a.layer === b.layer && a.filter === b.filter && a.epoch === b.epoch
}

function parsePlace(text: string | null): Place | null {
  const [first, ...rest] = (text ?? '').split('.')
  const row = rows.find((name) => name === first)
  const [band, x, y, more] = rest.map(whole)
  if (row === undefined || band === undefined || x === undefined || y === undefined || more !== undefined) return null
  return band === null || band > 3 || x === null || y === null ? null : { row, band, x, y }
}

function parsePin(text: string): Pin | null {
  const [run, layer, filter, epoch, more] = text.split('~')
  const index = whole(filter ?? null)
  const after = whole(epoch ?? null)
  return !run || !layer || index === null || after === null || more !== undefined
    ? null
    : { run, layer, filter: index, epoch: after }
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null
}
