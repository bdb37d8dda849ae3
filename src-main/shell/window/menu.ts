import { Menu, type MenuItemConstructorOptions } from 'electron'
import { commandNames, commands, menus, type CommandName, type MenuName } from '../../contract/window/commands'
import { datasetSites } from '../../contract/datasets/datasetRegistry'
import { themes, type ThemeChoice } from '../../contract/window/preferences'

interface MenuActions {
  command: (name: CommandName) => void
  openExternal: (url: string) => void
}

type Item = MenuItemConstructorOptions
const separator: Item = { type: 'separator' }
/** Id prefix of the theme items, by which the selected one is marked. */
const themeItem = (theme: ThemeChoice): CommandName => `view.theme-${theme}`

/** Builds the menu from the contract's table of commands and Electron's own items. */
export function buildMenu(actions: MenuActions, development: boolean, theme: ThemeChoice): Menu {
  const link = (label: string, url: string): Item => ({ label, click: () => actions.openExternal(url) })
  const extraItems: Partial<Record<MenuName, Item[]>> = {
    File: [separator, { role: 'quit', label: 'Quit', accelerator: 'CmdOrCtrl+Q' }],
    View: [
      separator,
      { role: 'togglefullscreen' },
      ...(development ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
    ],
    Help: [
      separator,
      link('Deep residual learning (He et al.)', 'https://arxiv.org/abs/1512.03385'),
      ...datasetSites.map(({ site, names }) => link(names.join(' and '), site)),
      separator,
      { role: 'about' },
    ],
  }
  return Menu.buildFromTemplate(
    menus.map((menu) => {
      const items = commandNames
        .filter((name) => commands[name].menu === menu)
        .flatMap((name) => itemsOf(name, actions, theme))
      if (menu === 'Edit')
        items.splice(
          1,
          0,
          { role: 'redo' },
          separator,
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        )
      return { label: `&${menu}`, submenu: [...items, ...(extraItems[menu] ?? [])] }
    }),
  )
}

function itemsOf(name: CommandName, actions: MenuActions, theme: ThemeChoice): Item[] {
  const { title, keys = [], apart } = commands[name]
  const chosen = themes.find((one) => themeItem(one) === name)
  const click = (): void => actions.command(name)
  // A plain character must stay available for typing.
  const accelerators = keys.filter((key) => key.length > 1)
  const [first, ...others] = accelerators
  return [
    ...(apart ? [separator] : []),
    {
      id: name,
      label: title,
      click,
      ...(first === undefined ? {} : { accelerator: first }),
      ...(chosen === undefined ? {} : { type: 'radio', checked: chosen === theme }),
    },
    // Not displayed, but active as a shortcut.
    ...others.map((accelerator): Item => ({
      label: title,
      accelerator,
      visible: false,
      acceleratorWorksWhenHidden: true,
      click,
    })),
  ]
}

/** Marks the selected theme. */
export function markTheme(menu: Menu | null, theme: ThemeChoice): void {
  const item = menu?.getMenuItemById(themeItem(theme))
  if (item) item.checked = true
}
