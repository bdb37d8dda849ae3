/** The kinds of faults, and what a user would do after each. */
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunSummary } from '../../src-main/contract/runs/runs'
import { breakDatabase, deleteHistory } from './database'
import { NotStarted, type Program } from './program'
import { until, type World } from './world'

export interface Kind {
  strike: (world: World) => Promise<void>
  /** False if this machine cannot cause it. */
  possible?: (world: World) => boolean
}

const training = async (world: World): Promise<RunSummary | undefined> =>
  (await world.runs()).find((run) => run.state === 'running')

/** Acts on the trainer of the running run, if there still is one. */
async function hurtTrainer(world: World, signal: NodeJS.Signals): Promise<void> {
  const run = await training(world)
  const pid = world.trainer
  if (!run || pid === null) return
  process.kill(pid, signal)
  await world.resumeFailed(run.id)
}

async function hurtService(world: World, hurt: (program: Program) => void): Promise<void> {
  hurt(world.program)
  await world.reopen()
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The trainer was faster.
  }
}

function killBoth(world: World): void {
  const { program, trainer } = world
  kill(program.pid, 'SIGKILL')
  if (trainer !== null) kill(trainer, 'SIGKILL')
}

/** Returns the newest file of a run whose name fits. */
function newestFile(world: World, fits: (name: string) => boolean): string | undefined {
  const files = readdirSync(path.join(world.dataDir, 'runs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && fits(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
  return files.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs).at(-1)
}

const isCheckpoint = (name: string): boolean => name.startsWith('checkpoint-') && name.endsWith('.safetensors')

async function stopAndContinue(world: World, pid: number | null): Promise<void> {
  if (pid === null) return
  kill(pid, 'SIGSTOP')
  await world.moment(2500)
  kill(pid, 'SIGCONT')
}

export const kinds: Readonly<Record<string, Kind>> = {
  'kill-trainer': { strike: (world) => hurtTrainer(world, 'SIGKILL') },
  'abort-trainer': { strike: (world) => hurtTrainer(world, 'SIGABRT') },
  'kill-service': { strike: (world) => hurtService(world, (program) => kill(program.pid, 'SIGKILL')) },
  'kill-both': { strike: (world) => hurtService(world, () => killBoth(world)) },
  'end-shell': { strike: (world) => hurtService(world, (program) => program.child.disconnect()) },
  'terminate-service': { strike: (world) => hurtService(world, (program) => kill(program.pid, 'SIGTERM')) },
  'stop-trainer': { strike: (world) => stopAndContinue(world, world.trainer) },
  'stop-service': { strike: (world) => stopAndContinue(world, world.program.pid) },

  'stop-run': {
    strike: async (world) => {
      const run = await training(world)
      if (!run) return
      await world.program.call('runs.stop', { id: run.id }).catch(() => undefined)
      await until(async () => (await world.program.call('runs.get', { id: run.id })).run.state !== 'running', 20_000)
      await world.resumeEnded()
    },
  },

  'pause-run': {
    strike: async (world) => {
      const run = await training(world)
      if (!run) return
      await world.program.call('runs.pause', { id: run.id }).catch(() => undefined)
      await world.moment(1500)
      await world.program.call('runs.resume', { ids: [run.id] }).catch(() => undefined)
    },
  },

  /** Resolves when the file of a checkpoint appears. */
  'kill-at-checkpoint': {
    strike: async (world) => {
      const run = await training(world)
      const pid = world.trainer
      if (!run || pid === null) return
      const watcher = watch(path.join(world.dataDir, 'runs'), { recursive: true })
      await Promise.race([
        new Promise<void>((resolve) =>
          watcher.on('change', (_, name) => String(name).includes('checkpoint-') && resolve()),
        ),
        wait(3000),
      ])
      kill(pid, 'SIGKILL')
      watcher.close()
      await world.resumeFailed(run.id)
    },
  },

  'damage-checkpoint': {
    strike: (world) =>
      hurtService(world, () => {
        killBoth(world)
        const newest = newestFile(world, isCheckpoint)
        if (newest === undefined) return
        world.damaged = true
        const bytes = readFileSync(newest)
        const way = world.random.int(0, 3)
        if (way === 0) rmSync(newest)
        else if (way === 1) writeFileSync(newest, bytes.subarray(0, world.random.int(0, bytes.length - 1)))
        else {
          const place = world.random.int(0, bytes.length - 1)
          bytes[place] = (bytes[place] ?? 0) ^ (1 << world.random.int(0, 7))
          writeFileSync(newest, bytes)
        }
      }),
  },

  'break-database': {
    strike: async (world) => {
      if (world.random.uniform() < 0.3) await world.program.call('system.backup', {})
      killBoth(world)
      await world.gone()
      await breakDatabase(world)
    },
  },

  'delete-history': {
    strike: async (world) => {
      const { program } = world
      if (world.random.uniform() < 0.5) killBoth(world)
      else kill(program.pid, 'SIGKILL')
      await program.ended
      await deleteHistory(world)
    },
  },

  /** What a power failure leaves of a line and of values that were not flushed. */
  'tear-journal': {
    strike: (world) =>
      hurtService(world, () => {
        killBoth(world)
        const newest = newestFile(world, (name) => name.endsWith('.jsonl'))
        if (newest === undefined) return
        const line = `{"n":99999,"at":"${new Date().toISOString()}","message":{"type":"epoch","metrics":{"epoch":`
        appendFileSync(newest, line.slice(0, world.random.int(1, line.length)))
        appendFileSync(newest.replace(/jsonl$/, 'bin'), Buffer.alloc(world.random.int(1, 5000), 0xa5))
      }),
  },

  /** A second program must not change what the first one trains, whatever it is asked to do. */
  'two-programs': {
    strike: async (world) => {
      const run = await training(world)
      let second: Program
      try {
        second = await world.start()
      } catch (thrown) {
        if (thrown instanceof NotStarted) return
        throw thrown
      }
      if (run) {
        const touched = await second.call('runs.stop', { id: run.id }).then(
          () => true,
          () => false,
        )
        const { state } = (await world.program.call('runs.get', { id: run.id })).run
        if (touched && state === 'stopped')
          world.faults.mismatches.push('another program stopped a run that is not its own')
      }
      await second.call('runs.list', {})
      if (world.random.uniform() < 0.5) kill(second.pid, 'SIGKILL')
      else second.child.disconnect()
      await second.ended
    },
  },

  'fill-disk': {
    possible: (world) => world.smallDisk,
    strike: async (world) => {
      const ballast = path.join(world.dataDir, 'ballast')
      // Fills the disk to the last block: one large file, then small ones.
      for (const block of [1 << 20, 1 << 12])
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(block), { flag: 'a' })
        } catch {
          // The disk is full.
        }
      await world.moment(5000)
      rmSync(ballast)
      if (!world.program.alive) await world.reopen()
    },
  },
}
