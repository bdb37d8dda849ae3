import { spawn } from 'node:child_process'
import path from 'node:path'
import { expect, processesOf, test } from './app'

/** The port that Chromium reports on standard error. */
const debuggerPort = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//

test('npm run dev opens the window with pages of the development server, and Ctrl-C ends both', async ({ dataDir }) => {
  const dev = spawn(process.execPath, [path.join(__dirname, '../setup/dev.mjs'), '--data-dir', dataDir], {
    env: { ...process.env, MCNN_E2E: dataDir, REMOTE_DEBUGGING_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (part: Buffer) => void (output += part.toString()))
  const ended = new Promise<void>((resolve) => dev.on('exit', () => resolve()))
  try {
    await expect.poll(() => debuggerPort.exec(output)?.[1], { message: 'the window starts' }).toBeDefined()
    const list = `http://127.0.0.1:${debuggerPort.exec(output)?.[1] ?? ''}/json/list`
    await expect
      .poll(async () => {
        const pages = (await (await fetch(list)).json()) as { title: string; url: string }[]
        return pages.map(({ title, url }) => `${title} ${new URL(url).protocol}`)
      })
      .toContain('Studies – MCNN Workbench http:')
    expect(output).not.toContain('Content Security Policy')
  } finally {
    dev.kill('SIGINT')
    await ended
  }
  await expect.poll(() => processesOf(dataDir)).toEqual([])
})
