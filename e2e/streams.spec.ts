/** A window that trains while nothing reads its output. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { quickStart } from '../src-main/contract'
import { electronExecutable, expect, test, type Workbench } from './app'

test.describe.configure({ timeout: 180_000 })

async function startRun(workbench: Workbench): Promise<string> {
  const training = { ...quickStart.training, epochs: 4, milestones: [], trainExamples: 200, testExamples: 100 }
  const plan = { ...quickStart, name: 'Streams', variants: ['baseline' as const], seeds: [1], training }
  const { runIds } = await workbench.call('studies.create', { plan })
  const id = runIds[0] ?? ''
  await expect.poll(() => stateOf(workbench, id)).toBe('running')
  return id
}

async function stateOf(workbench: Workbench, id: string): Promise<string> {
  return (await workbench.call('runs.get', { id })).run.state
}

/** Prints more than the capacity of a pipe to both streams of the shell. */
async function print(workbench: Workbench): Promise<void> {
  await workbench.app.evaluate(() => {
    for (let n = 0; n < 10; n++) {
      console.log('x'.repeat(50_000))
      console.error('x'.repeat(50_000))
    }
  })
}

test('a run trains to its end after the readers of both standard streams have gone', async ({ launch }) => {
  const workbench = await launch()
  const id = await startRun(workbench)
  const { stdout, stderr } = workbench.app.process()
  stdout?.destroy()
  stderr?.destroy()
  await print(workbench)
  await expect.poll(() => stateOf(workbench, id)).toBe('done')
})

test('a run trains to its end while standard output is full', async ({ launch, dataDir }) => {
  const executable = path.join(path.dirname(dataDir), 'electron-into-full')
  // Playwright reads the address of the debugger from standard error.
  writeFileSync(executable, `#!/bin/sh\nexec '${electronExecutable()}' "$@" > /dev/full\n`, { mode: 0o755 })
  const workbench = await launch({ executable })
  const id = await startRun(workbench)
  await print(workbench)
  await expect.poll(() => stateOf(workbench, id)).toBe('done')
})
