import { describe, expect, it } from 'vitest'
import { saveFilter, withExtension } from './saveFile'

describe('saveFilter', () => {
  it.each([
    ['Table I.tex', 'LaTeX (.tex)'],
    ['figure.png', 'PNG image (.png)'],
    ['run.onnx', 'ONNX model (.onnx)'],
    ['first-look.tar.gz', 'Exported study (.tar.gz)'],
  ])('names the kind of file of %s and hides no file', (suggestedName, name) => {
    expect(saveFilter(suggestedName)).toEqual({ name, extensions: ['*'] })
  })
})

describe('withExtension', () => {
  it.each([
    ['/home/me/table', 'Table I.csv', '/home/me/table.csv'],
    ['/home/me.d/table', 'Table I.csv', '/home/me.d/table.csv'],
    ['/home/me/table.txt', 'Table I.csv', '/home/me/table.txt'],
    ['/home/me/study', 'first-look.tar.gz', '/home/me/study.tar.gz'],
  ])('completes %s as %s suggests', (chosen, suggestedName, expected) => {
    expect(withExtension(chosen, suggestedName)).toBe(expected)
  })
})
