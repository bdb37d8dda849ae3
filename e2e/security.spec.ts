import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, test } from './app'

/** A server that counts its requests. */
async function listening(): Promise<{ url: string; hits: () => number; close: () => void }> {
  let hits = 0
  const server = createServer((_, response) => {
    hits++
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.end('alert(1)')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    hits: () => hits,
    close: () => void server.close(),
  }
}

test('the page has no Node and one bridge of two functions', async ({ workbench }) => {
  const { page, app } = workbench
  for (const name of ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron'])
    expect(await page.evaluate(`typeof ${name}`), name).toBe('undefined')
  expect(await page.evaluate('Object.keys(workbench).sort()')).toEqual(['call', 'on'])
  expect(await page.evaluate('(() => { try { workbench.call = null } catch {} return typeof workbench.call })()')).toBe(
    'function',
  )
  expect(
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences: () => Record<string, unknown>
      }
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, ...others } =
        contents.getLastWebPreferences()
      const on = [
        'allowRunningInsecureContent',
        'experimentalFeatures',
        'enableBlinkFeatures',
        'nodeIntegrationInWorker',
        'nodeIntegrationInSubFrames',
      ].filter((name) => Boolean(others[name]))
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, on }
    }),
  ).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    on: [],
  })
  // Not allowed here: a webview is an unknown element.
  expect(
    await page.evaluate(
      "(() => { const view = Object.assign(document.createElement('webview'), { src: 'https://arxiv.org/' }); view.setAttribute('allowpopups', ''); document.body.append(view); return typeof view.loadURL })()",
    ),
  ).toBe('undefined')
  expect(
    await app.evaluate(({ webContents }) => webContents.getAllWebContents().map((contents) => contents.getType())),
  ).toEqual(['window'])
  expect(
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      contents?.openDevTools({ mode: 'detach' })
      return contents?.isDevToolsOpened()
    }),
  ).toBe(false)
})

test('the content security policy blocks inline script, eval, style and everything remote', async ({ workbench }) => {
  const { page } = workbench
  const server = await listening()
  try {
    const names = await page.evaluate(`new Promise((resolve) => {
      const violations = (globalThis.violations = [])
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective))
      const add = (name, fields) => document.body.append(Object.assign(document.createElement(name), fields))
      add('script', { textContent: 'globalThis.inlineRan = true' })
      add('script', { src: '${server.url}' })
      add('style', { textContent: 'body { color: red }' })
      add('img', { src: '${server.url}' })
      add('iframe', { src: '${server.url}' })
      add('iframe', { srcdoc: 'x' })
      const names = {}
      // Later, so that the page's own code runs it: the debugger's code may use eval.
      setTimeout(async () => {
        try { eval('1'); names.eval = 'ran' } catch (error) { names.eval = error.name }
        try { new Function('return 1')(); names.function = 'ran' } catch (error) { names.function = error.name }
        names.fetch = await fetch('${server.url}').then(() => 'answered', (error) => error.name)
        names.file = await fetch('file:///etc/hostname').then(() => 'answered', (error) => error.name)
        try { new WebSocket('${server.url}'.replace('http', 'ws')).onerror = () => {} } catch (error) { names.socket = error.name }
        resolve(names)
      })
    })`)
    expect(names).toMatchObject({ eval: 'EvalError', function: 'EvalError', fetch: 'TypeError', file: 'TypeError' })
    // Every blocked request is reported, and none reached the server.
    await expect
      .poll(() => page.evaluate('violations'))
      .toEqual(
        expect.arrayContaining([
          'connect-src',
          'frame-src',
          'img-src',
          'script-src',
          'script-src-elem',
          'style-src-elem',
        ]),
      )
    expect(await page.evaluate('globalThis.inlineRan ?? false')).toBe(false)
    expect(server.hits()).toBe(0)
  } finally {
    server.close()
  }
  expect(workbench.drainProblems().length).toBeGreaterThan(0)
})

test('requests are blocked even if the page has no policy', async ({ workbench }) => {
  const server = await listening()
  try {
    const loaded = await workbench.app.evaluate(async ({ BrowserWindow }, url) => {
      const other = new BrowserWindow({ show: false })
      const outcome = await other.loadURL(url).then(
        () => 'loaded',
        (error: unknown) => String(error),
      )
      other.destroy()
      return outcome
    }, server.url)
    expect(loaded).toContain('ERR_BLOCKED_BY_CLIENT')
    expect(server.hits()).toBe(0)
  } finally {
    server.close()
  }
})

test('navigation, new windows and permissions are denied; listed links open outside, after a click only', async ({
  workbench,
}) => {
  const { app, page } = workbench
  await app.evaluate(({ shell }) => {
    const kept = globalThis as unknown as { opened: string[] }
    kept.opened = []
    shell.openExternal = (url) => {
      kept.opened.push(url)
      return Promise.resolve()
    }
  })
  const opened = () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible()
  const url = page.url()

  for (const target of ['https://arxiv.org/', 'file:///etc/', 'data:text/html,x']) {
    await page.evaluate(`void (location.href = ${JSON.stringify(target)})`)
    expect(await page.evaluate(`window.open(${JSON.stringify(target)}) === null`), target).toBe(true)
  }
  expect(await page.evaluate("window.open('about:blank') === null")).toBe(true)
  // A call and its reply: by then, every effect would have happened.
  await workbench.call('shell.info', {})
  expect(page.url()).toBe(url)
  // No program can prevent navigation to about:blank: the window returns from it.
  const blank = page.waitForEvent('framenavigated', (frame) => frame.url() === 'about:blank')
  await page.evaluate("setTimeout(() => (location.href = 'about:blank'))")
  await blank
  await expect(page).toHaveURL(url)
  await expect(page.getByRole('heading', { level: 1, name: 'Studies' })).toBeVisible()
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect(await opened()).toEqual([])

  expect(await page.evaluate('Notification.requestPermission()')).toBe('denied')
  for (const name of ['clipboard-read', 'clipboard-write', 'geolocation', 'camera'])
    expect(
      await page.evaluate(`navigator.permissions.query({ name: '${name}' }).then((status) => status.state)`),
      name,
    ).toBe('denied')

  await page.evaluate(`for (const [i, href] of ['https://arxiv.org/abs/1512.03385', 'http://arxiv.org/', 'https://example.org/'].entries())
    document.querySelector('main').prepend(Object.assign(document.createElement('a'), { href, target: i < 2 ? '_blank' : '', textContent: 'link ' + i }))`)
  // Not `click`, which would wait for the end of a navigation that never begins.
  const boxes = await Promise.all([0, 1, 2].map((i) => page.getByRole('link', { name: `link ${i}` }).boundingBox()))
  for (const box of boxes.reverse()) await page.mouse.click((box?.x ?? 0) + 4, (box?.y ?? 0) + 4)
  await expect.poll(opened).toEqual(['https://arxiv.org/abs/1512.03385'])
  expect(
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()),
    ),
  ).toEqual([url])
  workbench.drainProblems()
})

test('calls are accepted only from the program’s own window, even if another one shows its page and bridge', async ({
  workbench,
}) => {
  const outcome = await workbench.app.evaluate(
    async ({ BrowserWindow }, preload) => {
      const url = BrowserWindow.getAllWindows()[0]?.webContents.getURL() ?? ''
      const other = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true, contextIsolation: true },
      })
      await other.loadURL(url)
      const answered: unknown = await other.webContents.executeJavaScript("workbench.call('shell.info', {})")
      other.destroy()
      return answered
    },
    path.join(__dirname, '../out/preload/preload.js'),
  )
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'bad-input', message: expect.stringContaining('own window') as unknown },
  })
  workbench.drainProblems()
})

test('the service gets the environment variables that it needs, and no secret is ever written to disk', async ({
  launch,
  dataDir,
}) => {
  const secret = 'correct-horse-battery-staple'
  const workbench = await launch({
    env: { SECRET_TOKEN: secret, AWS_SECRET_ACCESS_KEY: secret, GIT_SSH_COMMAND: secret, CUDA_VISIBLE_DEVICES: '' },
  })
  // Child processes of the service that read much of their environment: TensorFlow, git.
  await workbench.call('system.doctor', {})
  await workbench.call('system.info', {})
  const pid = workbench.servicePid()
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((line) => line !== '')
  expect(
    environment
      .map((line) => line.split('=')[0] ?? '')
      .filter(
        (name) =>
          !/^(PATH|HOME|LANG|LC_ALL|LC_CTYPE|TZ|TMPDIR|LD_LIBRARY_PATH|XDG_DATA_HOME|TF_[A-Z_]+|CUDA_.*|MCNN_.*|NODE_CHANNEL_.*)$/.test(
            name,
          ),
      ),
  ).toEqual([])
  expect(environment).toContain('CUDA_VISIBLE_DEVICES=')
  await workbench.outcome('runs.get', { id: 'not-there' })
  await workbench.close()
  const written = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  expect(written.length).toBeGreaterThan(3)
  expect(written.filter((file) => readFileSync(file).includes(secret))).toEqual([])
})

test('calls that are not in the contract are refused with a value', async ({ workbench }) => {
  const { page } = workbench
  const call = (name: unknown, params: unknown) =>
    page.evaluate(
      ([n, p]) =>
        (globalThis as unknown as { workbench: { call: (n: unknown, p: unknown) => Promise<unknown> } }).workbench.call(
          n,
          p,
        ),
      [name, params] as const,
    )
  const refused = { ok: false, error: { code: 'bad-input' } }
  for (const [name, params] of [
    ['datasets.import', { path: '/etc' }],
    ['shell.importDataset', { grant: 'guessed' }],
    ['shell.importDataset', {}],
    ['no.such', {}],
    ['__proto__', {}],
    [null, {}],
    [{}, {}],
    ['runs.get', { id: '../x' }],
    ['runs.get', { id: 1 }],
    ['runs.list', { extra: true }],
    ['runs.list', undefined],
    ['runs.list', 'x'.repeat(2_000_000)],
    ['studies.create', { plan: { name: 'x' } }],
  ] as const)
    expect(
      await call(name, params),
      `${JSON.stringify(name)} ${JSON.stringify(params ?? null).slice(0, 60)}`,
    ).toMatchObject(refused)
  expect(await call('runs.get', { id: 'not-there' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
  // A value that cannot be cloned gives an error value too, and the bridge rejects unknown events.
  expect(await page.evaluate(`workbench.call('runs.list', { f: () => 1 }).then((outcome) => outcome.ok)`)).toBe(false)
  expect(
    await page.evaluate(
      `(() => { try { workbench.on('ipc', () => {}); return 'taken' } catch (error) { return 'refused' } })()`,
    ),
  ).toBe('refused')
})
