/** The kinds of faults, and what a user would do after each. */
import { readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunSummary } from '../../src-main/contract/runs/runs'
import { breakDatabase } from './database'
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
  const pid = world.program.trainer
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

function killBoth(program: Program): void {
  const { trainer } = program
  kill(program.pid, 'SIGKILL')
  if (trainer !== null) kill(trainer, 'SIGKILL')
}

/** Returns the checkpoint from which the last running run would resume. */
function newestCheckpoint(world: World): string | undefined {
  const runs = path.join(world.dataDir, 'runs')
  const files = readdirSync(runs).flatMap((run) =>
    readdirSync(path.join(runs, run))
      .filter((name) => name.startsWith('checkpoint-') && name.endsWith('.safetensors'))
      .map((name) => path.join(runs, run, name)),
  )
  return files.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs).at(-1)
}

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
  'kill-both': { strike: (world) => hurtService(world, killBoth) },
  'end-shell': { strike: (world) => hurtService(world, (program) => program.child.disconnect()) },
  'terminate-service': { strike: (world) => hurtService(world, (program) => kill(program.pid, 'SIGTERM')) },
  'stop-trainer': { strike: (world) => stopAndContinue(world, world.program.trainer) },
  'stop-service': { strike: (world) => stopAndContinue(world, world.program.pid) },

  'stop-run': {
    strike: async (world) => {
      const run = await training(world)
      if (!run) return
      await world.program.call('runs.stop', { id: run.id }).catch(() => undefined)
      await until(async () => (await world.program.call('runs.get', { id: run.id })).run.state !== 'running', 20_000)
      await world.goOn()
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

  /** When a checkpoint's file appears. */
  'kill-at-checkpoint': {
    strike: async (world) => {
      const run = await training(world)
      const pid = world.program.trainer
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
      hurtService(world, (program) => {
        killBoth(program)
        const newest = newestCheckpoint(world)
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
      killBoth(world.program)
      await world.gone()
      await breakDatabase(world)
    },
  },

  /** A second program must not touch what the first one trains, whatever it is asked to do. */
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
