/** Protocol buffers: a format's messages are described as data, and protobufjs writes them. */
import protobuf from 'protobufjs/light'

/**
 * A message's fields: number, type, and `many` if the field is repeated or `map` if it maps text to the type. A type is
 * protobuf's own or another message of the same format.
 */
export type Fields = Record<string, readonly [number: number, type: string, how?: 'many' | 'map']>

/** Writes a message. Throws if the message has a field that its description lacks. */
export type Writer = (type: string, message: object) => Uint8Array

export function writerOf(messages: Record<string, Fields>): Writer {
  const nested = Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        // Since this edition false and 0 are written if they are set: a false attribute differs from a missing one.
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
