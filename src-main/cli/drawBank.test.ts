import { describe, expect, it } from 'vitest'
import { bankTable, signBank } from '../analysis/filters/banks'
import { bankKernels, responseMagnitude } from '../analysis/filters/filterBank'
import type { FilterBank } from '../contract/models/filters'
import { drawBank } from './drawBank'

function bankOf(bank: number[][] | null, inputs = 3): FilterBank {
  const values = Float32Array.from({ length: 9 * inputs }, (_, i) => Math.sin(i + 1))
  const banks = bankKernels(values, [3, 3, inputs, 1], 0, bank).map((kernel, i) => ({
    band: i + 1,
    kernel,
    response: responseMagnitude(kernel, 16),
  }))
  return { runId: 'r', layer: 'stem', filter: 0, epoch: 3, multiband: bank !== null, baseFilters: 1, bank, banks }
}
const signs = signBank.map((sources) => [...sources])
const symmetries = bankTable('symmetries').map((sources) => [...sources])
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => Array.from(line).length))

describe('bank drawn with characters', () => {
  it('has four bands side by side, each with its title, if the terminal’s width is unknown', () => {
    const four = drawBank(bankOf(signs))
    expect(widest(four)).toBeLessThanOrEqual(104)
    expect(
      four
        .split('\n')
        .filter((line) => line.includes('h₁'))
        .at(0),
    ).toMatch(/h₁.*h₂.*h₃.*h₄/)
    // Three channels, of each the kernel's three lines and the response's twelve.
    expect(four.match(/^(Red|Green|Blue)$/gm)).toHaveLength(3)
  })

  it('continues below if more bands exist than fit side by side', () => {
    const eight = drawBank(bankOf(symmetries))
    expect(widest(eight)).toBeLessThanOrEqual(104)
    const heads = eight.split('\n').filter((line) => line.includes('h₁ ') || line.includes('h₅ '))
    expect(heads).toHaveLength(2)
    expect(heads[1]).toMatch(/h₅.*h₆.*h₇.*h₈/)
    const narrow = drawBank(bankOf(signs), 1, 60)
    expect(widest(narrow)).toBeLessThanOrEqual(60)
    for (const symbol of ['h₁', 'h₂', 'h₃', 'h₄']) expect(narrow).toContain(symbol)
    expect(narrow).not.toContain('Red')
    // One at least.
    expect(drawBank(bankOf(signs), 0, 5).match(/h[₁₂₃₄] =/g)).toHaveLength(4)
    expect(widest(drawBank(bankOf(signs), 0, 500))).toBeLessThanOrEqual(104)
    expect(drawBank(bankOf(null), 0)).not.toContain('h₁')
  })
})
