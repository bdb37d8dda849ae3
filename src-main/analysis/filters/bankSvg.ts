/** A filter bank as a standalone drawing: the kernels with their values and the magnitudes |H(u, v)|. */
import type { Bank, FilterBank } from '../../contract/models/filters'
import { bandColors, divergingColor, inkOn, magnitudeColor, surfaces } from '../figures/colors'
import { bandTitles, isSignBank, type BandTitle } from './banks'
import { channelPlane, maxAbsolute, strongestChannels } from './filterBank'
import { fixed } from '../text/numbers'

export interface BankDrawing {
  /** Input channels to draw, from 0; default: all of up to three, else the one with the largest weight. */
  channels?: readonly number[]
  /** A line under the title, such as the run's name. */
  subtitle?: string
}

/** Light colours for papers and slides, whatever the window's theme. */
const theme = 'light' as const
const { bg, ink, ink2, ink3, line } = surfaces.light
const font = `font-family="Inter, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"`

/** Points per side of a response: a multiple of the usual 64, so that all points have the same size. */
const tile = 128
const gap = 16
const gutter = 128
const margin = 24
const headHeight = 114
const kernelHeight = tile + 14
const magnitudeHeight = tile + 44

/**
 * @returns an SVG document in light colours: one column per band; per channel one row of kernels and one of magnitudes,
 *   each on one scale for the complete drawing
 */
export function bankSvg(filterBank: FilterBank, options: BankDrawing = {}): string {
  const { banks } = filterBank
  const inputs = banks[0]?.kernel[0]?.[0]?.length ?? 0
  const channels = options.channels ?? strongestChannels(banks[0]?.kernel ?? [])
  const top = maxAbsolute(banks.map((bank) => channels.map((c) => channelPlane(bank.kernel, c))))
  const peak = maxAbsolute(banks.map((bank) => channels.map((c) => channelPlane(bank.response, c))))
  const width = margin * 2 + gutter + banks.length * (tile + gap) - gap
  const height = headHeight + channels.length * (kernelHeight + magnitudeHeight)
  const subtitle = options.subtitle ?? filterBank.runId
  const title = `${filterBank.layer} · ${filterBank.multiband ? 'base filter' : 'filter'} ${filterBank.filter} · epoch ${filterBank.epoch}`
  const titles = bandTitles(filterBank.bank)
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${font} role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(`Filter bank: ${title}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="${bg}"/>`,
    text(margin, 32, title, { size: 15, weight: 600 }),
    text(margin, 50, subtitle, { size: 12, color: ink3 }),
    ...banks.map((bank, i) => bandHead(bank, filterBank, titles[i], columnX(i))),
  ]
  for (const [i, channel] of channels.entries()) {
    const kernelY = headHeight + i * (kernelHeight + magnitudeHeight)
    const magnitudeY = kernelY + kernelHeight
    const name = channelName(filterBank.layer, channel, inputs)
    parts.push(kernelLegend(kernelY, filterBank, name, top), magnitudeLegend(magnitudeY, name, peak))
    for (const [b, bank] of banks.entries()) {
      parts.push(kernelTile(channelPlane(bank.kernel, channel), top, columnX(b), kernelY))
      parts.push(magnitudeTile(channelPlane(bank.response, channel), peak, columnX(b), magnitudeY))
    }
  }
  return `${parts.join('\n')}\n</svg>\n`
}

function columnX(index: number): number {
  return margin + gutter + index * (tile + gap)
}

/** @returns '' if there is only one input channel */
export function channelName(layer: string, channel: number, inputs: number): string {
  if (layer === 'stem' && inputs === 3) return ['Red', 'Green', 'Blue'][channel] ?? ''
  return inputs === 1 ? '' : `Input ${channel} of ${inputs}`
}

function bandHead(bank: Bank, { bank: table }: FilterBank, title: BandTitle | undefined, x: number): string {
  if (table === null || !title) return text(x, headHeight - 26, 'h', { size: 13, weight: 600 })
  return [
    `<rect x="${x}" y="${headHeight - 35}" width="9" height="9" rx="2" fill="${bandColors[theme][bank.band - 1] ?? ink}"/>`,
    // Many fonts lack superscript glyphs: set the exponent as a raised span.
    `<text x="${x + 15}" y="${headHeight - 26}" font-size="${isSignBank(table) ? 13 : sizeFor(title.formula)}" font-weight="600" fill="${ink}">${isSignBank(table) ? formula(bank.band) : escapeXml(title.formula)}</text>`,
    text(x, headHeight - 9, title.words, { size: 11, color: ink3 }),
  ].join('\n')
}

/** Returns a font size that leaves room for the next band's mark; a bold character is about 0.57 of its size wide. */
function sizeFor(words: string): number {
  return Math.min(13, Math.floor((10 * (tile + gap - 15 - 8)) / (0.57 * words.length)) / 10)
}

function formula(band: number): string {
  const sub = `h<tspan dy="3" font-size="9">${band}</tspan><tspan dy="-3"> = </tspan>`
  const exponent = ['', 'r', 's', 'r+s'][band - 1] ?? ''
  return exponent === ''
    ? `${sub}h`
    : `${sub}(−1)<tspan dy="-5" font-size="9" font-style="italic">${exponent}</tspan><tspan dy="5"> h</tspan>`
}

function kernelTile(plane: number[][], top: number, x: number, y: number): string {
  const rows = plane.length
  const columns = plane[0]?.length ?? 0
  const w = tile / columns
  const h = tile / rows
  const size = Math.min(12, w / 3.4)
  const cells = plane.flatMap((row, s) =>
    row.map((value, r) => {
      const color = divergingColor(value, top, theme)
      const at = { x: round(x + r * w), y: round(y + s * h) }
      return (
        `<rect x="${at.x}" y="${at.y}" width="${round(w)}" height="${round(h)}" fill="${color}"/>` +
        text(round(at.x + w / 2), round(at.y + h / 2 + size * 0.36), fixed(value), {
          size,
          color: inkOn(color),
          anchor: 'middle',
        })
      )
    }),
  )
  return `<g>${cells.join('\n')}<rect x="${x}" y="${y}" width="${tile}" height="${tile}" fill="none" stroke="${line}"/></g>`
}

/** Number of distinguishable colours: more would only enlarge the file. */
const levels = 96

/** Draws runs of one colour as one path per colour: without embedded images every program can draw it. */
function magnitudeTile(plane: number[][], peak: number, x: number, y: number): string {
  const size = plane.length
  const paths = new Map<number, string[]>()
  for (const [v, row] of plane.entries()) {
    let start = 0
    for (let u = 1; u <= size; u++) {
      const level = levelOf(row[start], peak)
      if (u < size && levelOf(row[u], peak) === level) continue
      const runs = paths.get(level) ?? []
      runs.push(`M${start} ${v}h${u - start}v1h${start - u}z`)
      paths.set(level, runs)
      start = u
    }
  }
  const drawn = [...paths].map(
    ([level, runs]) => `<path fill="${magnitudeColor(level / (levels - 1))}" d="${runs.join('')}"/>`,
  )
  const end = y + tile + 13
  return [
    `<g transform="translate(${x} ${y}) scale(${round(tile / size)})" shape-rendering="crispEdges">${drawn.join('\n')}</g>`,
    text(x, end, '−π', { size: 11, color: ink3 }),
    text(x + tile / 2, end, 'u', { size: 11, color: ink3, anchor: 'middle', italic: true }),
    text(x + tile, end, 'π', { size: 11, color: ink3, anchor: 'end' }),
  ].join('\n')
}

function levelOf(value: number | undefined, peak: number): number {
  return value === undefined || !(peak > 0) ? 0 : Math.round((value / peak) * (levels - 1))
}

function kernelLegend(y: number, { banks }: FilterBank, channel: string, top: number): string {
  const rows = banks[0]?.kernel.length ?? 0
  const columns = banks[0]?.kernel[0]?.length ?? 0
  return [
    text(margin, y + 13, 'Kernel', { size: 13, weight: 600 }),
    text(margin, y + 30, `${rows} × ${columns} weights`, { size: 11, color: ink3 }),
    ...(channel === '' ? [] : [text(margin, y + 45, channel, { size: 11, color: ink2 })]),
    colorBar(margin, y + 56, (t) => divergingColor(2 * t - 1, 1, theme), [fixed(-top), '0', fixed(top)]),
  ].join('\n')
}

function magnitudeLegend(y: number, channel: string, peak: number): string {
  const axis = margin + gutter - 6
  return [
    `<text x="${margin}" y="${y + 13}" font-size="13" font-weight="600" fill="${ink}">|H(<tspan font-style="italic">u</tspan>, <tspan font-style="italic">v</tspan>)|</text>`,
    text(margin, y + 30, '0 in the centre', { size: 11, color: ink3 }),
    ...(channel === '' ? [] : [text(margin, y + 45, channel, { size: 11, color: ink2 })]),
    colorBar(margin, y + 56, magnitudeColor, ['0', '', fixed(peak)]),
    text(axis, y + 10, '−π', { size: 11, color: ink3, anchor: 'end' }),
    text(axis, y + tile / 2 + 4, 'v', { size: 11, color: ink3, anchor: 'end', italic: true }),
    text(axis, y + tile, 'π', { size: 11, color: ink3, anchor: 'end' }),
  ].join('\n')
}

function colorBar(
  x: number,
  y: number,
  color: (t: number) => string,
  labels: readonly [string, string, string],
): string {
  const steps = 24
  const width = 84
  const w = width / steps
  const cells = Array.from(
    { length: steps },
    (_, i) =>
      `<rect x="${round(x + i * w)}" y="${y}" width="${round(w)}" height="8" fill="${color(i / (steps - 1))}"/>`,
  )
  return [
    `<g shape-rendering="crispEdges">${cells.join('')}</g>`,
    text(x, y + 20, labels[0], { size: 10, color: ink3 }),
    text(x + width / 2, y + 20, labels[1], { size: 10, color: ink3, anchor: 'middle' }),
    text(x + width, y + 20, labels[2], { size: 10, color: ink3, anchor: 'end' }),
  ].join('\n')
}

interface TextStyle {
  size: number
  weight?: number
  color?: string
  anchor?: 'middle' | 'end'
  italic?: boolean
}

function text(x: number, y: number, content: string, style: TextStyle): string {
  const anchor = style.anchor ? ` text-anchor="${style.anchor}"` : ''
  const weight = style.weight ? ` font-weight="${style.weight}"` : ''
  const slant = style.italic ? ' font-style="italic"' : ''
  return `<text x="${x}" y="${y}" font-size="${round(style.size)}"${weight}${slant}${anchor} fill="${style.color ?? ink}">${escapeXml(content)}</text>`
}

const round = (x: number): number => Math.round(x * 1000) / 1000

function escapeXml(content: string): string {
  return content.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c] ?? c)
}
