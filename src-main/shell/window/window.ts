import { BrowserWindow, nativeTheme, screen, type Session, type WebContents } from 'electron'
import { writeAtomicallySync } from '../../files/durable'
import { minimum, openingBounds, readWindowState } from './bounds'
import { externalLink, isOwnPage, mayRequest, wasAskedFor } from './policies'
import { RestartLimit } from '../service/restarts'

export interface WindowOptions {
  pageUrl: string
  preload: string
  icon: string
  /** File that stores the window's position. */
  stateFile: string
  development: boolean
  openExternal: (url: string) => void
  /** The zoom factor that the user chose. */
  zoom: () => number
  /** Zoom by Ctrl and the wheel. */
  zoomBy: (direction: 'in' | 'out') => void
}

/** The page's background in styles/tokens.css, so that nothing flashes before the first paint. */
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
      // Progress is still drawn when the window is behind another.
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
      // Not a reason to keep the window open.
    }
  })

  const crashes = new RestartLimit(3, 60_000)
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason !== 'clean-exit' && crashes.tryAcquire(performance.now())) window.webContents.reload()
  })
  // Navigation to about:blank needs no permission.
  window.webContents.on('did-navigate', (_, url) => {
    if (!isOwnPage(url, options.pageUrl)) void window.loadURL(options.pageUrl)
  })
  // Chromium stores a zoom per address, and the hash is part of a file's address: the user's choice applies to all.
  const zoom = (): void => window.webContents.setZoomFactor(options.zoom())
  window.webContents.on('did-finish-load', zoom)
  window.webContents.on('did-navigate-in-page', zoom)
  window.webContents.on('zoom-changed', (_, direction) => options.zoomBy(direction))
  void window.loadURL(options.pageUrl)
  return window
}

/** Applies the policies to everything that can show a page. */
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

/** No permissions, and no requests except for the program's own files. */
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
