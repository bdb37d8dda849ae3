import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import { quickStart } from '../src-main/contract'
import { expect, test } from './app'

const root = path.resolve(__dirname, '..')

test('backs up the history from the System page', async ({ workbench, dataDir }) => {
  const { page } = workbench
  await workbench.go('System')
  const copies = page.getByRole('region', { name: 'Backups' })
  await expect(copies).toContainText('No backups yet.')
  await copies.getByRole('button', { name: 'Back up now' }).click()
  await expect(copies.getByRole('row')).toHaveCount(1)
  await expect(copies.getByRole('row')).toContainText('manual')
  expect(readdirSync(path.join(dataDir, 'backups'))).toEqual([expect.stringMatching(/^history-\d{8}-\d{9}\.sqlite$/)])
  await copies.scrollIntoViewIfNeeded()
  await workbench.screenshot('system-copies')
})

test('reports a corrupt history and repairs it from the window', async ({ launch, dataDir }) => {
  const first = await launch()
  await expect(first.page.getByText('Service running')).toBeVisible()
  await first.call('studies.create', {
    plan: {
      ...quickStart,
      name: 'Kept',
      variants: ['baseline'],
      seeds: [1],
      training: { ...quickStart.training, epochs: 1, milestones: [], trainExamples: 64, testExamples: 32 },
    },
  })
  await expect.poll(async () => (await first.call('runs.list', {}))[0]?.state).toBe('done')
  await first.close()
  const file = path.join(dataDir, 'history.sqlite')
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(100), 0, 100, 0)
  closeSync(handle)
  const damaged = readFileSync(file)

  const { page, ...workbench } = await launch().then((opened) => ({
    page: opened.page,
    screenshot: (name: string) => opened.screenshot(name),
    runs: () => opened.call('runs.list', {}),
  }))
  const banner = page.getByRole('alert').filter({ hasText: 'The database is corrupt' })
  await expect(banner).toContainText('it has no header of an SQLite database. It was not changed. Repair rebuilds')
  await workbench.screenshot('history-damaged')
  expect(readFileSync(file).equals(damaged)).toBe(true)
  await banner.getByRole('button', { name: 'Repair', exact: true }).click()
  await expect(page.getByText('The database was rebuilt')).toBeVisible()
  await expect(page.getByText('Service running')).toBeVisible()
  await expect(banner).toHaveCount(0)
  expect(await workbench.runs()).toMatchObject([{ state: 'done', studyName: 'Kept', epochsDone: 1 }])
  const [kept = ''] = readdirSync(path.join(dataDir, 'backups')).filter((name) => name.endsWith('-damaged.sqlite'))
  expect(readFileSync(path.join(dataDir, 'backups', kept)).equals(damaged)).toBe(true)
  await workbench.screenshot('history-mended')
})

test('shows filter banks read-only while a command trains, and takes the history over when the command ends', async ({
  launch,
  dataDir,
}) => {
  mkdirSync(dataDir, { recursive: true })
  const command = spawn(
    process.execPath,
    [
      path.join(root, 'out/main/cli.js'),
      'train',
      '--arch',
      'resnet-8',
      '--variant',
      'mcnn-f',
      '--dataset',
      'synthetic',
      '--epochs',
      '500',
      '--milestones',
      'none',
      '--json',
      '--data-dir',
      dataDir,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(command, 'exit')
  try {
    await once(command.stdout, 'data')
    const workbench = await launch()
    const { page } = workbench
    const notice = page.getByRole('status').filter({ hasText: 'Another program uses this data directory' })
    await expect(notice).toContainText(`mcnn train (process ${command.pid ?? 0})`)
    await expect(page.getByText('Service running, read-only')).toBeVisible()
    expect(await workbench.call('runs.list', {})).toMatchObject([{ state: 'running' }])
    expect(await workbench.outcome('studies.create', { plan: quickStart })).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    })
    await workbench.screenshot('history-held')
    await expect.poll(async () => (await workbench.call('filters.runs', { text: '' })).total).toBe(1)
    await workbench.go('Filter banks')
    await expect(page.getByRole('button', { name: /^Feature map of / }).first()).toBeVisible()
    await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0)
    await workbench.screenshot('history-held-filter-banks')
    command.kill('SIGKILL')
    await expect(notice).toHaveCount(0)
    // The window follows the trainer of the killed command.
    const [run] = await workbench.call('runs.list', {})
    expect(run).toMatchObject({ state: 'running' })
    await workbench.call('runs.stop', { id: run?.id ?? '' })
    await expect.poll(async () => (await workbench.call('runs.list', {}))[0]?.state).toBe('stopped')
  } finally {
    command.kill('SIGKILL')
    await ended
  }
})

test('reports a data directory that disappears during training, and resumes when it is back', async ({
  workbench,
  dataDir,
}) => {
  const { page } = workbench
  await expect(page.getByText('Service running')).toBeVisible()
  const { runIds } = await workbench.call('studies.create', {
    plan: {
      ...quickStart,
      name: 'Long',
      variants: ['baseline'],
      seeds: [1],
      training: { ...quickStart.training, trainExamples: 640, testExamples: 100, epochs: 2000, milestones: [] },
    },
  })
  const id = runIds[0] ?? ''
  const count = async (): Promise<number> => (await workbench.call('runs.get', { id })).epochs.length
  await expect.poll(count).toBeGreaterThan(1)
  renameSync(dataDir, `${dataDir}-away`)
  const banner = page.getByRole('alert').filter({ hasText: 'is gone.' })
  await expect(banner).toContainText('Training is on hold.')
  await expect(page.getByText('Waiting for the disk')).toBeVisible()
  await workbench.screenshot('disk-gone')
  const before = await count()
  if (existsSync(dataDir)) renameSync(dataDir, `${dataDir}-meanwhile`)
  renameSync(`${dataDir}-away`, dataDir)
  await expect(banner).toHaveCount(0)
  await expect.poll(count).toBeGreaterThan(before + 1)
  const { epochs, run } = await workbench.call('runs.get', { id })
  expect(epochs.map((epoch) => epoch.epoch)).toEqual(epochs.map((_, i) => i + 1))
  expect(run.state).toBe('running')
})
