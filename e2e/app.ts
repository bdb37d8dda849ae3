/** The real desktop program with a private data directory, for tests. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, _electron, expect, type ElectronApplication, type Locator, type Page } from 'playwright/test'
import type {
  CallOutcome,
  EventName,
  EventPayload,
  RendererCall,
  RendererParams,
  RendererResult,
  WorkbenchBridge,
} from '../src-main/contract'

export { expect }

const root = path.join(__dirname, '..')
export const screenshots = path.join(root, 'test-results/screenshots')

/** Playwright's own limit of 30 s is too short for a busy machine. */
const startMs = 5 * 60_000

/** Types of what a page's code sees: tests have no DOM library. */
interface PageGlobals {
  workbench: WorkbenchBridge
  recordedEvents: { event: string; payload: unknown }[]
}

/** The Electron that the setup provided. */
export function electronExecutable(): string {
  const dist = process.env['MCNN_ELECTRON_DIST'] ?? distOfSetup()
  const executable = path.join(dist, 'electron')
  if (!existsSync(executable)) throw new Error(`There is no Electron at ${executable}: npm test provides it.`)
  return executable
}

function distOfSetup(): string {
  const state = JSON.parse(readFileSync(path.join(root, '.runtime/state.json'), 'utf8')) as {
    electron?: { dist?: string } | null
  }
  if (state.electron?.dist === undefined) throw new Error('The setup has installed no Electron: run npm test.')
  return state.electron.dist
}

export function electronArguments(dataDir: string): string[] {
  return [root, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--data-dir=${dataDir}`]
}

/**
 * Selects a radio button that is covered by its label. Repeats the click if the page moved the button while loading.
 */
export const choose = (radio: Locator): Promise<void> => expect(() => radio.check({ force: true })).toPass()

/** The shell, the service and its trainers inherit this variable: it distinguishes them from those of another test. */
const mark = (dataDir: string): string => `MCNN_E2E=${dataDir}`

/** Returns the processes of a test's program by a part of their command line. */
export function processesOf(dataDir: string, containing = ''): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark(dataDir))
      return marked && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(containing) ? [Number(pid)] : []
    } catch {
      return []
    }
  })
}

export class Workbench {
  readonly app: ElectronApplication
  readonly page: Page
  readonly dataDir: string
  /** Errors of the page's console, of its scripts and of the shell. A test that provokes errors removes them. */
  readonly problems: string[] = []
  #closed = false

  constructor(app: ElectronApplication, page: Page, dataDir: string) {
    this.app = app
    this.page = page
    this.dataDir = dataDir
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.problems.push(`page: ${error.stack ?? error.message}`))
    page.on('crash', () => this.problems.push('page: crashed'))
    app.process().stderr?.on('data', (text: Buffer) => {
      if (/Unhandled|Uncaught|TypeError|ReferenceError/.test(String(text))) this.problems.push(`shell: ${String(text)}`)
    })
    app.process().once('exit', () => (this.#closed = true))
  }

  /** Removes the problems that the test provoked, and returns them. */
  drainProblems(): string[] {
    return this.problems.splice(0)
  }

  async go(name: 'Studies' | 'Runs' | 'Filter banks' | 'Data sets' | 'System'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click()
    await expect(this.page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible()
  }

  /** @param hash an address as in src-renderer/lib/navigation/routes.ts */
  async open(hash: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    await expect.poll(() => this.page.evaluate('location.hash')).toBe(hash)
  }

  /** Makes one call over the bridge, as the page does, and returns its outcome. */
  async outcome<C extends RendererCall>(call: C, params: RendererParams<C>): Promise<CallOutcome<RendererResult<C>>> {
    const outcome: unknown = await this.page.evaluate(
      ([name, given]) =>
        (
          globalThis as unknown as { workbench: { call: (call: string, params: unknown) => Promise<unknown> } }
        ).workbench.call(name, given),
      [call, params] as const,
    )
    return outcome as CallOutcome<RendererResult<C>>
  }

  async call<C extends RendererCall>(call: C, params: RendererParams<C>): Promise<RendererResult<C>> {
    const outcome = await this.outcome(call, params)
    if (!outcome.ok) throw new Error(`${call}: ${outcome.error.code}: ${outcome.error.message}`)
    return outcome.value
  }

  /** Starts recording events for `recordedEvents`. */
  async listen(...events: EventName[]): Promise<void> {
    await this.page.evaluate((names) => {
      const page = globalThis as unknown as PageGlobals
      page.recordedEvents = []
      for (const event of names)
        page.workbench.on(event, (payload) => void page.recordedEvents.push({ event, payload }))
    }, events)
  }

  async recordedEvents<E extends EventName>(event: E): Promise<EventPayload<E>[]> {
    const all = await this.page.evaluate(() => (globalThis as unknown as PageGlobals).recordedEvents)
    return all.filter((one) => one.event === event).map((one) => one.payload as EventPayload<E>)
  }

  /** Sets the answers to the next question dialogs: the index of a button. Returns the texts of the dialogs so far. */
  async answerQuestions(response: number): Promise<() => Promise<string[]>> {
    await this.app.evaluate(({ dialog }, answer) => {
      const kept = globalThis as unknown as { asked: string[] }
      kept.asked = []
      const stub = (...args: unknown[]) => {
        kept.asked.push((args.at(-1) as { message: string }).message)
        return Promise.resolve({ response: answer, checkboxChecked: false })
      }
      dialog.showMessageBox = stub
    }, response)
    return () => this.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
  }

  /** Sets the choices in the next file dialogs; null cancels. */
  async chooseFiles(files: string[] | null): Promise<void> {
    await this.app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: chosen === null, filePaths: chosen ?? [] })
    }, files)
  }

  /** Resolves when the page has drawn two frames: by then every effect of a layout change has happened. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))',
    )
  }

  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h), [
      width,
      height,
    ] as const)
    // Not waitForFunction: if its first check fails, it evaluates code within the page, which the page's policy
    // forbids.
    await expect.poll(() => this.page.evaluate('`${innerWidth} ${innerHeight}`')).toBe(`${width} ${height}`)
  }

  async screenshot(name: string, folder = screenshots): Promise<void> {
    mkdirSync(folder, { recursive: true })
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' })
  }

  /**
   * Runs `look` in both sizes and both themes.
   * @param look receives the suffix of a screenshot's name, such as '1280-light'
   */
  async inEveryLook(look: (ending: string) => Promise<void>): Promise<void> {
    for (const [width, height] of [
      [1280, 800],
      [900, 600],
    ] as const) {
      await this.resize(width, height)
      for (const colorScheme of ['light', 'dark'] as const) {
        await this.page.emulateMedia({ colorScheme })
        await look(`${width}-${colorScheme}`)
      }
    }
  }

  /** @throws Error if an element is wider than the window */
  async scrollsNowhereSideways(): Promise<void> {
    expect(await this.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  }

  /** Returns the service's process. */
  servicePid(): number | undefined {
    return processesOf(this.dataDir, 'service.js')[0]
  }

  /** Quits as File › Quit does; running training is stopped. */
  async close(): Promise<void> {
    if (this.#closed) return
    await this.answerQuestions(0)
    const child = this.app.process()
    const closed = this.app.close()
    try {
      await expect.poll(() => this.#closed, { message: 'the shell has quit' }).toBe(true)
    } catch (thrown) {
      child.kill('SIGKILL')
      throw thrown
    }
    await closed
  }
}

interface Fixtures {
  /** Does not exist yet: the program creates it. */
  dataDir: string
  /** Starts the program. A test may call it several times, to close and reopen the program. */
  launch: (options?: { dataDir?: string; env?: Record<string, string>; executable?: string }) => Promise<Workbench>
  workbench: Workbench
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures wanted from the pattern
  dataDir: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-e2e-'))
    await use(path.join(folder, 'data'))
    rmSync(folder, { recursive: true, force: true })
  },

  launch: async ({ dataDir }, use) => {
    const launched: Workbench[] = []
    await use(async (options = {}) => {
      const folder = options.dataDir ?? dataDir
      const app = await _electron.launch({
        executablePath: options.executable ?? electronExecutable(),
        args: electronArguments(folder),
        cwd: root,
        env: { ...environment(), MCNN_E2E: folder, MCNN_OTHER_TRAINERS: 'ignore', ...options.env },
        timeout: startMs,
      })
      const workbench = new Workbench(app, await app.firstWindow({ timeout: startMs }), folder)
      launched.push(workbench)
      return workbench
    })
    for (const workbench of launched) await workbench.close()
    // No process of it remains: no service, no trainer.
    await expect.poll(() => processesOf(dataDir), { message: 'processes left' }).toEqual([])
    expect(launched.flatMap((workbench) => workbench.problems)).toEqual([])
  },

  workbench: async ({ launch }, use) => {
    await use(await launch())
  },
})

function environment(): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, MCNN_DATA_DIR: __, ...rest } = process.env
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
