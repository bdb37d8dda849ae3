import { describe, expect, it } from 'vitest'
import { formatComparison } from './formats'
import { escapeLatex } from './latexText'
import { latexTable } from './table'

describe('escapeLatex', () => {
  it.each([
    ['ResNet-32 → 110 😀', 'ResNet-32 $\\rightarrow$ 110 [U+1F600]'],
    [
      '50 % of $5 & #1_a {b} \\ ~ ^',
      '50 \\% of \\$5 \\& \\#1\\_a \\{b\\} \\textbackslash{} \\textasciitilde{} \\textasciicircum{}',
    ],
    ['Müller, Łukasz, naïve, Øster', 'M\\"{u}ller, \\L{}ukasz, na\\"{i}ve, \\O{}ster'],
    ['u\u0308', '\\"{u}'],
    ['a ą 学 Ж', 'a [U+0105] [U+5B66] [U+0416]'],
    ['92.00 ± 1.00 [−3.27, 1.27]', '92.00 $\\pm$ 1.00 [$-$3.27, 1.27]'],
    ['[draft] a', '{[}draft] a'],
    ['  *', '  {*}'],
    ['学', '{[}U+5B66]'],
    ['a\r\n\u2028b', 'a b'],
    ['"a" | <b>', '"a" $|$ $<$b$>$'],
  ])('converts %j to %j', (text, latex) => {
    expect(escapeLatex(text)).toBe(latex)
  })

  it('returns ASCII with closed groups and formulas for characters of every kind', () => {
    const bad: string[] = []
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
      const latex = escapeLatex(String.fromCodePoint(code))
      const bare = latex.replace(/\\[\\{}$&%#_"'`^~=.]/g, '')
      const isClosed =
        (bare.match(/\{/g)?.length ?? 0) === (bare.match(/\}/g)?.length ?? 0) &&
        (bare.match(/\$/g)?.length ?? 0) % 2 === 0
      if (!/^[\x20-\x7e]*$/.test(latex) || !isClosed || /[&%#_]/.test(bare)) bad.push(code.toString(16))
    }
    expect(bad).toEqual([])
  })
})

describe('latexTable', () => {
  it('starts no row with characters that LaTeX reads as an argument of the previous row', () => {
    const table = latexTable({
      caption: '→',
      columns: [{ title: '[', align: 'left' }],
      rows: [['[a]'], ['*'], ['😀']],
      notes: ['[n]'],
    })
    expect(table).not.toMatch(/\\\\\s*[[*]/)
    expect(table).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('is valid for a comparison with any name', () => {
    const named = {
      studyId: 's',
      studyName: 'A → B 😀 学',
      rows: [],
      findings: [],
      comparisons: 0,
    } as unknown as Parameters<typeof formatComparison>[0]
    expect(formatComparison(named, 'latex')).toMatch(/^[\x20-\x7e\n]*$/)
  })
})
