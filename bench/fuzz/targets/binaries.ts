/** Files of numbers and images: weights, pickles, records, PNGs. */
import { gzipSync } from 'node:zlib'
import { withDensity } from '../../../src-main/analysis/figures/pngDensity'
import { WorkbenchError } from '../../../src-main/contract/errors'
import { readPickle, PickleError } from '../../../src-main/datasets/import/pickle'
import { fitsSize, pythonRecords, RecordChecks } from '../../../src-main/datasets/records'
import { fakeCifar10, fakeCifar100, Pickler, tarOf } from '../../../src-main/datasets/testSupport'
import { decodeSafetensors, encodeSafetensors } from '../../../src-main/nn/safetensors'
import { refusedWith, target } from '../check'
import { mutatedBytes } from '../mutations/bytes'
import { mutatedJsonText } from '../mutations/json'
import fc from 'fast-check'

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

export const safetensors = target<Buffer>('weights (safetensors)', () => ({
  inputs: fc.oneof(
    mutatedBytes([weights]),
    fc
      .tuple(mutatedJsonText([header]), fc.constantFrom(0, 1, 40, 256, 2000))
      .map(([text, numbers]) => safetensorsOf(text, numbers)),
  ),
  run: (bytes) =>
    refusedWith([WorkbenchError], () => {
      const numbers = [...decodeSafetensors(bytes).tensors.values()].reduce((sum, { values }) => sum + values.length, 0)
      // Tensors may not share bytes: a small file could exhaust the memory.
      if (4 * numbers > bytes.length) throw new Error(`${numbers} numbers out of ${bytes.length} bytes`)
    }),
}))

function pickles(): Buffer[] {
  const small = new Pickler().dictionary({}).done()
  const p = new Pickler()
  const whole = p
    .dictionary({
      batch_label: () => p.string('b'),
      labels: () => p.integers([0, 1, -1, 300, 70000]),
      data: () => p.array(2, 3, Buffer.alloc(6)),
    })
    .done()
  return [
    small,
    whole,
    Buffer.from([0x80, 2, 0x2e]),
    Buffer.from('\x80\x02cposix\nsystem\n(U\x04evilt' + 'R.', 'latin1'),
  ]
}

export const pickle = target<Buffer>('Python pickles', () => ({
  inputs: mutatedBytes(pickles(), 8),
  run: (bytes) =>
    refusedWith([PickleError], () => {
      for (const value of readPickle(bytes).values())
        if (!Array.isArray(value) && value.bytes.buffer !== bytes.buffer)
          throw new Error('an array that is no view of the file')
    }),
}))

const sets = [fakeCifar10(), fakeCifar100()]

export const records = target<['binary' | 'python', number, Buffer]>('CIFAR records, binary and Python', () => ({
  inputs: fc.oneof(
    fc.tuple(
      fc.constant('binary' as const),
      fc.nat(1),
      mutatedBytes(
        sets.flatMap(({ binary }) => [...binary.values()].slice(0, 1)),
        2,
      ),
    ),
    fc.tuple(
      fc.constant('python' as const),
      fc.nat(1),
      mutatedBytes(
        sets.flatMap(({ python }) => [...python.values()].slice(0, 1)),
        2,
      ),
    ),
  ),
  run: ([form, set, content]) =>
    refusedWith([WorkbenchError], () => {
      const spec = sets[set]?.spec
      const part = spec?.parts[0]
      if (!spec || !part) throw new Error('a set without parts')
      if (!fitsSize(spec, part, form, content.length)) throw new WorkbenchError('bad-data', 'another size')
      const plain = form === 'python' ? pythonRecords(spec, part, content) : content
      const checks = new RecordChecks(spec)
      checks.add(part, part[form], plain)
      // One file of a set: the others are missing.
      void refusedWith([WorkbenchError], () => checks.finish(form))
    }),
}))

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  Buffer.from('0000000049454e44ae426082', 'hex'),
])

export const picture = target<Buffer>('a PNG that is to be saved', () => ({
  inputs: mutatedBytes([png]),
  run: (bytes) => refusedWith([RangeError], () => withDensity(bytes, 300)),
}))

/** For the archive target: the files of a set, and names that lead out of a folder. */
export const tarEntries = [
  { path: 'cifar/', type: '5' },
  { path: 'cifar/data_batch_1.bin', content: Buffer.alloc(700, 1) },
  { path: 'cifar/readme.html', content: Buffer.from('<html>') },
]
export const hostileTars = [
  tarOf(tarEntries),
  tarOf([{ path: '../../outside.txt', content: Buffer.from('x') }]),
  tarOf([{ path: '/tmp/outside.txt', content: Buffer.from('x') }]),
  tarOf([
    { path: 'cifar/link', type: '2', link: '/etc/passwd' },
    { path: 'cifar/link/x', content: Buffer.from('x') },
  ]),
  tarOf([{ path: 'cifar/hard', type: '1', link: '../../outside.txt' }]),
  tarOf([
    { path: 'cifar/pax', type: 'x', content: Buffer.from('30 path=../../../outside.txt\n00') },
    { path: 'cifar/a', content: Buffer.from('x') },
  ]),
  tarOf([
    { path: 'cifar/long', type: 'L', content: Buffer.from('../'.repeat(60)) },
    { path: 'cifar/a', content: Buffer.from('x') },
  ]),
  tarOf([{ path: 'cifar/data_batch_1.bin', size: 8 * 1024 ** 3 - 1 }]),
]
export const zipped = (tar: Uint8Array): Buffer => gzipSync(tar, { level: 1 })
