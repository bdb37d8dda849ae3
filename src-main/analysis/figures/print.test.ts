import { describe, expect, it } from 'vitest'
import type { BarGroup } from './bar'
import type { LineSeries } from './line'
import { barFigure, lineFigure, paretoFigure, printColor } from './print'

const groups: BarGroup[] = [{ id: 'g', label: 'ResNet-20 <&>', bars: [{ id: 'b', label: 'mcnn-f', color: 'var(--v-f)', value: 92, error: [91.5, 92.5], dots: [91.6, 92.4], reference: 92.2 }, { id: 'n', label: 'mcnn-l', color: 'var(--v-l)', value: null, error: null, dots: [] }] }]
const legend = [{ label: 'mcnn-f', color: 'var(--v-f)', marker: 'square' as const }]
const series: LineSeries[] = [{ id: 'a', label: 'mcnn-f', color: 'var(--v-f)', marker: 'square', points: [{ x: 1, y: 50 }, { x: 2, y: NaN }, { x: 3, y: 10 }], band: [{ x: 1, low: 40, high: 60 }, { x: 3, low: 9, high: 11 }] }]
const all = [
  barFigure('Test accuracy, %', groups, legend, 'note'),
  paretoFigure('Test accuracy, %', 'trainable parameters', [{ id: 'p', label: 'mcnn-f · R20', group: 'R20', color: 'var(--v-f)', marker: 'square', cost: 2.7e5, value: 92, error: [91, 93] }, { id: 'q', label: 'baseline', group: 'R32', color: 'var(--v-baseline)', marker: 'circle', cost: 4.6e5, value: 93, error: null }], legend, String),
  lineFigure('Test error, %', 'epoch', series, 'log', [{ x: 2, label: 'lr × 0.1' }]),
]

describe('figures for print', () => {
  it('use the light tokens', () => {
    expect(printColor('var(--v-baseline)')).toBe('#5c626c')
    expect(printColor('var(--v-a)')).toBe('#bf3f0d')
    expect(printColor('#123456')).toBe('#123456')
  })

  it('stand on their own: sizes in inches, fonts by name, no style sheet, no broken number', () => {
    for (const svg of all) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="6\.5in" height="[\d.]+in" viewBox="0 0 624 \d+" font-family="Inter,/)
      expect(svg).not.toMatch(/var\(|NaN|Infinity|undefined|class=/)
      expect(svg.match(/<g[ >]/g)?.length ?? 0).toBe(svg.match(/<\/g>/g)?.length ?? 0)
    }
  })

  it('draw what there is and say what there is not', () => {
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
