import fc from 'fast-check'
import { WorkbenchError } from '../contract/errors'
import { decodeSafetensors, encodeSafetensors } from './safetensors'
import { rejectedWith, fuzz } from '../testing/fuzz'
import { mutatedBytes } from '../testing/mutatedBytes'
import { mutatedJsonText } from '../testing/mutatedJson'

const weights = encodeSafetensors(
  [
    { name: 'stem.kernel', shape: [3, 3, 3, 2], values: new Float32Array(54).fill(0.5) },
    { name: 'dense.bias', shape: [10], values: Float32Array.from({ length: 10 }, (_, i) => i) },
  ],
  { arch: 'resnet-8' },
)

/** A safetensors file with a header and a number of bytes. */
function safetensorsOf(header: string, numbers: number): Buffer {
  const text = Buffer.from(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, Buffer.alloc(numbers)])
}
const headerLength = Number(Buffer.from(weights).readBigUInt64LE(0))
const header: unknown = JSON.parse(Buffer.from(weights).toString('utf8', 8, 8 + headerLength))

fuzz<Buffer>('weights (safetensors)', () => ({
  inputs: fc.oneof(
    mutatedBytes([weights]),
    fc
      .tuple(mutatedJsonText([header]), fc.constantFrom(0, 1, 40, 256, 2000))
      .map(([text, numbers]) => safetensorsOf(text, numbers)),
  ),
  run: (bytes) =>
    rejectedWith([WorkbenchError], () => {
      const numbers = [...decodeSafetensors(bytes).tensors.values()].reduce((sum, { values }) => sum + values.length, 0)
      // Tensors may not share bytes: a small file could exhaust the memory.
      if (4 * numbers > bytes.length) throw new Error(`${numbers} numbers out of ${bytes.length} bytes`)
    }),
}))
