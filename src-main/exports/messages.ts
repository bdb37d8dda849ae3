/** Protocol buffers: the messages that a format is made of, described as data and written by protobufjs. */
import protobuf from 'protobufjs/light'

/**
 * A message by its fields: number, type, and whether it comes `many` times or as a `map` from text. Types are
 * protobuf's own or other messages of the same format.
 */
export type Fields = Record<string, readonly [number: number, type: string, how?: 'many' | 'map']>

/** Writes a message of a format. Fields that its description lacks are a mistake, not left out in silence. */
export type Writer = (type: string, message: object) => Uint8Array

export function writerOf(messages: Record<string, Fields>): Writer {
  const nested = Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        // Of which what was set is written, also a false or a 0: an attribute that is false is another than one that is
        // missing.
        edition: '2023',
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [id, type, how]]) => [
            field,
            how === 'map' ? { keyType: 'string', type, id } : { type, id, ...(how === 'many' && { rule: 'repeated' }) },
          ]),
        ),
      },
    ]),
  )
  const root = protobuf.Root.fromJSON({ nested })
  return (type, message) => {
    const problem = unknownIn(messages, type, message)
    if (problem !== null) throw new Error(problem)
    return root.lookupType(type).encode(message).finish()
  }
}

function unknownIn(messages: Record<string, Fields>, type: string, message: object): string | null {
  const fields = messages[type]
  if (!fields) return null
  for (const [name, value] of Object.entries(message) as [string, unknown][]) {
    const field = fields[name]
    if (!field) return `${type} has no field ${name}.`
    const [, of, how] = field
    const values: unknown[] =
      how === 'many' ? (value as unknown[]) : how === 'map' ? Object.values(value as object) : [value]
    for (const one of values) {
      const problem = typeof one === 'object' && one !== null ? unknownIn(messages, of, one) : null
      if (problem !== null) return problem
    }
  }
  return null
}
