import { describe, expect, it } from 'vitest'
import type { FilterBank } from '../../contract/models/filters'
import { bankTable, signBank } from './banks'
import { bankSvg } from './bankSvg'
import { divergingColor, magnitudeColor } from '../figures/colors'
import { bankKernels, responseMagnitude } from './filterBank'

function filterBank(inputs: number, multiband = true): FilterBank {
  const base = Float32Array.from({ length: 9 * inputs * 2 }, (_, i) => Math.sin(1 + i))
  const shape = [3, 3, inputs, 2] as const
  const bank = multiband ? signBank.map((band) => [...band]) : null
  const kernels = bankKernels(base, shape, 0, bank)
  return {
    runId: 'a-run',
    layer: inputs === 3 ? 'stem' : 'stage3.block1.conv2',
    filter: 0,
    epoch: 5,
    multiband,
    baseFilters: 2,
    bank,
    banks: kernels.map((kernel, i) => ({ band: i + 1, kernel, response: responseMagnitude(kernel, 16) })),
  }
}

const count = (text: string, part: string | RegExp): number => text.split(part).length - 1

describe('bankSvg', () => {
  it('draws a self-contained image of four kernels and four magnitudes per channel', () => {
    const svg = bankSvg(filterBank(3))
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+"/)
    expect(count(svg, '<g transform="translate(')).toBe(4 * 3)
    // 4 × 3 kernels of nine values each, in the middle of their cells.
    expect(count(svg, /<text [^>]*font-size="12"[^>]*text-anchor="middle"[^>]*>−?\d\.\d\d<\/text>/)).toBe(4 * 3 * 9)
    expect(['Red', 'Green', 'Blue', 'columns alternate', 'rows alternate'].map((w) => svg.includes(`>${w}<`))).toEqual(
      Array(5).fill(true),
    )
    expect(count(svg, '>−π<')).toBe(4 * 3 + 3)
    expect(svg).not.toMatch(/href|url\(|NaN|undefined/)
  })

  it('uses the full range of one scale over the whole drawing', () => {
    const svg = bankSvg(filterBank(1))
    const top = Math.max(...Array.from({ length: 9 }, (_, i) => Math.abs(Math.fround(Math.sin(1 + 2 * i)))))
    expect(svg).toContain(`fill="${divergingColor(top, top, 'light')}"`)
    expect(svg).toContain(`<path fill="${magnitudeColor(1)}"`)
  })

  it('covers every cell of the grid once', () => {
    const [tile] = bankSvg(filterBank(1)).match(/<g transform="translate.*?<\/g>/s) ?? []
    const area = [...(tile ?? '').matchAll(/M\d+ \d+h(\d+)v1h-/g)].reduce((sum, m) => sum + Number(m[1]), 0)
    expect(area).toBe(16 * 16)
  })

  it('draws the input with the largest weight of a deep layer, or the requested ones', () => {
    const deep = filterBank(16)
    const largest = Math.max(...(deep.banks[0]?.kernel.flat(2).map(Math.abs) ?? []))
    const strongest = deep.banks[0]?.kernel
      .flat()
      .find((pixel) => pixel.some((x) => Math.abs(x) === largest))
      ?.findIndex((x) => Math.abs(x) === largest)
    const svg = bankSvg(deep)
    expect(count(svg, '<g transform="translate(')).toBe(4)
    expect(svg).toContain(`>Input ${strongest} of 16<`)
    expect(bankSvg(deep, { channels: [3, 7] })).toMatch(/Input 3 of 16[^]*Input 7 of 16/)
  })

  it('draws only the filter of a plain layer', () => {
    const svg = bankSvg(filterBank(3, false))
    expect(count(svg, '<g transform="translate(')).toBe(3)
    expect(svg).toContain('>stem · filter 0 · epoch 5<')
  })

  it('escapes its texts', () => {
    expect(bankSvg(filterBank(1), { subtitle: 'a <b> & "c"' })).toContain('>a &lt;b&gt; &amp; &quot;c&quot;<')
  })

  it('ends each title before the next band’s begins, also for eight symmetries', () => {
    const bank = bankTable('symmetries').map((sources) => [...sources])
    const kernels = bankKernels(
      Float32Array.from({ length: 9 }, (_, i) => Math.sin(1 + i)),
      [3, 3, 1, 1],
      0,
      bank,
    )
    const svg = bankSvg({
      ...filterBank(1),
      bank,
      banks: kernels.map((kernel, i) => ({ band: i + 1, kernel, response: responseMagnitude(kernel, 16) })),
    })
    const heads = [
      ...svg.matchAll(/<text x="(\d+)" y="88" font-size="([\d.]+)" font-weight="600"[^>]*>([^<]+)<\/text>/g),
    ].map(([, x, size, words = '']) => ({
      x: Number(x),
      end: Number(x) + 0.57 * Number(size) * words.length,
      size: Number(size),
    }))
    expect(heads).toHaveLength(8)
    expect(Math.min(...heads.map(({ size }) => size))).toBeGreaterThan(9)
    // The mark is 15 to the left of its title.
    for (const [i, { end }] of heads.entries()) expect(end).toBeLessThan((heads[i + 1]?.x ?? Infinity) - 15)
  })
})
