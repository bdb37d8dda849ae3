import { describe, expect, it } from 'vitest'
import type { BarGroup } from './bar'
import type { LineSeries } from './line'
import { barFigure, lineFigure, paretoFigure, placeLegend, printColor, type LegendEntry } from './print'

const groups: BarGroup[] = [
  {
    id: 'g',
    label: 'ResNet-20 <&>',
    short: 'R20',
    bars: [
      {
        id: 'b',
        label: 'mcnn-f',
        color: 'var(--v-f)',
        value: 92,
        error: [91.5, 92.5],
        dots: [91.6, 92.4],
        reference: 92.2,
      },
      { id: 'n', label: 'mcnn-l', color: 'var(--v-l)', value: null, error: null, dots: [] },
    ],
  },
]
const legend = [{ label: 'mcnn-f', color: 'var(--v-f)', marker: 'square' as const }]
const series: LineSeries[] = [
  {
    id: 'a',
    label: 'mcnn-f',
    color: 'var(--v-f)',
    marker: 'square',
    points: [
      { x: 1, y: 50 },
      { x: 2, y: NaN },
      { x: 3, y: 10 },
    ],
    band: [
      { x: 1, low: 40, high: 60 },
      { x: 3, low: 9, high: 11 },
    ],
  },
]
const all = [
  barFigure('Test accuracy, %', groups, legend, 'note'),
  paretoFigure(
    'Test accuracy, %',
    'trainable parameters',
    [
      {
        id: 'p',
        label: 'mcnn-f · R20',
        group: 'R20',
        color: 'var(--v-f)',
        marker: 'square',
        cost: 2.7e5,
        value: 92,
        error: [91, 93],
      },
      {
        id: 'q',
        label: 'baseline',
        group: 'R32',
        color: 'var(--v-baseline)',
        marker: 'circle',
        cost: 4.6e5,
        value: 93,
        error: null,
      },
    ],
    legend,
    String,
  ),
  lineFigure('Test error, %', 'epoch', series, 'log', [{ x: 2, label: 'lr × 0.1' }]),
]

describe('figures for print', () => {
  it('use the light theme', () => {
    expect(printColor('var(--v-baseline)')).toBe('#5c626c')
    expect(printColor('var(--v-a)')).toBe('#bf3f0d')
    expect(printColor('#123456')).toBe('#123456')
  })

  it('are self-contained: sizes in inches, fonts by name, no style sheet, no invalid number', () => {
    for (const svg of all) {
      expect(svg).toMatch(
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="6\.5in" height="[\d.]+in" viewBox="0 0 624 \d+" font-family="Inter,/,
      )
      expect(svg).not.toMatch(/var\(|NaN|Infinity|undefined|class=/)
      expect(svg.match(/<g[ >]/g)?.length ?? 0).toBe(svg.match(/<\/g>/g)?.length ?? 0)
    }
  })

  it('draw existing values and state missing ones', () => {
    expect(all[0]).toContain('ResNet-20 &lt;&amp;&gt;')
    expect(all[0]?.match(/<rect /g)).toHaveLength(2)
    expect(all[0]?.match(/<circle /g)).toHaveLength(2)
    expect(all[0]).toContain('>–</text>')
    expect(all[0]).toContain('Axis starts at')
    expect(all[1]).toContain('stroke-dasharray="3 3"')
    expect(all[1]).toContain('>R32</text>')
    expect(all[2]).toContain('lr × 0.1')
    expect(all[2]).toContain('fill-opacity="0.16"')
  })
})

describe('legend of a printed figure', () => {
  const names = [
    'baseline',
    'mcnn-f',
    'mcnn-l',
    'mcnn-fl',
    'mcnn-a',
    'mcnn-a@random',
    'mcnn(stem+stage3.*)@rotations',
    'narrow(mcnn(stem+stage3.*)@rotations)',
    'mcnn(stem+stage1.*+stage3.block2.conv1)@random',
  ]
  const entries: LegendEntry[] = names.map((label) => ({ label, color: 'var(--v-f)', marker: 'square' }))
  const heightOf = (svg: string): number => Number(/viewBox="0 0 624 (\d+)"/.exec(svg)?.[1])
  const bars = (many: LegendEntry[]): string => barFigure('Test accuracy, %', groups, many, 'note')

  /** For each name its start, its latest possible end (with the widest letters of the fonts) and its line. */
  const places = (svg: string): { x: number; end: number; y: number }[] =>
    [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="start" fill="#[0-9a-f]+">([^<]*)<\/text>/g)].map(
      ([, x, y, words = '']) => ({ x: Number(x), end: Number(x) + 6.4 * words.length, y: Number(y) }),
    )

  it('wraps if it is wider than the page, and the figure grows by its lines', () => {
    expect(heightOf(bars(entries.slice(0, 5)))).toBe(310)
    const { lines } = placeLegend(entries)
    expect(lines).toBe(3)
    const svg = bars(entries)
    expect(heightOf(svg)).toBe(310 + 2 * 16)
    for (const name of names) expect(svg).toContain(`>${name}</text>`)
    const placed = places(svg)
    expect(placed.length).toBeGreaterThanOrEqual(names.length)
    for (const [i, a] of placed.entries()) {
      expect(a.end).toBeLessThanOrEqual(624 - 16)
      for (const b of placed.slice(i + 1)) expect(a.y !== b.y || a.end < b.x || b.end < a.x).toBe(true)
    }
    // Everything below the legend moves down by its further lines.
    expect(svg).toContain('<g transform="translate(0 32)">')
  })

  it('breaks a name that is wider than the page', () => {
    const long = `mcnn-a@${'+++++++++/'.repeat(30)}`
    const svg = bars([{ label: long, color: 'var(--v-a)', marker: 'circle' }, ...entries.slice(0, 1)])
    const pieces = places(svg).filter(({ y }) => y >= 38 && y < 38 + 16 * 5)
    expect([...svg.matchAll(/>([^<]*)<\/text>/g)].map(([, words = '']) => words).join('')).toContain(long)
    expect(Math.max(...pieces.map(({ end }) => end))).toBeLessThanOrEqual(624 - 16)
    expect(placeLegend([{ label: long, color: '', marker: 'circle' }, ...entries.slice(0, 1)])).toMatchObject({
      lines: 5,
      entries: [{ line: 0 }, { line: 4, x: 44 }],
    })
  })

  it('contains the names of lines if these are too long or too many to be placed at the ends', () => {
    const lines = (labels: string[]): string =>
      lineFigure(
        'Test error, %',
        'epoch',
        labels.map((label, i) => ({
          id: String(i),
          label,
          color: 'var(--v-f)',
          marker: 'square',
          points: [
            { x: 1, y: 50 },
            { x: 3, y: 10 + i },
          ],
        })),
        'linear',
        [],
      )
    const short = lines(['mcnn-f', 'mcnn-a'])
    expect(heightOf(short)).toBe(330)
    expect(short).toMatch(/<text x="\d+[^>]*font-weight="500">mcnn-f<\/text>/)
    const long = lines(names)
    expect(heightOf(long)).toBe(330 + 3 * 16)
    expect(long).not.toContain('font-weight="500"')
    // The plot keeps the page's width.
    expect(long).toContain('H608')
    expect(heightOf(lines(Array.from({ length: 30 }, (_, i) => `v${i}`)))).toBeGreaterThan(330)
    expect(long).not.toMatch(/NaN|undefined/)
  })
})

describe('ticks of a printed figure', () => {
  const texts = (svg: string): { x: number; anchor: string; words: string }[] =>
    [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="(\w+)"[^>]*>([^<]*)</g)].map(
      ([, x, anchor = '', words = '']) => ({ x: Number(x), anchor, words }),
    )

  it('are whole numbers on an axis of epochs, and not on one of minutes', () => {
    const lines: LineSeries[] = [
      {
        id: 'a',
        label: 'a',
        color: 'var(--v-f)',
        marker: 'square',
        points: [
          { x: 1, y: 20 },
          { x: 3, y: 30 },
        ],
      },
    ]
    const below = (xLabel: string): string[] =>
      texts(lineFigure('Test accuracy, %', xLabel, lines, 'linear', [])).flatMap(({ anchor, words }) =>
        anchor === 'middle' && words !== xLabel ? [words] : [],
      )
    expect(below('epoch')).toEqual(['1', '2', '3'])
    expect(below('min')).toContain('1.5')
  })

  it('stay on the page at the ends of the axis', () => {
    const point = (id: string, cost: number) => ({
      id,
      label: id,
      group: 'R8',
      color: 'var(--v-f)',
      marker: 'square' as const,
      cost,
      value: 30,
      error: null,
    })
    const svg = paretoFigure(
      'Test accuracy, %',
      'trainable parameters',
      [point('a', 19_670), point('b', 75_290)],
      [],
      (value) => `${value} parameters`,
    )
    const width = Number(/width="(\d+)"/.exec(svg)?.[1])
    for (const { x, anchor, words } of texts(svg)) {
      const size = 5.5 * words.length
      const from = anchor === 'end' ? x - size : anchor === 'middle' ? x - size / 2 : x
      expect({ words, inside: from >= 0 && from + size <= width }).toEqual({ words, inside: true })
    }
  })
})
