/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'
import { WorkbenchError } from '../src-main/contract/errors'
import { depthOf, resnets, type Arch } from '../src-main/contract/experiment'
import { names } from './contenders'

export const usage = `usage: npm run bench -- [options]

Times a training step of this program, of stock tfjs-node and of Python's TensorFlow and PyTorch, alternately.

  --peers TF[,TORCH]  Python interpreters that have tensorflow and torch; one name does for both
  --depth N           depth of the ResNet: ${resnets.map(depthOf).join(', ')} (32)
  --batch N           examples per step (128)
  --device cpu|gpu    which build of TensorFlow is provided (what the machine has); gpu keeps the results
  --rounds N          timed requests per contender (5)
  --steps N           timed steps per request (4)
  --only A,B          contenders by name, e.g. step/float32 or epoch,step/bfloat16/baseline
  --json              print only JSON lines on standard output
  --machine NAME      store the results in bench/results/NAME.json, a profile in bench/profiles/NAME.json
                      (of a GPU: without a NAME, its own)
  --slots             instead of these, time several trainers at once against one: ResNet-8 and ResNet-20
  --profile           instead of timing, profile our graph by operation with the TensorFlow of --peers
  --readme NAME       instead of timing, write the tables of bench/README.md from bench/results/NAME.json
`

export interface Options {
  help: boolean
  json: boolean
  peers: { tensorflow: string | null; pytorch: string | null }
  arch: Arch
  depth: number
  batch: number
  /** The requested device; null lets the machine decide. */
  device: 'cpu' | 'gpu' | null
  rounds: number
  steps: number
  only: string[]
  machine: string | null
  profile: boolean
  slots: boolean
  readme: string | null
}

const wrongUse = (sentence: string): WorkbenchError => new WorkbenchError('bad-input', sentence)

const flags = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  profile: { type: 'boolean' },
  slots: { type: 'boolean' },
  peers: { type: 'string' },
  depth: { type: 'string' },
  batch: { type: 'string' },
  device: { type: 'string' },
  rounds: { type: 'string' },
  steps: { type: 'string' },
  only: { type: 'string' },
  machine: { type: 'string' },
  readme: { type: 'string' },
} as const

/** @throws WorkbenchError bad-input */
export function benchOptions(args: string[]): Options {
  const values = parse(args)
  const depth = whole('depth', values.depth, 32, 1, 1000)
  const arch = resnets.find((a) => depthOf(a) === depth)
  if (!arch) throw wrongUse(`--depth must be one of ${resnets.map(depthOf).join(', ')}, not ${depth}.`)
  const { device = null } = values
  if (device !== null && device !== 'cpu' && device !== 'gpu')
    throw wrongUse(`--device must be cpu or gpu, not ${device}.`)
  const peers = peersOf(values.peers)
  const profile = values.profile ?? false
  if (profile && peers.tensorflow === null)
    throw wrongUse('--profile needs a Python with tensorflow: --peers PYTHON_TF.')
  if (profile && values.readme !== undefined) throw wrongUse('--profile and --readme cannot be combined.')
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    peers,
    arch,
    depth,
    batch: whole('batch', values.batch, 128, 1, 4096),
    device,
    rounds: whole('rounds', values.rounds, 5, 1, 1000),
    steps: whole('steps', values.steps, 4, 1, 1000),
    only: values.only === undefined ? [] : onlyOf(values.only),
    machine: values.machine === undefined ? null : machineName('machine', values.machine),
    profile,
    slots: values.slots ?? false,
    readme: values.readme === undefined ? null : machineName('readme', values.readme),
  }
}

function parse(args: string[]): {
  [K in keyof typeof flags]?: (typeof flags)[K]['type'] extends 'boolean' ? boolean : string
} {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: false }).values
  } catch (error) {
    // Node's own message; only its first sentence is useful here.
    throw wrongUse(`${String(error instanceof Error ? error.message : error).split(/[.\n]/)[0]}.`)
  }
}

function whole(flag: string, text: string | undefined, standard: number, from: number, to: number): number {
  if (text === undefined) return standard
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= from && value <= to))
    throw wrongUse(`--${flag} must be a whole number from ${from} to ${to}, not ${text || 'nothing'}.`)
  return value
}

function peersOf(text: string | undefined): Options['peers'] {
  if (text === undefined) return { tensorflow: null, pytorch: null }
  const parts = text.split(',').map((part) => part.trim())
  const [tensorflow = '', pytorch = tensorflow] = parts
  if (parts.length > 2 || tensorflow + pytorch === '')
    throw wrongUse(`--peers must be PYTHON_TF,PYTHON_TORCH or one Python for both, not ${text || 'nothing'}.`)
  return { tensorflow: tensorflow || null, pytorch: pytorch || null }
}

function onlyOf(text: string): string[] {
  const only = text.split(',').map((part) => part.trim())
  const unknown = only.find((part) => !names.some((name) => part === name || part.startsWith(`${name}/`)))
  if (unknown !== undefined)
    throw wrongUse(
      `--only takes ${names.join(', ')}, each with or without /PRECISION or /PRECISION/VARIANT, not ${unknown || 'nothing'}.`,
    )
  return only
}

function machineName(flag: string, text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(text))
    throw wrongUse(`--${flag} takes small letters, digits and dashes, e.g. epyc-2core, not ${text || 'nothing'}.`)
  return text
}
