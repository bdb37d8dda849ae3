import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { firstGpu } from './environment'
import { GpuWatch, summary, useIn } from './gpuUse'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-gpu-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

describe('the use of a GPU', () => {
  it('is read from the driver’s tool, in parts and bytes; what is not told is not measured', () => {
    expect(useIn('37, 8123')).toEqual({ gpuUtilization: 0.37, gpuMemoryBytes: 8123 * 2 ** 20 })
    expect(useIn('[N/A], 12')).toEqual({ gpuUtilization: null, gpuMemoryBytes: 12 * 2 ** 20 })
    expect(useIn('[N/A], [N/A]')).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    expect(useIn('No devices were found')).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
  })

  it('is the mean of the readings, of memory the highest', () => {
    expect(summary([{ gpuUtilization: 0.2, gpuMemoryBytes: 10 }, { gpuUtilization: 0.4, gpuMemoryBytes: 30 }, { gpuUtilization: null, gpuMemoryBytes: null }])).toEqual({ gpuUtilization: expect.closeTo(0.3) as number, gpuMemoryBytes: 30 })
    expect(summary([])).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
  })

  it('is watched through a process that ends with it, since it was taken last', async () => {
    const tool = path.join(folder, 'nvidia-smi')
    writeFileSync(tool, '#!/bin/sh\necho "$@" > "$0.asked"\nprintf "50, 100\\n70, 90\\n"\nexec sleep 600\n')
    chmodSync(tool, 0o755)
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
    const watch = new GpuWatch('3')
    await expect.poll(() => watch.take()).toEqual({ gpuUtilization: expect.closeTo(0.6) as number, gpuMemoryBytes: 100 * 2 ** 20 })
    expect(watch.take()).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    watch.close()
  })

  it('is not measured without the tool', async () => {
    vi.stubEnv('PATH', folder)
    const watch = new GpuWatch('0')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(watch.take()).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    watch.close()
  })

  it('is that of TensorFlow’s first GPU', () => {
    expect([undefined, '', '2,0', ' GPU-8932f937, 1'].map(firstGpu)).toEqual(['0', '0', '2', 'GPU-8932f937'])
  })
})
