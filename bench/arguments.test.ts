import { describe, expect, it } from 'vitest'
import { WorkbenchError } from '../src-main/contract/errors'
import { benchOptions } from './arguments'

describe('options of npm run bench', () => {
  it('default to the recipe, without peers', () =>
    expect(benchOptions([])).toEqual({
      help: false,
      json: false,
      peers: { tensorflow: null, pytorch: null },
      arch: 'resnet-32',
      depth: 32,
      batch: 128,
      device: null,
      rounds: 5,
      steps: 4,
      only: [],
      machine: null,
      profile: false,
      slots: false,
      readme: null,
    }))

  it('accept every option', () =>
    expect(
      benchOptions([
        '--json',
        '--depth=8',
        '--batch',
        '16',
        '--device',
        'cpu',
        '--only',
        'step/float32,epoch',
        '--machine',
        'epyc-2core',
      ]),
    ).toMatchObject({
      json: true,
      arch: 'resnet-8',
      batch: 16,
      device: 'cpu',
      only: ['step/float32', 'epoch'],
      machine: 'epyc-2core',
    }))

  it.each([
    ['a,b', 'a', 'b'],
    ['a', 'a', 'a'],
    ['a,', 'a', null],
    [',b', null, 'b'],
  ])('parse the peers %s', (text, tensorflow, pytorch) =>
    expect(benchOptions(['--peers', text]).peers).toEqual({ tensorflow, pytorch }),
  )

  it.each([
    [['--depth', '31'], /--depth must be one of 8, 14, .*, not 31/],
    [['--depth', '32.0'], /--depth must be a whole number/],
    [['--batch', '0'], /--batch must be a whole number from 1 to 4096, not 0/],
    [['--batch='], /--batch must be a whole number from 1 to 4096, not nothing/],
    [['--rounds', '-1'], /--rounds/],
    [['--device', 'tpu'], /--device must be cpu or gpu, not tpu/],
    [['--peers', 'a,b,c'], /--peers must be/],
    [['--peers', ','], /--peers must be/],
    [['--only', 'jax'], /--only takes stock-eager, step/],
    [['--machine', '../x'], /--machine takes small letters/],
    [['--profile'], /--profile needs a Python with tensorflow/],
    [['--profile', '--peers', 'a', '--readme', 'b'], /cannot be combined/],
    [['--fast'], /Unknown option '--fast'/],
    [['fast'], /Unexpected argument 'fast'/],
  ])('reject %j with one sentence', (args, message) => {
    expect(() => benchOptions(args)).toThrow(WorkbenchError)
    expect(() => benchOptions(args)).toThrow(message)
  })
})
