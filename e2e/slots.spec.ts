/** Several runs at the same time: chosen on the System page, shown in the frame. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { quickStart, type StudyRequest } from '../src-main/contract'
import { expect, test } from './app'

const plan: StudyRequest = {
  ...quickStart,
  name: 'Together',
  variants: ['baseline', 'mcnn-f'],
  seeds: [1, 2],
  training: { ...quickStart.training, epochs: 500, milestones: [] },
}

test('trains two runs at the same time after the choice of two slots', async ({ launch, dataDir }) => {
  const threadsFile = path.join(path.dirname(dataDir), 'machine', 'threads.json')
  const workbench = await launch({ env: { MCNN_THREADS_FILE: threadsFile } })
  const { page } = workbench
  const { most } = await workbench.call('system.slots', {})
  test.skip(most < 2, 'One core: only one run at a time can be chosen.')
  const { runIds } = await workbench.call('studies.create', { plan })
  await expect.poll(async () => (await workbench.call('runs.get', { id: runIds[0] ?? '' })).epochs.length).toBe(1)
  await workbench.go('System')
  const slots = page.getByRole('region', { name: 'Training slots' })
  await expect(slots.getByRole('listitem')).toHaveCount(1)
  await slots.getByLabel('Runs at the same time').selectOption('2')
  await expect(slots.getByRole('listitem')).toHaveCount(2)
  await expect(slots.getByRole('listitem').getByRole('link')).toHaveCount(2)
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('2 runs train')
  await expect
    .poll(async () => (await workbench.call('runs.unfinished', {})).map(({ state }) => state))
    .toEqual(['running', 'running', 'queued', 'queued'])
  for (const id of runIds.slice(0, 2))
    await expect.poll(async () => (await workbench.call('runs.get', { id })).epochs.length).toBeGreaterThan(1)
  await workbench.inEveryLook(async (name) => {
    await slots.scrollIntoViewIfNeeded()
    await workbench.screenshot(`slots-${name}`)
  })
  // A pause of one leaves the other alone.
  await workbench.call('runs.pause', { id: runIds[0] ?? '' })
  await expect
    .poll(async () => (await workbench.call('runs.unfinished', {})).map(({ state }) => state))
    .toEqual(['paused', 'running', 'queued', 'queued'])
  await expect(page.getByRole('contentinfo', { name: 'Status' })).not.toContainText('runs train')
  await workbench.call('studies.stop', { id: 'together' })
  rmSync(path.dirname(threadsFile), { recursive: true, force: true })
})
