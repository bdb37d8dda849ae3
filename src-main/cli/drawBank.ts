/** Draws a filter bank as text for a terminal. */
import { channelName } from '../analysis/filters/bankSvg'
import { bandTitles } from '../analysis/filters/banks'
import { channelPlane, maxAbsolute, strongestChannels } from '../analysis/filters/filterBank'
import { fixed } from '../analysis/text/numbers'
import type { FilterBank } from '../contract/models/filters'

/** Characters are twice as high as wide: half as many rows as columns make a square. */
const across = 24
const down = 12
const shades = [' ', '░', '▒', '▓', '█'] as const

const gap = 2

/**
 * Draws, per channel, the kernels of the bands next to each other and their magnitudes below, on one scale and with
 * frequency 0 in the centre. Bands that do not fit the width go below.
 * @param width of the terminal in characters; the default fits four bands
 */
export function drawBank(bank: FilterBank, channel?: number, width = 4 * (across + gap)): string {
  const inputs = bank.banks[0]?.kernel[0]?.[0]?.length ?? 0
  const channels = channel === undefined ? strongestChannels(bank.banks[0]?.kernel ?? []) : [channel]
  const peak = maxAbsolute(bank.banks.map((b) => channels.map((c) => channelPlane(b.response, c))))
  const kind = bank.multiband
    ? `base filter ${bank.filter} of ${bank.baseFilters}`
    : `filter ${bank.filter} of ${bank.baseFilters}`
  const titles = bandTitles(bank.bank)
  const most = Math.max(1, Math.floor((width + gap) / (across + gap)))
  const rows = Array.from({ length: Math.ceil(bank.banks.length / most) }, (_, row) =>
    bank.banks.slice(row * most, (row + 1) * most),
  )
  const blocks = rows.flatMap((bands) => [
    ...(bank.multiband ? [sideBySide(bands.map(({ band }) => [titles[band - 1]?.formula ?? '']))] : []),
    ...channels.flatMap((c) => {
      const name = channelName(bank.layer, c, inputs)
      return [
        ...(name === '' ? [] : [name]),
        sideBySide(bands.map((b) => kernelLines(channelPlane(b.kernel, c)))),
        '',
        sideBySide(bands.map((b) => shadeLines(channelPlane(b.response, c), peak))),
        '',
      ]
    }),
  ])
  return [
    `${bank.layer}, ${kind}, epoch ${bank.epoch}`,
    '',
    ...blocks,
    `|H(u, v)|, u and v from −π to π, ${shades[1]} to ${shades[4]} up to ${fixed(peak)}`,
    '',
  ].join('\n')
}

function kernelLines(plane: number[][]): string[] {
  return plane.map((row) => row.map((value) => fixed(value).padStart(6)).join(' '))
}

/** Averages the grid over the area of each character cell. */
function shadeLines(plane: number[][], peak: number): string[] {
  const size = plane.length
  const rows = Math.min(down, size)
  const columns = Math.min(across, size)
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (_, x) => {
      const cells = plane
        .slice(Math.floor((y * size) / rows), Math.floor(((y + 1) * size) / rows))
        .flatMap((row) => row.slice(Math.floor((x * size) / columns), Math.floor(((x + 1) * size) / columns)))
      const value = cells.reduce((sum, m) => sum + m, 0) / cells.length
      return shades[peak > 0 ? Math.min(4, Math.floor((5 * value) / peak)) : 0] ?? ' '
    }).join(''),
  )
}

function sideBySide(blocks: readonly (readonly string[])[]): string {
  const height = Math.max(...blocks.map((block) => block.length))
  return Array.from({ length: height }, (_, i) =>
    blocks
      .map((block) => (block[i] ?? '').padEnd(across))
      .join(' '.repeat(gap))
      .trimEnd(),
  ).join('\n')
}
