import { Menu, type MenuItemConstructorOptions } from 'electron'

interface MenuActions {
  navigate: (hash: string) => void
  openExternal: (url: string) => void
  openDataDir: () => void
}

/** The pages in the order of the navigation, with the addresses of src-renderer/lib/routes.ts. */
const pages = [
  ['Studies', '#/studies'],
  ['Runs', '#/runs'],
  ['Filter banks', '#/banks'],
  ['Data sets', '#/data'],
  ['System', '#/system'],
] as const

export function buildMenu(actions: MenuActions, development: boolean): Menu {
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const link = (label: string, url: string): MenuItemConstructorOptions => ({ label, click: () => actions.openExternal(url) })
  return Menu.buildFromTemplate([
    {
      label: '&File',
      submenu: [
        { label: '&New study', accelerator: 'CmdOrCtrl+N', click: () => actions.navigate('#/new') },
        { label: '&Import data set…', accelerator: 'CmdOrCtrl+I', click: () => actions.navigate('#/data') },
        { label: 'Open data &folder', click: () => actions.openDataDir() },
        separator,
        { role: 'quit', label: '&Quit', accelerator: 'CmdOrCtrl+Q' },
      ],
    },
    {
      label: '&Edit',
      submenu: [{ role: 'undo' }, { role: 'redo' }, separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    },
    {
      label: '&View',
      submenu: [
        ...pages.map(([label, hash], i): MenuItemConstructorOptions => ({ label, accelerator: `CmdOrCtrl+${i + 1}`, click: () => actions.navigate(hash) })),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        // The key without Shift, which most keyboards have for +.
        { role: 'zoomIn', accelerator: 'CmdOrCtrl+=', visible: false },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(development ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    {
      label: '&Help',
      submenu: [
        link('Deep residual learning (He et al.)', 'https://arxiv.org/abs/1512.03385'),
        link('CIFAR-10 and CIFAR-100', 'https://www.cs.toronto.edu/~kriz/cifar.html'),
        separator,
        { role: 'about' },
      ],
    },
  ])
}
