import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchDevice, startOptions } from './arguments.mjs'

describe('options of npm start', () => {
  it.each([
    [[], { device: undefined, dataDir: undefined, help: false }],
    [['--device', 'gpu'], { device: 'gpu', dataDir: undefined, help: false }],
    [['--device=cpu', '--data-dir=runs=1'], { device: 'cpu', dataDir: '/home/me/runs=1', help: false }],
    [['--data-dir=~/x'], { device: undefined, dataDir: join(homedir(), 'x'), help: false }],
    [['--data-dir', '/data', '--help'], { device: undefined, dataDir: '/data', help: true }],
  ])('%j', (args, options) => expect(startOptions(args, '/home/me')).toEqual(options))

  it.each([
    [['--device', 'tpu'], /--device must be cpu or gpu, not tpu/],
    [['--device'], /--device needs a value/],
    [['--data-dir='], /--data-dir needs a value/],
    [['--verbose'], /--verbose is not known; usage: npm start/],
    [['run'], /run is not known/],
  ])('reject %j', (args, message) => expect(() => startOptions(args, '/home/me')).toThrow(message))
})

describe('device of npm run bench', () => {
  it.each([
    [['--json', '--batch', '8'], undefined],
    [['--device', 'cpu', '--json'], 'cpu'],
    [['--device=cpu', '--device=gpu'], 'gpu'],
  ])('%j', (args, device) => expect(benchDevice(args)).toBe(device))

  it.each([[['--device', 'tpu']], [['--device']], [['--device=']]])('rejects %j', (args) =>
    expect(() => benchDevice(args)).toThrow(/--device must be cpu or gpu/),
  )
})
