/** Tar archives, some with names that lead out of a folder. */
import { gzipSync } from 'node:zlib'
import { tarOf } from '../datasets/testSupport'

const tarEntries = [
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
