/** The window as `npm start` opens it, when its terminal is closed or a signal arrives. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, processesOf, test } from './app'

const root = path.join(__dirname, '..')

interface Started {
  /** The setup's process, which stays in the terminal. */
  pid: number
  closeTerminal: () => Promise<void>
  /** Returns the last lines of the service's log after it has ended. */
  end: () => Promise<string>
  output: () => string
}

/**
 * Types a command line into a shell in a terminal. @param line builds the line from the command that opens the window
 */
async function startIn(dataDir: string, line: (command: string) => string): Promise<Started> {
  mkdirSync(path.dirname(dataDir), { recursive: true })
  const [pidFile, outputFile] = [`${dataDir}.pid`, `${dataDir}.output`]
  const command = `node ${path.join(root, 'setup/start.mjs')} --data-dir ${dataDir} > ${outputFile} 2>&1`
  const terminal = spawn(
    'python3',
    [path.join(root, 'src-main/cli/fixtures/terminal.py'), `${line(command)} & echo $! > ${pidFile}`],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, MCNN_E2E: dataDir },
    },
  )
  const log = (): string =>
    existsSync(path.join(dataDir, 'logs/service.log'))
      ? readFileSync(path.join(dataDir, 'logs/service.log'), 'utf8')
      : ''
  // The page has requested data from the service, so the window is open.
  await expect.poll(log).toContain('started')
  await expect.poll(() => existsSync(path.join(dataDir, 'desktop/Local Storage'))).toBe(true)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  return {
    pid,
    closeTerminal: async () => {
      const ended = once(terminal, 'exit')
      terminal.stdin.write('\n')
      await ended
    },
    end: async () => {
      await expect.poll(() => existsSync(`/proc/${pid}`) || processesOf(dataDir, 'service.js').length > 0).toBe(false)
      return log().trim().split('\n').at(-1)?.replace(/^.*Z /, '') ?? ''
    },
    output: () => readFileSync(outputFile, 'utf8'),
  }
}

test.describe.configure({ timeout: 180_000 })
test.afterEach(({ dataDir }) => {
  for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL')
})

for (const [name, line] of [
  ['nohup', (command: string) => `nohup ${command}`],
  ["trap '' HUP", (command: string) => `trap '' HUP; ${command}`],
] as const)
  test(`a window below ${name} outlives its terminal`, async ({ dataDir }) => {
    const window = await startIn(dataDir, line)
    await window.closeTerminal()
    process.kill(window.pid, 'SIGTERM')
    expect(await window.end()).toBe('stopped (SIGTERM)')
  })

test('a window stops cleanly when its terminal is closed', async ({ dataDir }) => {
  const window = await startIn(dataDir, (command) => command)
  await window.closeTerminal()
  expect(await window.end()).toBe('stopped (SIGHUP)')
})

test('SIGUSR1 stops a window cleanly and opens no debugger', async ({ dataDir }) => {
  const window = await startIn(dataDir, (command) => command)
  process.kill(window.pid, 'SIGUSR1')
  expect(await window.end()).toBe('stopped (SIGUSR1)')
  expect(window.output()).not.toContain('Debugger')
  await window.closeTerminal()
})
