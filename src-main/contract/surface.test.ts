/** Limits of the calls of a window: every text and list has a maximum length, and no text is a path. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { rendererServiceCalls, serviceCalls } from './calls'
import { shellCalls } from './window/shell'

interface Schema {
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  maxLength?: number
  maxItems?: number
  additionalProperties?: unknown
}

/** Returns every nested schema with its path. */
function parts(schema: Schema, at: string): [string, Schema][] {
  const { properties = {}, items, prefixItems = [], anyOf = [], oneOf = [], allOf = [] } = schema
  return [
    [at, schema],
    ...Object.entries(properties).flatMap(([name, value]) => parts(value, `${at}.${name}`)),
    ...[...(items ? [items] : []), ...prefixItems].flatMap((value) => parts(value, `${at}[]`)),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((value) => parts(value, at)),
  ]
}

const calls = [
  ...rendererServiceCalls.map((name) => [name, serviceCalls[name].params] as const),
  ...Object.entries(shellCalls).map(([name, { params }]) => [name, params] as const),
]
const all = calls.flatMap(([name, params]) =>
  parts(z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Schema, name),
)

/** Words of people, and names that are looked up. None is ever joined to a path (see each call's handler). */
const free = /\.(name|query|note|text|content|layer|grant|open\[\]|add\[\]|remove\[\])$/

describe('parameters of window calls', () => {
  it('are objects that allow no additional keys', () => {
    for (const [at, schema] of all)
      if (schema.type === 'object') expect([at, schema.additionalProperties]).toEqual([at, false])
  })

  it('contain no unlimited text', () => {
    const endless = all.filter(
      ([, schema]) =>
        schema.type === 'string' &&
        schema.enum === undefined &&
        schema.const === undefined &&
        schema.maxLength === undefined &&
        !/\{\d+,\d+\}\$$/.test(schema.pattern ?? ''),
    )
    expect(endless.map(([at]) => at)).toEqual([])
  })

  it('contain no unlimited list', () => {
    const endless = all.filter(
      ([, schema]) => schema.type === 'array' && schema.maxItems === undefined && schema.prefixItems === undefined,
    )
    // The number of values of an enum, each once.
    expect(endless.map(([at]) => at).filter((at) => !/\.(archs|variants)$/.test(at))).toEqual([])
  })

  it('contain no text that could be a path, except listed free texts', () => {
    const texts = all.filter(
      ([, schema]) => schema.type === 'string' && schema.enum === undefined && schema.const === undefined,
    )
    expect(texts.length).toBeGreaterThan(20)
    for (const [at, { pattern }] of texts) {
      if (free.test(at)) continue
      expect(pattern, at).toBeDefined()
      for (const hostile of ['/etc/passwd', '../x', '..', 'C:\\x', 'file:///x', 'a/../b', '~/x'])
        expect(new RegExp(pattern ?? '', 'u').test(hostile), `${at} takes ${hostile}`).toBe(false)
    }
  })
})
