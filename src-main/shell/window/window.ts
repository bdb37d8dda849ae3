import { BrowserWindow, nativeTheme, screen, type Session, type WebContents } from 'electron'
import { writeAtomicallySync } from '../../files/durable'
import { minimum, openingBounds, readWindowState } from './bounds'
import { externalLink, isOwnPage, mayRequest, wasAskedFor } from './policies'
import { RestartLimit } from '../service/restarts'

export interface WindowOptions {
  pageUrl: string
  preload: string
  icon: string
  /** Where to remember the window's place. */
  stateFile: string
  development: boolean
  openExternal: (url: string) => void
  /** The factor that the person chose. */
  zoom: () => number
  /** Ctrl with the wheel. */
  zoomBy: (direction: 'in' | 'out') => void
}

/** The page's ground in tokens.css, so that nothing flashes before it is drawn. */
const ground = (): string => (nativeTheme.shouldUseDarkColors ? '#17181b' : '#ffffff')

export function createWindow(options: WindowOptions): BrowserWindow {
  const state = readWindowState(options.stateFile)
  const primary = screen.getPrimaryDisplay()
  const displays = [primary, ...screen.getAllDisplays().filter((display) => display.id !== primary.id)]
  const window = new BrowserWindow({
    ...openingBounds(
      state,
      displays.map((display) => display.workArea),
    ),
    minWidth: minimum.width,
    minHeight: minimum.height,
    show: false,
    title: 'MCNN Workbench',
    icon: options.icon,
    backgroundColor: ground(),
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: options.development,
      // Progress goes on being drawn when the window is behind another.
      backgroundThrottling: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  const recolor = (): void => window.setBackgroundColor(ground())
  nativeTheme.on('updated', recolor)
  window.on('closed', () => nativeTheme.off('updated', recolor))

  window.on('close', () => {
    try {
      writeAtomicallySync(
        options.stateFile,
        JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() }),
      )
    } catch {
      // Not worth keeping a window open for.
    }
  })

  const crashes = new RestartLimit(3, 60_000)
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason !== 'clean-exit' && crashes.tryAcquire(performance.now())) window.webContents.reload()
  })
  // about:blank is gone to without asking.
  window.webContents.on('did-navigate', (_, url) => {
    if (!isOwnPage(url, options.pageUrl)) void window.loadURL(options.pageUrl)
  })
  // Chromium keeps a zoom for each address, and of a file's address the hash is part: the person's choice holds for
  // all.
  const zoom = (): void => window.webContents.setZoomFactor(options.zoom())
  window.webContents.on('did-finish-load', zoom)
  window.webContents.on('did-navigate-in-page', zoom)
  window.webContents.on('zoom-changed', (_, direction) => options.zoomBy(direction))
  void window.loadURL(options.pageUrl)
  return window
}

/** Applies the policies to anything that could show a page. */
export function guardContents(
  contents: WebContents,
  { pageUrl, openExternal }: Pick<WindowOptions, 'pageUrl' | 'openExternal'>,
): void {
  let pressedAt: number | null = null
  contents.on('input-event', (_, { type }) => {
    if (type === 'mouseUp' || type === 'mouseDown' || type === 'rawKeyDown' || type === 'keyDown')
      pressedAt = performance.now()
  })
  const outside = (url: string): void => {
    const link = externalLink(url)
    if (link !== null && wasAskedFor(pressedAt, performance.now())) openExternal(link)
  }
  contents.on('will-navigate', (event, url) => {
    if (isOwnPage(url, pageUrl)) return
    event.preventDefault()
    outside(url)
  })
  contents.on('will-redirect', (event, url) => {
    if (!isOwnPage(url, pageUrl)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    outside(url)
    return { action: 'deny' }
  })
}

/** No permission for anything, and no request but for the program's own files. */
export function guardSession(session: Session, pageUrl: string, development: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !mayRequest(url, pageUrl, development) }),
  )
  session.on('will-download', (event) => event.preventDefault())
  session.setSpellCheckerEnabled(false)
}
