/** Figures for papers: standalone SVG documents in light colours, whatever the window's theme. Pure. */
import { surfaces, variantColors } from './colors'
import { barLayout, groupNames, turnedBy, turnedRoom, type BarGroup, type BarShape } from './bar'
import { bandPath, endLabels, labelRoom, linePath, xExtent, yExtent, type LineSeries, type VerticalMark } from './line'
import { markerPath, type MarkerShape } from './markers'
import { paretoLayout, type CostPoint } from './pareto'
import { niceScale, plainScale, rounded, tickText, type Scale, type ScaleKind } from './scale'

const { bg, ink, ink2, line: lineColor } = surfaces.light
const grid = '#ebebee'
/** Named fonts, so that text stays text and readers can replace the fonts. */
const font = "Inter, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

/** Resolves a token, such as 'var(--v-f)', in the light theme. */
export function printColor(color: string): string {
  const token = /^var\(--v-(\w+)\)$/.exec(color)?.[1]
  const variant = token === undefined ? undefined : variantColors.get(token)
  if (variant) return variant.light
  return color.startsWith('var(') ? ink : color
}

export interface LegendEntry {
  label: string
  color: string
  marker: MarkerShape
}

/** 6.5 inches, the text width of a page. CSS px, 96 per inch. */
const pageWidth = 624
const box = { left: 44, right: pageWidth - 16, top: 54 }

/** Approximate width of a character in the legend: entries are placed before they are measured. */
const legendCharacter = 6.4
const legendLine = 16
const markerRoom = 13

interface PlacedEntry extends LegendEntry {
  x: number
  /** Index of the legend's line, from 0. */
  line: number
  /** The label, split into lines. */
  pieces: string[]
}

/** Places entries next to each other, then on further lines; wraps a name that is longer than a line. */
export function placeLegend(legend: readonly LegendEntry[]): { entries: PlacedEntry[]; lines: number } {
  const most = Math.floor((box.right - box.left - markerRoom) / legendCharacter)
  const entries: PlacedEntry[] = []
  let [x, line] = [box.left, 0]
  for (const entry of legend) {
    const pieces = entry.label.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? ['']
    const end = x + markerRoom + (pieces[0]?.length ?? 0) * legendCharacter
    if (x > box.left && (pieces.length > 1 || end > box.right)) [x, line] = [box.left, line + 1]
    entries.push({ ...entry, x, line, pieces })
    line += pieces.length - 1
    x = pieces.length > 1 ? box.right : x + markerRoom + entry.label.length * legendCharacter + 18
  }
  return { entries, lines: entries.length === 0 ? 0 : line + 1 }
}

/** @param plain height with room for `legendLines` of a legend; further lines add to it */
function documentOf(
  title: string,
  legend: readonly LegendEntry[],
  plain: number,
  parts: readonly string[],
  { note = '', legendLines = 1 } = {},
): string {
  const { entries, lines } = placeLegend(legend)
  const moved = Math.max(0, lines - legendLines) * legendLine
  const height = plain + moved
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pageWidth / 96}in" height="${height / 96}in" viewBox="0 0 ${pageWidth} ${height}" font-family="${font}" font-size="11" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${pageWidth}" height="${height}" fill="${bg}"/>`,
    text(box.left, 16, title, { fill: ink, weight: 600 }),
    ...entries.flatMap(({ x, line, pieces, color, marker }) => [
      `<path d="${markerPath(marker, x + 4, 34 + line * legendLine, 4)}" fill="${printColor(color)}"/>`,
      ...pieces.map((piece, i) => text(x + markerRoom, 38 + (line + i) * legendLine, piece, { fill: ink })),
    ]),
    ...(moved === 0 ? parts : [`<g transform="translate(0 ${moved})">`, ...parts, '</g>']),
    ...(note === '' ? [] : [text(box.left, height - 8, note, { size: 9.5 })]),
    '</svg>',
    '',
  ].join('\n')
}

interface TextLook {
  anchor?: 'start' | 'middle' | 'end'
  fill?: string
  weight?: number
  size?: number
}

function text(
  x: number,
  y: number,
  words: string,
  { anchor = 'start', fill = ink2, weight = 400, size = 11 }: TextLook = {},
): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}" fill="${fill}"${weight === 400 ? '' : ` font-weight="${weight}"`}${size === 11 ? '' : ` font-size="${size}"`}>${escapeXml(words)}</text>`
}

function stroke(d: string, color: string, width = 1, more = ''): string {
  return `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}"${more}/>`
}

function yAxis(y: Scale): string[] {
  return y.ticks.flatMap((tick) => [
    stroke(`M${box.left} ${rounded(y(tick))}H${box.right}`, grid),
    text(box.left - 6, y(tick) + 3.8, tickText(tick), { anchor: 'end' }),
  ])
}

function xAxis(x: Scale, bottom: number, label: string, format: (value: number) => string): string[] {
  return [
    stroke(`M${box.left} ${bottom}H${box.right}`, lineColor),
    ...x.ticks.flatMap((tick) => tickAt(x(tick), bottom, format(tick))),
    text((box.left + box.right) / 2, bottom + 32, label, { anchor: 'middle' }),
  ]
}

/** A tick with its number below, which stays on the page at both ends of the axis. */
function tickAt(x: number, bottom: number, words: string): string[] {
  const half = (words.length * legendCharacter) / 2
  const anchor = x + half > pageWidth ? 'end' : x - half < 0 ? 'start' : 'middle'
  return [
    stroke(`M${rounded(x)} ${bottom}v4`, lineColor),
    text(anchor === 'end' ? Math.min(x + half, pageWidth - 2) : x, bottom + 16, words, { anchor }),
  ]
}

/** Figure 3: bars with error bars and seeds as dots; hollow diamonds are the paper's numbers. */
export function barFigure(
  title: string,
  groups: readonly BarGroup[],
  legend: readonly LegendEntry[],
  note = '',
): string {
  const bottom = 270
  const names = groupNames(groups, (box.right - box.left) / Math.max(1, groups.length))
  const { y, groups: placed } = barLayout(groups, { ...box, bottom })
  const parts = placed.flatMap(({ nameX, bars }, g) => [
    ...bars.flatMap((shape) => printedBar(shape, bottom)),
    groupName(nameX, bottom, names.texts[g] ?? '', names.turned),
  ])
  const start = y.domain[0]
  return documentOf(
    title,
    legend,
    310 + (names.turned ? turnedRoom(names.texts) : 0),
    [...yAxis(y), ...parts, stroke(`M${box.left} ${bottom}H${box.right}`, lineColor)],
    { note: `${start === 0 ? '' : `Axis starts at ${tickText(start)} %. `}${note}` },
  )
}

function printedBar(
  { bar, x, width, middle, top, dots, errorPath, referencePath }: BarShape,
  bottom: number,
): string[] {
  const color = printColor(bar.color)
  const reference = referencePath === null ? [] : [`<path d="${referencePath}" fill="${bg}" stroke="${ink}"/>`]
  if (top === null) return [text(middle, bottom - 4, '–', { anchor: 'middle' }), ...reference]
  return [
    `<rect x="${x}" y="${top}" width="${width}" height="${rounded(Math.max(0, bottom - top))}" fill="${color}" fill-opacity="0.28"/>`,
    stroke(`M${x} ${top}h${width}`, color, 2),
    ...dots.map((dot) => `<circle cx="${dot.x}" cy="${dot.y}" r="1.6" fill="${color}"/>`),
    ...(errorPath === null ? [] : [stroke(errorPath, ink, 1.1)]),
    ...reference,
  ]
}

/** Label below its group; rotated if it is too long. */
function groupName(x: number, axis: number, name: string, turned: boolean): string {
  if (!turned) return text(x, axis + 16, name, { anchor: 'middle', fill: ink })
  return `<g transform="rotate(${-turnedBy} ${rounded(x)} ${axis + 14})">${text(x, axis + 14, name, { anchor: 'end', fill: ink })}</g>`
}

/** Value against cost on a logarithmic axis, with the Pareto front. */
export function paretoFigure(
  title: string,
  costLabel: string,
  points: readonly CostPoint[],
  legend: readonly LegendEntry[],
  formatCost: (value: number) => string,
  note = '',
): string {
  const bottom = 270
  const { x, y, frontPath, points: shapes, names } = paretoLayout(points, { ...box, bottom }, 4)
  return documentOf(
    title,
    legend,
    330,
    [
      ...yAxis(y),
      ...xAxis(x, bottom, costLabel, formatCost),
      ...(frontPath === null ? [] : [stroke(frontPath, ink2, 1, ' stroke-dasharray="3 3"')]),
      ...shapes.flatMap(({ point, path, errorPath }) => [
        ...(errorPath === null ? [] : [stroke(errorPath, printColor(point.color), 1.3)]),
        `<path d="${path}" fill="${printColor(point.color)}" stroke="${bg}"><title>${escapeXml(point.label)}</title></path>`,
      ]),
      ...names.map((name) => text(name.x, name.y, name.text, { anchor: 'end' })),
    ],
    { note },
  )
}

/** Room for names next to the plot, and their distance, in px; if they need more, they go above it. */
const mostLabelRoom = 240
const mostLabels = 18

/** Integer axes: there is no half an epoch or step. */
const timeLabel = 'min'

/** Lines with bands over a common x, named at their ends. */
export function lineFigure(
  title: string,
  xLabel: string,
  series: readonly LineSeries[],
  kind: ScaleKind,
  marks: readonly VerticalMark[],
  view: readonly [number, number] | null = null,
): string {
  const bottom = 290
  const wanted = labelRoom(series, 78)
  const named = series.filter(({ label }) => label !== '')
  // Long or many names go above the plot.
  const legend = wanted > mostLabelRoom || named.length > mostLabels ? named : []
  const right = legend.length > 0 ? box.right : box.right - wanted + 16
  const x = plainScale(view ?? xExtent(series), [box.left, right], 6, xLabel !== timeLabel)
  const y = niceScale(kind, yExtent(series, kind), [bottom, 36], 6)
  const ends = endLabels(legend.length > 0 ? series.map((s) => ({ ...s, label: '' })) : series, x, y, kind, {
    top: 40,
    bottom: bottom - 6,
    gap: 13,
  })
  return documentOf(
    title,
    legend,
    330,
    [
      `<clipPath id="plot"><rect x="${box.left}" y="34" width="${right - box.left}" height="${bottom - 32}"/></clipPath>`,
      ...y.ticks.flatMap((tick) => [
        stroke(`M${box.left} ${rounded(y(tick))}H${right}`, grid),
        text(box.left - 6, y(tick) + 3.8, tickText(tick), { anchor: 'end' }),
      ]),
      stroke(`M${box.left} ${bottom}H${right}`, lineColor),
      ...x.ticks.flatMap((tick) => tickAt(x(tick), bottom, tickText(tick))),
      text((box.left + right) / 2, bottom + 32, xLabel, { anchor: 'middle' }),
      ...marks
        .filter((m) => m.x >= x.domain[0] && m.x <= x.domain[1])
        .flatMap((m) => [
          stroke(`M${rounded(x(m.x))} 32V${bottom}`, lineColor, 1, ' stroke-dasharray="2 3"'),
          text(x(m.x) + 4, 42, m.label),
        ]),
      '<g clip-path="url(#plot)">',
      ...series.flatMap((s) =>
        s.band ? [`<path d="${bandPath(s.band, x, y, kind)}" fill="${printColor(s.color)}" fill-opacity="0.16"/>`] : [],
      ),
      ...series.flatMap((s) => [
        ...(s.thin ?? []).map((line) =>
          stroke(linePath(line, x, y, kind), printColor(s.color), 0.7, ' stroke-opacity="0.6"'),
        ),
        stroke(linePath(s.points, x, y, kind), printColor(s.color), 1.4),
      ]),
      '</g>',
      ...ends
        .filter((e) => e.x <= right + 1)
        .flatMap((e) => [
          `<path d="${markerPath(e.marker, rounded(e.x), rounded(e.y), 3)}" fill="${printColor(e.color)}"/>`,
          ...(e.label === ''
            ? []
            : [text(e.x + 8, e.labelY + 3.8, e.label, { fill: printColor(e.color), weight: 500 })]),
        ]),
    ],
    { legendLines: 0 },
  )
}

function escapeXml(words: string): string {
  return words.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)
}
