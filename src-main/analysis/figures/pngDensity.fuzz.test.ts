import { withDensity } from './pngDensity'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { mutatedBytes } from '../../testing/mutatedBytes'

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  Buffer.from('0000000049454e44ae426082', 'hex'),
])

fuzz<Buffer>('a PNG that is to be saved', () => ({
  inputs: mutatedBytes([png]),
  run: (bytes) => rejectedWith([RangeError], () => withDensity(bytes, 300)),
}))
