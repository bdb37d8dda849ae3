import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toErrorValue } from './errors'

describe('toErrorValue', () => {
  const schema = z.strictObject({
    name: z.string().max(3),
    count: z.int().min(1),
    share: z.number().gt(0),
    kind: z.enum(['a', 'b']),
    list: z.array(z.int()).min(1),
    own: z.string().min(1, 'must not be empty'),
  })
  const right = { name: 'abc', count: 1, share: 0.5, kind: 'a', list: [1], own: 'x' }

  it.each([
    [{ name: 'abcd' }, 'name: at most 3 characters', 'name'],
    [{ count: 0 }, 'count: at least 1', 'count'],
    [{ share: 0 }, 'share: above 0', 'share'],
    [{ name: 3 }, 'name: must be a string', 'name'],
    [{ count: 1.5 }, 'count: must be an int', 'count'],
    [{ kind: 'c' }, 'kind: must be one of a, b', 'kind'],
    [{ list: [] }, 'list: at least 1 entries', 'list'],
    [{ own: '' }, 'own: must not be empty', 'own'],
    [{ more: 1 }, 'has no more', undefined],
  ])('converts %j to a value that the schema allows', (change, message, field) => {
    const { error } = schema.safeParse({ ...right, ...change })
    expect(toErrorValue(error)).toEqual({ code: 'bad-input', message, ...(field === undefined ? {} : { field }) })
  })
})
