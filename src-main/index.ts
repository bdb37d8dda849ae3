/** Entry of the shell: one window, one service. */
import { app, ipcMain, Menu, nativeTheme, session, shell, type BrowserWindow } from 'electron'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CloseCause, EndSignal } from './contract/runs/endReasons'
import type { EventName, EventPayload } from './contract/events'
import { callChannel, eventChannel } from './contract/window/channels'
import { answer, isServiceEvent } from './shell/service/calls'
import { EventBatches } from './shell/window/eventBatches'
import { Grants } from './shell/window/grants'
import { shellHandlers } from './shell/handlers'
import { buildMenu, markTheme } from './shell/window/menu'
import { dataDirOf, isPrepared, serviceNode } from './shell/options'
import { devServerPage, isOwnPage } from './shell/window/policies'
import { Power } from './shell/power'
import { StoredPreferences } from './shell/preferences'
import { askClosing } from './shell/quit'
import { Service } from './shell/service/service'
import { Training } from './shell/service/training'
import { createWindow, guardContents, guardSession } from './shell/window/window'
import { onEndSignals, reclaimEndSignals } from './system/signals'
import { outliveStandardStreams } from './system/standardStreams'

outliveStandardStreams()

const development = process.env['MCNN_DEV'] === '1'
const pageUrl = devServerPage(process.env) ?? pathToFileURL(path.join(__dirname, '../renderer/index.html')).href
const dataDir = dataDirOf(process.argv, process.env, process.cwd())

/**
 * Whether the program can write to the data directory. If not, the service fails with the same error, and the window
 * shows it.
 */
const canWriteData = isPrepared(dataDir)

// Electron allows one window per profile: with the profile in the data directory, one per data directory.
if (canWriteData && !app.commandLine.hasSwitch('user-data-dir')) {
  const profile = path.join(dataDir, 'desktop')
  mkdirSync(profile, { recursive: true })
  app.setPath('userData', profile)
}

let window: BrowserWindow | null = null
let quitting = false
/** Whether to continue training without a window. */
let background = false
let serviceEnded = false
/** Why the program closes, if the user did not close it. */
let closeCause: CloseCause = 'closed'

const batches = new EventBatches((events) => {
  if (window && !window.isDestroyed()) window.webContents.send(eventChannel, events)
})

function emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
  batches.add(event, payload)
}

function openExternal(url: string): void {
  // Ignored if there is no browser.
  void shell.openExternal(url).catch(() => undefined)
}

const power = new Power()
const training = new Training(
  (active) => power.keepAwake(active),
  () => {
    // No window, and nothing is running.
    if (background) app.quit()
  },
)
const grants = new Grants()
const preferences = new StoredPreferences(path.join(app.getPath('userData'), 'preferences.json'), (now) => {
  nativeTheme.themeSource = now.theme
  markTheme(Menu.getApplicationMenu(), now.theme)
  if (window && !window.isDestroyed()) window.webContents.setZoomFactor(now.zoom)
  emit('shell.preferences', now)
})
nativeTheme.themeSource = preferences.now.theme
const service = new Service({
  node: serviceNode(process.env, app.getAppPath(), process.platform, process.arch),
  script: path.join(__dirname, 'service.js'),
  args: ['--data-dir', dataDir, '--program', app.getVersion()],
  logFile: canWriteData ? path.join(dataDir, 'logs', 'service.log') : null,
  onState: (state) => {
    if (state.state !== 'running') training.clear()
    emit('service.state', state)
  },
  onEvent: (name, payload) => {
    if (!isServiceEvent(name)) return
    training.follow(name, payload)
    batches.add(name, payload)
  },
})

function openWindow(): void {
  window = createWindow({
    pageUrl,
    preload: path.join(__dirname, '../preload/preload.js'),
    icon: path.join(app.getAppPath(), 'resources/icons/icon.png'),
    stateFile: path.join(app.getPath('userData'), 'window.json'),
    development,
    openExternal,
    zoom: () => preferences.now.zoom,
    zoomBy: (direction) => emit('shell.command', { name: direction === 'in' ? 'view.zoom-in' : 'view.zoom-out' }),
  })
  const opened = window
  let asking = false
  opened.on('close', (event) => {
    if (quitting || (training.held === 0 && training.works.length === 0)) return
    event.preventDefault()
    if (asking) return
    asking = true
    void askClosing(opened, training)
      .then((closing) => {
        if (closing === 'quit') {
          quitting = true
          app.quit()
        } else if (closing === 'background') {
          background = true
          opened.destroy()
        }
      })
      .finally(() => (asking = false))
  })
  opened.on('closed', () => (window = null))
}

function handleCalls(): void {
  const routes = {
    shell: shellHandlers(service, grants, dataDir, preferences, () => window),
    service: (call: string, params: unknown) => service.call(call, params),
  }
  ipcMain.handle(callChannel, (event, call: unknown, params: unknown) => {
    const frame = event.senderFrame
    const trusted =
      window !== null &&
      event.sender === window.webContents &&
      frame !== null &&
      frame.parent === null &&
      isOwnPage(frame.url, pageUrl)
    return answer(routes, trusted, call, params)
  })
}

function start(): void {
  app.on('second-instance', () => {
    background = false
    if (!window) return openWindow()
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('web-contents-created', (_, contents) => guardContents(contents, { pageUrl, openExternal }))
  app.on('window-all-closed', () => {
    if (!background) app.quit()
  })
  app.on('will-quit', (event) => {
    if (serviceEnded) return
    event.preventDefault()
    void service.stop(closeCause).finally(() => {
      serviceEnded = true
      // Electron ignores a quit within this event's own task.
      setImmediate(() => app.quit())
    })
  })
  // A signal is a decision already: stop the service cleanly, without a question.
  const quitOnSignal = (signal: EndSignal): void => {
    if (closeCause === 'closed') closeCause = signal
    quitting = true
    app.quit()
  }
  onEndSignals(quitOnSignal)

  service.start()
  void app.whenReady().then(() => {
    reclaimEndSignals()
    // Even without a spell checker, a session downloads a dictionary from Google.
    session.defaultSession.setSpellCheckerEnabled(false)
    session.defaultSession.setSpellCheckerLanguages([])
    guardSession(session.defaultSession, pageUrl, development)
    Menu.setApplicationMenu(
      buildMenu(
        { command: (name) => emit('shell.command', { name }), openExternal },
        development,
        preferences.now.theme,
      ),
    )
    // Checkpoint now, in case the machine does not wake up: only the current step is lost.
    const checkpoint = (why: string): void => {
      service.note(why)
      void service.call('runs.checkpoint', {}).catch(() => undefined)
    }
    power.watch({
      sleeps: () => checkpoint('the system goes to sleep'),
      shutsDown: () => {
        closeCause = 'shutdown'
        checkpoint('the system shuts down')
      },
      wakes: () => service.note('the system woke up'),
    })
    handleCalls()
    openWindow()
  })
}

if (app.requestSingleInstanceLock()) start()
else app.quit()
