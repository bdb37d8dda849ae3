import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readControl, writeControl } from '../../journal/liveFiles'
import { JournalWriter } from '../../journal/writer'
import { FoundTrainer, livingTrainer, type LivingTrainer } from './foundTrainer'
import { TrainerPriority } from './trainerPriority'

let runDir: string
let found: FoundTrainer | null
beforeEach(() => {
  runDir = mkdtempSync(path.join(tmpdir(), 'mcnn-found-'))
  found = null
})
afterEach(() => {
  found?.release()
  rmSync(runDir, { recursive: true, force: true })
})

const listener = {
  progress: () => undefined,
  journal: () => undefined,
  disk: () => undefined,
  broken: () => undefined,
  closed: () => undefined,
}

/** Makes this process the trainer of the run. */
function trainerHere(): LivingTrainer {
  new JournalWriter(runDir, 'cpu-1').finish()
  const trainer = livingTrainer(runDir)
  if (trainer === null) throw new Error('The trainer was not found.')
  return trainer
}

function follow(isPaused: boolean): FoundTrainer {
  found = new FoundTrainer(runDir, trainerHere(), isPaused, listener, new TrainerPriority())
  return found
}

describe('a trainer that outlived its program', () => {
  it('is found by the newest attempt, with its slot', () => {
    expect(trainerHere()).toMatchObject({ process: { pid: process.pid }, attempt: 1, slot: 'cpu-1' })
  })

  it('is not a process that only wrote a journal', () => {
    new JournalWriter(runDir).finish()
    expect(livingTrainer(runDir)).toBeNull()
  })

  it.each([true, false])('receives at once whether the run is paused (%s), also after another request', (isPaused) => {
    writeControl(runDir, { attempt: 1, stop: false, pause: !isPaused, checkpoints: 0 })
    follow(isPaused)
    expect(readControl(runDir)).toMatchObject({ pause: isPaused })
  })

  it('gets one more checkpoint request than an earlier program sent', () => {
    writeControl(runDir, { attempt: 1, stop: false, pause: false, checkpoints: 3 })
    follow(false).send({ type: 'checkpoint' })
    expect(readControl(runDir)).toMatchObject({ checkpoints: 4 })
  })

  it('ignores the requests of an earlier attempt', () => {
    new JournalWriter(runDir, 'cpu-1').finish()
    writeControl(runDir, { attempt: 1, stop: true, pause: true, checkpoints: 3 })
    follow(false)
    expect(readControl(runDir)).toEqual({ attempt: 2, stop: false, pause: false, checkpoints: 0 })
  })
})
