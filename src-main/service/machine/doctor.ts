/** Checks that everything the program needs is installed and works. */
import { existsSync } from 'node:fs'
import { bfloat16Words } from '../../analysis/text/names'
import { threadsWords } from '../../analysis/text/threads'
import type { Check, Doctor } from '../../contract/system/system'
import type { DatasetSummary } from '../../contract/datasets/datasets'
import type { Context } from '../app/context'
import type { Paths } from '../storage/dataDir'
import { freeBytes } from '../storage/diskSpace'
import { networkFileSystem } from '../storage/fileSystem'
import { deniedFiles, deniedFix, deniedWords } from '../storage/fileAccess'
import { threadsNow } from './machineTuning'
import type { Probe } from './probe'
import { readSetupState, type SetupState } from './setupState'
import { toErrorValue } from '../../contract/errors'

/** The Node version that the program is built for. */
const nodeMajor = 24
/** Below this much free space, a few long studies could fill the disk. */
const leastFreeBytes = 2 * 1024 ** 3

interface Parts {
  /** Loads TensorFlow. @throws WorkbenchError */
  probe: Probe
  datasets: () => Promise<DatasetSummary[]>
}

export async function examine(context: Context, parts: Parts): Promise<Doctor> {
  const { history, paths } = context
  const state = readSetupState()
  const threads = threadsNow()
  const probe = await parts.probe().catch((thrown: unknown) => toErrorValue(thrown))
  const tensorflow =
    'code' in probe
      ? null
      : {
          version: probe.version,
          device: probe.device,
          gpus: probe.gpus,
          bfloat16: probe.bfloat16,
          kernels: probe.kernels,
        }
  const checks = [
    checkNode(),
    'code' in probe
      ? failed('TensorFlow', probe.message, probe.fix ?? 'Run `npm run setup`.')
      : passed('TensorFlow', `${probe.version} on ${probe.device}`),
    checkGpu(state, tensorflow),
    // Devices are known only through TensorFlow, and there is nothing to repair in either case.
    ...(tensorflow ? [passed('bfloat16', bfloat16Words(tensorflow))] : []),
    ...(tensorflow?.kernels ? [passed('Kernels', tensorflow.kernels)] : []),
    passed('Threads', threadsWords(threads)),
    checkElectron(state),
    checkHistory(history.sqliteVersion(), history.check()),
    checkDataDir(paths),
    checkDisk(await freeBytes(paths.dataDir)),
    checkDatasets(await parts.datasets()),
  ]
  return {
    ok: checks.every((check) => check.ok),
    node: process.versions.node,
    tensorflow,
    electron: state?.electron?.version ?? null,
    threads,
    sqlite: history.sqliteVersion(),
    dataDir: paths.dataDir,
    checks,
  }
}

function checkNode(): Check {
  const found = process.versions.node
  return Number(found.split('.')[0]) === nodeMajor
    ? passed('Node', found)
    : failed(
        'Node',
        `${found}, but Node ${nodeMajor} is required`,
        'Start the program with `npm start` or `npx mcnn`: they use the Node that the setup installs.',
      )
}

function checkGpu(state: SetupState | null, tensorflow: Doctor['tensorflow']): Check {
  const driver = existsSync('/proc/driver/nvidia/version')
  if (tensorflow && tensorflow.device !== 'cpu') return passed('GPU', tensorflow.gpus.join(', ') || tensorflow.device)
  if (!driver) return passed('GPU', 'no NVIDIA driver: runs are trained on the CPU')
  return state?.tensorflow.kind === 'gpu'
    ? failed(
        'GPU',
        'there is an NVIDIA driver, but TensorFlow does not use the GPU',
        'Update the driver: TensorFlow 2.21 needs one for CUDA 12.',
      )
    : failed(
        'GPU',
        'there is an NVIDIA driver, but the TensorFlow build is for the CPU',
        'Run `npm run setup -- --device gpu`.',
      )
}

function checkElectron(state: SetupState | null): Check {
  // Electron is needed only with a display.
  if (!state?.electron)
    return passed('Electron', 'not provided: needed only with a display, and then `npm start` provides it')
  return passed(
    'Electron',
    state.electron.fallback
      ? `${state.electron.version}, the fallback for networks without access to its download, and for tests`
      : state.electron.version,
  )
}

function checkHistory(version: string, result: string): Check {
  return result === 'ok'
    ? passed('SQLite', `${version}, history intact`)
    : failed(
        'SQLite',
        `${version}; the history is corrupt: ${result.replace(/\s+/g, ' ')}`,
        'Run `npx mcnn doctor --repair`: it keeps the corrupt file and rebuilds the history.',
      )
}

function checkDataDir(paths: Paths): Check {
  const denied = deniedFiles(paths)
  if (denied.length > 0) return failed('Data directory', deniedWords(denied), deniedFix(denied))
  const network = networkFileSystem(paths.dataDir)
  if (network !== null)
    return failed(
      'Data directory',
      `${paths.dataDir} is on a network file system (${network}), on which SQLite’s locks are not reliable`,
      'Move it to a local disk while no program uses it, and name it with --data-dir or MCNN_DATA_DIR.',
    )
  return passed(
    'Data directory',
    existsSync(paths.dataDir) ? paths.dataDir : `${paths.dataDir}, created by the first command that writes`,
  )
}

function checkDisk(free: number | null): Check {
  if (free === null) return passed('Disk', 'free space unknown')
  const words = `${(free / 1e9).toFixed(1)} GB free`
  return free >= leastFreeBytes
    ? passed('Disk', words)
    : failed(
        'Disk',
        words,
        'Free some space on the disk of the data directory: runs store their weights and metrics there.',
      )
}

function checkDatasets(datasets: readonly DatasetSummary[]): Check {
  const there = datasets.filter((dataset) => dataset.available).map((dataset) => dataset.name)
  return passed('Data sets', there.join(', ') || 'none')
}

function passed(name: string, detail: string): Check {
  return { name, ok: true, detail, fix: null }
}

function failed(name: string, detail: string, fix: string): Check {
  return { name, ok: false, detail, fix }
}
