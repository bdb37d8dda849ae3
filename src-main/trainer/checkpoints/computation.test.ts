import { expect, it } from 'vitest'
import type { Environment } from '../../contract/runs/environment'
import { computationWords, isSameComputation } from './computation'

const here: Environment = {
  program: '1',
  git: null,
  node: 'v24',
  tensorflow: '2.21.0',
  tfjs: '4.22.0',
  device: 'cpu',
  cpu: 'A processor',
  cores: 2,
  threads: { intraOp: 2, interOp: 1 },
  memoryBytes: 1,
  platform: 'linux',
  gpuMath: null,
  kernels: 'x86-64-v4',
  variables: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', TF_ENABLE_ONEDNN_OPTS: '0' },
}
const banks = ['Banks of 4 base filters: forward shared (1.0 ms shared, 2.0 ms expanded).']

it('describes device, threads, kernels, variables and the choice of algorithms, but not their times', () => {
  expect(computationWords(here, banks)).toBe(
    'TensorFlow 2.21.0 on cpu, 2 threads in an op. Kernels: x86-64-v4. With TF_ENABLE_ONEDNN_OPTS=0. Banks of 4 base filters: forward shared.',
  )
  expect(computationWords({ ...here, kernels: null, device: 'a GPU', gpuMath: 'without TF32' }, [])).toBe(
    'TensorFlow 2.21.0 on a GPU, 2 threads in an op, without TF32. With TF_ENABLE_ONEDNN_OPTS=0.',
  )
})

it('takes other kernels for another computation', () => {
  const now = computationWords(here, banks)
  expect(isSameComputation(now, now)).toBe(true)
  expect(isSameComputation(computationWords({ ...here, kernels: 'x86-64-v3' }, banks), now)).toBe(false)
})

it('compares a checkpoint that does not name its kernels by everything else', () => {
  const now = computationWords(here, banks)
  const { kernels: _, ...earlier } = here
  expect(isSameComputation(computationWords(earlier, banks), now)).toBe(true)
  expect(isSameComputation(computationWords({ ...earlier, tensorflow: '2.20.0' }, banks), now)).toBe(false)
})
