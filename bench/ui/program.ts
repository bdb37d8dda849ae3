/** Runs the real desktop program with a data directory, for timing. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright'
import type { CallOutcome, RendererCall, RendererParams, RendererResult } from '../../src-main/contract'

const root = path.join(__dirname, '../..')

export interface Program {
  app: ElectronApplication
  page: Page
  /** Start time, in milliseconds since 1970. */
  startedAt: number
}

/** The installed Electron. */
function executable(): string {
  const state = JSON.parse(readFileSync(path.join(root, '.runtime/state.json'), 'utf8')) as {
    electron?: { dist?: string } | null
  }
  const dist = process.env['MCNN_ELECTRON_DIST'] ?? state.electron?.dist
  if (dist === undefined) throw new Error('The setup has installed no Electron.')
  return path.join(dist, 'electron')
}

export async function start(dataDir: string): Promise<Program> {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name === 'ELECTRON_RUN_AS_NODE' || name === 'MCNN_DATA_DIR' ? [] : [[name, value]],
    ),
  )
  const startedAt = Date.now()
  const app = await _electron.launch({
    executablePath: executable(),
    args: [root, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--data-dir=${dataDir}`],
    cwd: root,
    env,
  })
  return { app, page: await app.firstWindow(), startedAt }
}

/** Quits as File › Quit does; running runs are stopped. */
export async function stop({ app }: Program): Promise<void> {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
  })
  await app.close()
}

export async function call<C extends RendererCall>(
  page: Page,
  name: C,
  params: RendererParams<C>,
): Promise<RendererResult<C>> {
  const outcome: unknown = await page.evaluate(
    ([called, given]) =>
      (
        globalThis as unknown as { workbench: { call: (call: string, params: unknown) => Promise<unknown> } }
      ).workbench.call(called, given),
    [name, params] as const,
  )
  const answer = outcome as CallOutcome<RendererResult<C>>
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`)
  return answer.value
}
