/**
 * Writes the pictures of README.md and docs/user to resources/screenshots: a study that is trained for them, and one of
 * its runs. The data set is generated, so that the pictures show nothing of a data set with a licence of its own.
 */
import path from 'node:path'
import { quickStart, type StudyRequest } from '../src-main/contract'
import { expect, test } from './app'

const folder = path.join(__dirname, '../resources/screenshots')

const plan: StudyRequest = {
  ...quickStart,
  name: 'Every variant, ResNet-8',
  variants: ['baseline', 'mcnn-f', 'mcnn-l', 'mcnn-a'],
  seeds: [1, 2, 3],
  training: { ...quickStart.training, epochs: 10, milestones: [5, 8], trainExamples: 1000, testExamples: 1000 },
}

test('writes the pictures of the documentation', async ({ workbench }) => {
  const { page } = workbench
  await workbench.resize(1280, 800)
  await page.emulateMedia({ colorScheme: 'light' })
  const { id } = await workbench.call('studies.create', { plan })
  const run = async (variant: string): Promise<string> =>
    (await workbench.call('studies.get', { id })).runs.find((one) => one.variant === variant && one.seed === 1)?.id ??
    ''
  await expect
    .poll(async () => (await workbench.call('studies.get', { id })).study.counts.done)
    .toBe(plan.variants.length * plan.seeds.length)
  const views = [
    ['study', `#/studies/${id}`],
    ['run', `#/runs/${await run('mcnn-a')}?compare=${await run('baseline')}`],
  ] as const
  for (const [name, hash] of views) {
    await workbench.open(hash)
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
    await workbench.drawn()
    await workbench.screenshot(name, folder)
  }
})
