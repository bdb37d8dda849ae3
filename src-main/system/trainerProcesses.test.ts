import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ForeignTrainer } from './testSupport'
import { isComputing, otherTrainers } from './trainerProcesses'

describe.skipIf(process.platform !== 'linux')('trainers of this machine', () => {
  it.each([
    ['training', true],
    ['timing', true],
    ['paused', false],
  ])('of another program that are %s are found: %s', async (state, found) => {
    const trainer = await ForeignTrainer.start(state)
    try {
      const { pid, parent } = trainer
      expect(otherTrainers({}).filter((one) => one.pid === pid)).toEqual(found ? [{ pid, parent }] : [])
      expect(otherTrainers({ MCNN_OTHER_TRAINERS: 'ignore' })).toEqual([])
    } finally {
      await trainer.stop()
    }
  })

  it('exclude those that this program started', async () => {
    const title = "process.title = 'mcnn-trainer training own'; console.log(''); setInterval(() => {}, 1000)"
    const own = spawn(process.execPath, ['-e', title], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(own.stdout, 'data')
      expect(otherTrainers({}).map(({ pid }) => pid)).not.toContain(own.pid)
    } finally {
      own.kill('SIGKILL')
    }
  })
})

it.each([
  ['a trainer that sets no title', ['/x/node', '/x/out/main/trainer.js'], true],
  ['a probe of the device', ['/x/node', '/x/out/main/trainer.js', '--probe'], false],
  ['the service', ['/x/node', '/x/out/main/service.js'], false],
  ['an editor of the trainer', ['/usr/bin/vim', '/x/out/main/trainer.js'], false],
  ['the trainer of another product', ['/usr/bin/node', '/y/trainer.js'], false],
  ['a kernel thread', [], false],
])('recognises by its command line whether %s computes', (_, words, computes) => {
  expect(isComputing(words.map((word) => `${word}\0`).join(''))).toBe(computes)
})
