/**
 * The commands that are available everywhere. The menu, the palette, the keys and the list of shortcuts are derived
 * from this table.
 */
import { z } from 'zod'

export const menus = ['File', 'Edit', 'View', 'Run', 'Go', 'Help'] as const
export type MenuName = (typeof menus)[number]

interface CommandText {
  title: string
  menu: MenuName
  /** Electron accelerators; the first one is shown. */
  keys?: readonly string[]
  /** Whether the menu has a separator above it. */
  apart?: true
  /** Other search words for the palette. */
  words?: string
}

const table = {
  'file.new-study': { title: 'New study', menu: 'File', keys: ['CmdOrCtrl+N'], words: 'create plan train' },
  'file.import-archive': { title: 'Import archive…', menu: 'File', keys: ['CmdOrCtrl+I'], words: 'data set cifar tar' },
  'file.import-folder': { title: 'Import folder…', menu: 'File', keys: ['CmdOrCtrl+Shift+I'], words: 'data set cifar' },
  'file.import-study': { title: 'Import study…', menu: 'File', apart: true, words: 'archive transfer' },
  'file.export-study': { title: 'Export study…', menu: 'File', words: 'archive transfer save' },
  'file.open-data': { title: 'Open data folder', menu: 'File', apart: true, words: 'directory' },
  'edit.undo': { title: 'Undo', menu: 'Edit', keys: ['CmdOrCtrl+Z'], words: 'delete restore' },
  'edit.copy-link': {
    title: 'Copy link to this view',
    menu: 'Edit',
    keys: ['CmdOrCtrl+L'],
    apart: true,
    words: 'address share',
  },
  'view.palette': { title: 'Command palette', menu: 'View', keys: ['CmdOrCtrl+K'], words: 'search find commands' },
  'view.navigation': {
    title: 'Collapse sidebar',
    menu: 'View',
    keys: ['CmdOrCtrl+B'],
    words: 'slim navigation toggle',
  },
  'view.theme-system': { title: 'System theme', menu: 'View', apart: true, words: 'colours' },
  'view.theme-light': { title: 'Light theme', menu: 'View', words: 'colours' },
  'view.theme-dark': { title: 'Dark theme', menu: 'View', words: 'colours' },
  'view.zoom-reset': { title: 'Actual size', menu: 'View', keys: ['CmdOrCtrl+0'], apart: true, words: 'zoom 100' },
  // On most keyboards + is on the key of =.
  'view.zoom-in': { title: 'Zoom in', menu: 'View', keys: ['CmdOrCtrl+Plus', 'CmdOrCtrl+='], words: 'larger bigger' },
  'view.zoom-out': { title: 'Zoom out', menu: 'View', keys: ['CmdOrCtrl+-'], words: 'smaller' },
  'run.pause': {
    title: 'Pause or resume run',
    menu: 'Run',
    keys: ['CmdOrCtrl+.'],
    words: 'training hold continue',
  },
  'run.stop': { title: 'Stop run', menu: 'Run', words: 'training end cancel' },
  'run.verify': { title: 'Verify run…', menu: 'Run', words: 'train again same bit reproduce check' },
  'run.show': {
    title: 'Go to current run',
    menu: 'Run',
    keys: ['CmdOrCtrl+T'],
    apart: true,
    words: 'show training running',
  },
  'run.queue': { title: 'Show queue', menu: 'Run', words: 'waiting order reorder move' },
  'go.back': { title: 'Back', menu: 'Go', keys: ['Alt+Left'] },
  'go.forward': { title: 'Forward', menu: 'Go', keys: ['Alt+Right'] },
  'go.studies': { title: 'Studies', menu: 'Go', keys: ['CmdOrCtrl+1'], apart: true },
  'go.runs': { title: 'Runs', menu: 'Go', keys: ['CmdOrCtrl+2'] },
  'go.banks': { title: 'Filter banks', menu: 'Go', keys: ['CmdOrCtrl+3'] },
  'go.data': { title: 'Data sets', menu: 'Go', keys: ['CmdOrCtrl+4'] },
  'go.system': { title: 'System', menu: 'Go', keys: ['CmdOrCtrl+5'] },
  'help.method': { title: 'Method', menu: 'Help', words: 'paper equations multi-band filters explain' },
  'help.glossary': { title: 'Glossary', menu: 'Help', words: 'terms words meaning definition explain' },
  'help.shortcuts': { title: 'Keyboard shortcuts', menu: 'Help', keys: ['F1', '?'] },
  'help.doctor': { title: 'Doctor', menu: 'Help', words: 'check broken repair system' },
} as const satisfies Record<string, CommandText>

export type CommandName = keyof typeof table
export const commandNames = Object.keys(table) as CommandName[]
export const commandName = z.enum(commandNames as [CommandName, ...CommandName[]])
export const commands: Readonly<Record<CommandName, CommandText>> = table
