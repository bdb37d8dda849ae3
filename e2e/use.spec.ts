/** Trainers have a lower priority than a window in use. */
import { existsSync, readFileSync } from 'node:fs'
import { quickStart } from '../src-main/contract'
import { expect, processesOf, test } from './app'

/** Returns null without a trainer, or if the system does not share processors among sessions. */
function sessionNiceness(dataDir: string): number | null {
  const [pid] = processesOf(dataDir, 'trainer.js')
  if (pid === undefined || !existsSync('/proc/self/autogroup')) return null
  return Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1])
}

test('a trainer’s session gets a lower priority while the mouse moves', async ({ workbench }) => {
  const { page, dataDir } = workbench
  await workbench.call('studies.create', {
    plan: { ...quickStart, training: { ...quickStart.training, epochs: 500, milestones: [] } },
  })
  await expect.poll(() => processesOf(dataDir, 'trainer.js')).not.toEqual([])
  const expected = (niceness: number): number | null => (existsSync('/proc/self/autogroup') ? niceness : null)
  await expect.poll(() => sessionNiceness(dataDir)).toBe(expected(3))
  let x = 0
  await expect
    .poll(async () => {
      await page.mouse.move(300 + (x++ % 100), 300)
      return sessionNiceness(dataDir)
    })
    .toBe(expected(10))
  await expect.poll(() => sessionNiceness(dataDir)).toBe(expected(3))
})
