import { describe, expect, it } from 'vitest'
import { quickStart } from '../../contract/experiment'
import { planText, readPlan } from './planText'
import { presets } from './presets'

const errorsOf = (text: string): string[] => {
  const read = readPlan(text)
  return 'errors' in read ? read.errors.map(({ at, message }) => `${at}: ${message}`) : []
}
const changed = (change: (json: Record<string, unknown> & { training: Record<string, unknown> }) => void): string => {
  const json = JSON.parse(planText(quickStart)) as Record<string, unknown> & { training: Record<string, unknown> }
  change(json)
  return JSON.stringify(json)
}

describe('plan as text', () => {
  it('is parsed back unchanged, with each list on one line', () => {
    for (const { plan } of presets) expect(readPlan(planText(plan))).toEqual({ plan })
    expect(planText(quickStart)).toContain('"variants": ["baseline", "mcnn-f", "mcnn-l"],\n')
  })

  it('accepts typed names and trailing commas', () => {
    const text = planText(quickStart)
      .replace('"resnet-8"', '"ResNet8",')
      .replace('"mcnn-f"', '"MCNN_F"')
      .replace('"synthetic"', '"Synthetic"')
      .replace('"float32"\n', '"fp32",\n')
    expect(readPlan(text)).toEqual({ plan: quickStart })
    expect(readPlan(text.replace('Quick start', 'a ,] b'))).toEqual({ plan: { ...quickStart, name: 'a ,] b' } })
    expect(errorsOf(changed((json) => (json['archs'] = ['resnt-20'])))[0]).toMatch(
      /^archs\.0: Did you mean resnet-20\?/,
    )
    expect(errorsOf('{\n  "name": "a",\n  "archs": [],\n  oops\n}')).toEqual(['line 4, column 3: Unexpected “o”.'])
  })

  it('reports the position of invalid JSON', () => {
    expect(errorsOf('{\n  "name": "a",\n  oops\n}')).toEqual(['line 3, column 3: Unexpected “o”.'])
    expect(errorsOf('{ "name": "a"')).toEqual(['line 1, column 14: Unexpected end of text.'])
    expect(errorsOf('')).toEqual(['line 1, column 1: The text is empty.'])
    expect(errorsOf('[]')[0]).toContain('A study is an object')
  })

  it('names each invalid, missing or unknown field', () => {
    expect(errorsOf(changed((json) => (json.training['epochs'] = 0)))).toEqual(['training.epochs: at least 1'])
    expect(errorsOf(changed((json) => delete json.training['momentum']))).toEqual(['training.momentum: is missing'])
    expect(errorsOf(changed((json) => (json['depth'] = 3)))).toEqual(['the study: has no “depth”'])
    expect(errorsOf(changed((json) => (json['archs'] = ['resnet-34'])))[0]).toMatch(/^archs\.0: /)
    expect(errorsOf(changed((json) => (json['seeds'] = [1, 1])))).toEqual(['seeds: no seed twice'])
    expect(errorsOf(changed((json) => (json.training['warmup'] = { learningRate: 0.1, untilError: 0.5 })))[0]).toMatch(
      /^training\.warmup: /,
    )
    expect(errorsOf(changed((json) => ((json['name'] = ''), (json.training['gamma'] = 2))))).toHaveLength(2)
  })
})
