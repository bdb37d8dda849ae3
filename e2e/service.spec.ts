import { once } from 'node:events'
import { quickStart, type StudyPlan } from '../src-main/contract'
import { expect, processesOf, test, type Workbench } from './app'

/** Short epochs, and more of them than any test waits for. */
const long: StudyPlan = {
  ...quickStart,
  name: 'Long',
  variants: ['mcnn-f'],
  seeds: [1],
  training: { ...quickStart.training, trainExamples: 640, testExamples: 100, epochs: 2000, milestones: [] },
}

async function startLong(workbench: Workbench): Promise<string> {
  const { runIds } = await workbench.call('studies.create', { plan: long })
  const id = runIds[0] ?? ''
  await expect.poll(async () => (await workbench.call('runs.get', { id })).epochs.length).toBeGreaterThan(1)
  return id
}

function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('there is no service to kill')
  process.kill(pid, 'SIGKILL')
}

test('a run stopped from its page is shown as stopped, with its metrics', async ({ workbench }) => {
  const { page } = workbench
  await expect(page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  await workbench.open(`#/runs/${id}`)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('dialog', { name: 'Stop this run?' }).getByRole('button', { name: 'Stop run' }).click()
  await expect(page.getByRole('main').getByText('stopped', { exact: true }).first()).toBeVisible()
  const { run, epochs } = await workbench.call('runs.get', { id })
  expect(run.state).toBe('stopped')
  expect(epochs.length).toBeGreaterThan(1)
  expect(run.epochsDone).toBe(epochs.length)
  await expect(page.getByRole('region', { name: 'Epochs' }).locator('tbody tr')).toHaveCount(epochs.length)
})

test('quitting during training asks first, and stops cleanly', async ({ launch }) => {
  const workbench = await launch()
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  expect(
    await workbench.app.evaluate(({ powerSaveBlocker }) =>
      [0, 1, 2].some((blocker) => powerSaveBlocker.isStarted(blocker)),
    ),
  ).toBe(true)

  const asked = await workbench.answerQuestions(2)
  await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(asked).toEqual(['A run is still training'])
  await workbench.app.evaluate(({ app }) => app.quit())
  await expect.poll(asked).toHaveLength(2)
  expect((await workbench.call('runs.get', { id })).run.state).toBe('running')

  await workbench.close()
  const again = await launch()
  await again.open(`#/runs/${id}`)
  await expect(
    again.page
      .getByRole('status')
      .filter({ hasText: /stopped|interrupted/i })
      .first(),
  ).toBeVisible()
  const { run, epochs } = await again.call('runs.get', { id })
  expect(['stopped', 'interrupted']).toContain(run.state)
  expect(run.reason).not.toBeNull()
  expect(epochs.length).toBeGreaterThan(1)
})

test('continues in the background, reopens as a window, and quits when training ends', async ({ launch, dataDir }) => {
  const workbench = await launch()
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  await workbench.answerQuestions(1)
  await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(() => workbench.app.windows().length).toBe(0)
  const [window] = await Promise.all([
    workbench.app.waitForEvent('window'),
    workbench.app.evaluate(({ app }) => app.emit('second-instance')),
  ])
  await expect(window.getByText('Service running')).toBeVisible()
  // It continued all the time. Now the run is stopped, and without a window the program has nothing left to do.
  await workbench.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(() => workbench.app.windows().length).toBe(0)
  for (const pid of processesOf(dataDir, 'trainer.js')) process.kill(pid, 'SIGTERM')
  await once(workbench.app.process(), 'exit')
  const again = await launch()
  await expect(again.page.getByText('Service running')).toBeVisible()
  const { run, epochs } = await again.call('runs.get', { id })
  expect(run.state).toBe('stopped')
  expect(run.reason).toMatch(/^Stopped by SIGTERM/)
  expect(epochs.length).toBeGreaterThan(1)
})

test('restarts a killed service, which follows the trainer, and gives up if it keeps dying', async ({
  workbench,
  dataDir,
}) => {
  const { page } = workbench
  await expect(page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  await workbench.listen('service.state')
  kill(workbench.servicePid())
  await expect
    .poll(async () => (await workbench.recordedEvents('service.state')).map((event) => event.state))
    .toEqual(['starting', 'running'])
  expect((await workbench.recordedEvents('service.state'))[0]?.detail).toContain('killed (SIGKILL)')
  const back = page.getByRole('status').filter({ hasText: 'The service was restarted' })
  await expect(back).toContainText('killed (SIGKILL)')
  await expect(back).toContainText('1 run continues to train.')
  await expect(back).not.toContainText('on hold')
  await back.getByRole('button', { name: 'Dismiss' }).click()
  await expect(back).toHaveCount(0)
  await expect(page.getByText('Service running')).toBeVisible()

  // The new service follows the trainer.
  const { epochs } = await workbench.call('runs.get', { id })
  await expect.poll(async () => (await workbench.call('runs.get', { id })).epochs.length).toBeGreaterThan(epochs.length)
  await workbench.open(`#/runs/${id}`)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('dialog', { name: 'Stop this run?' }).getByRole('button', { name: 'Stop run' }).click()
  await expect(page.getByRole('main').getByText('stopped', { exact: true }).first()).toBeVisible()
  expect(processesOf(dataDir, 'trainer.js')).toEqual([])

  for (let i = 2; i <= 4; i++) {
    await expect
      .poll(
        async () =>
          (await workbench.recordedEvents('service.state')).filter((event) => event.state === 'running').length,
      )
      .toBe(i - 1)
    kill(workbench.servicePid())
  }
  const banner = page.getByRole('alert').filter({ hasText: 'The service has stopped' })
  await expect(banner).toContainText('is not restarted')
  expect(await workbench.outcome('runs.list', {})).toMatchObject({ ok: false, error: { code: 'unavailable' } })

  await banner.getByRole('button', { name: 'Restart' }).click()
  await expect(page.getByText('Service running')).toBeVisible()
  await expect(banner).toHaveCount(0)
  expect(await workbench.call('runs.list', {})).toHaveLength(1)
})

test('reports no interrupted run if a service is killed while nothing trains', async ({ workbench }) => {
  const { page } = workbench
  await expect(page.getByText('Service running')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'No studies yet' })).toBeVisible()
  kill(workbench.servicePid())
  const back = page.getByRole('status').filter({ hasText: 'The service was restarted' })
  await expect(back).toContainText('No run was training or queued.')
  await expect(back).not.toContainText('interrupted')
})

test('no process survives a shell that is killed during training', async ({ launch, dataDir }) => {
  const workbench = await launch()
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  expect(processesOf(dataDir, 'service.js')).toHaveLength(1)
  expect(processesOf(dataDir, 'trainer.js')).toHaveLength(1)
  workbench.app.process().kill('SIGKILL')
  await expect.poll(() => processesOf(dataDir)).toEqual([])

  const again = await launch()
  const { run, epochs } = await again.call('runs.get', { id })
  expect(['stopped', 'interrupted']).toContain(run.state)
  expect(epochs.length).toBeGreaterThan(1)
})

test('a signal stops the program cleanly, without a question, and is recorded', async ({ launch }) => {
  const workbench = await launch()
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const id = await startLong(workbench)
  const shell = workbench.app.process()
  const ended = once(shell, 'exit')
  shell.kill('SIGTERM')
  await ended
  const again = await launch()
  const { run, checkpoint } = await again.call('runs.get', { id })
  expect(run.state).toBe('interrupted')
  expect(run.reason).toMatch(/^The program was stopped by SIGTERM/)
  expect(checkpoint).not.toBeNull()
})

test('reloads a page that crashes', async ({ launch }) => {
  const workbench = await launch()
  await expect(workbench.page.getByText('Service running')).toBeVisible()
  const heading = await workbench.app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents) throw new Error('no window')
    const loaded = new Promise((resolve) => contents.once('did-finish-load', () => resolve(undefined)))
    contents.forcefullyCrashRenderer()
    await loaded
    return contents.executeJavaScript("document.querySelector('h1').textContent") as Promise<string>
  })
  expect(heading).toBe('Studies')
  workbench.drainProblems()
})
