import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { firstGpu } from '../environment'
import { GpuWatch, summary, useIn } from './gpuUse'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-gpu-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** Replaces the driver's tool by a shell script. */
function fakeTool(script: string): void {
  const tool = path.join(folder, 'nvidia-smi')
  writeFileSync(tool, `#!/bin/sh\n${script}\n`)
  chmodSync(tool, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
}

describe('the GPU use', () => {
  it('is parsed from the driver’s tool as shares and bytes; unreported values are null', () => {
    expect(useIn('37, 8123')).toEqual({ gpuUtilization: 0.37, gpuMemoryBytes: 8123 * 2 ** 20 })
    expect(useIn('[N/A], 12')).toEqual({ gpuUtilization: null, gpuMemoryBytes: 12 * 2 ** 20 })
    expect(useIn('[N/A], [N/A]')).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    expect(useIn('No devices were found')).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
  })

  it('is the mean of the utilization readings and the highest memory reading', () => {
    expect(
      summary([
        { gpuUtilization: 0.2, gpuMemoryBytes: 10 },
        { gpuUtilization: 0.4, gpuMemoryBytes: 30 },
        { gpuUtilization: null, gpuMemoryBytes: null },
      ]),
    ).toEqual({ gpuUtilization: expect.closeTo(0.3) as number, gpuMemoryBytes: 30 })
    expect(summary([])).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
  })

  it('covers the time since the last call, and the watching process ends on close', async () => {
    fakeTool('printf "50, 100\\n70, 90\\n"; exec sleep 600')
    const watch = new GpuWatch('3')
    await expect
      .poll(() => watch.take())
      .toEqual({ gpuUtilization: expect.closeTo(0.6) as number, gpuMemoryBytes: 100 * 2 ** 20 })
    expect(watch.take()).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    watch.close()
    // Never resolves if closing the watch does not end the tool.
    await watch.closed
  })

  it('leaves out the readings of a pause and the first one after it', async () => {
    fakeTool('exit 0')
    const watch = new GpuWatch('0')
    await watch.closed
    const add = (share: number, mebibytes: number): void =>
      watch.add({ gpuUtilization: share, gpuMemoryBytes: mebibytes * 2 ** 20 })
    add(0.8, 100)
    watch.pause()
    for (let second = 0; second < 3600; second++) add(0, 900)
    watch.resume()
    add(0.3, 900)
    add(0.6, 120)
    expect(watch.take()).toEqual({ gpuUtilization: expect.closeTo(0.7) as number, gpuMemoryBytes: 120 * 2 ** 20 })
  })

  it('is null if the tool is missing, and closing the watch is harmless', async () => {
    vi.stubEnv('PATH', folder)
    const watch = new GpuWatch('0')
    // Rejects the test if the failed start is not handled: the error would be uncaught, and `closed` would never
    // resolve.
    await watch.closed
    expect(watch.take()).toEqual({ gpuUtilization: null, gpuMemoryBytes: null })
    watch.close()
  })

  it('is null after the tool fails, and keeps the readings before that', async () => {
    for (const [printed, expected] of [
      [
        'NVIDIA-SMI has failed because it could not communicate with the driver.',
        { gpuUtilization: null, gpuMemoryBytes: null },
      ],
      ['40, 10\\nUnknown Error', { gpuUtilization: expect.closeTo(0.4) as number, gpuMemoryBytes: 10 * 2 ** 20 }],
    ] as const) {
      fakeTool(`printf "${printed}\\n"; exit 9`)
      const watch = new GpuWatch('0')
      await watch.closed
      expect(watch.take()).toEqual(expected)
    }
  })

  it('is that of TensorFlow’s first GPU', () => {
    expect([undefined, '', '2,0', ' GPU-8932f937, 1'].map(firstGpu)).toEqual(['0', '0', '2', 'GPU-8932f937'])
  })
})
