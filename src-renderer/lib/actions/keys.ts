/** Keyboard shortcuts: the notation of pressed keys in the table of commands, and their display. Pure. */
import { commandNames, commands, type CommandName } from '../../../src-main/contract'

/** The relevant fields of a keyboard event. */
export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const arrows: Readonly<Record<string, string>> = {
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
}

/**
 * Returns 'CmdOrCtrl+K', 'Alt+Left', '?'. Shift is included for letters and named keys only: it is part of other
 * characters.
 * @param mac whether Cmd replaces Ctrl
 */
export function accelerator({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed, mac: boolean): string {
  const main = mac ? metaKey : ctrlKey
  const other = mac ? ctrlKey : metaKey
  const name = arrows[key] ?? (key === '+' ? 'Plus' : key.length === 1 ? key.toUpperCase() : key)
  const shift = shiftKey && (key.length > 1 || key.toLowerCase() !== key.toUpperCase())
  return [main && 'CmdOrCtrl', other && 'Other', altKey && 'Alt', shift && 'Shift', name]
    .filter((part) => part !== false)
    .join('+')
}

const byKey: ReadonlyMap<string, CommandName> = new Map(
  commandNames.flatMap((name) => (commands[name].keys ?? []).map((key) => [key, name] as const)),
)

/** Returns the command of a key; null if there is none. */
export function commandOf(pressed: Pressed, mac: boolean): CommandName | null {
  return byKey.get(accelerator(pressed, mac)) ?? null
}

const words: Readonly<Record<string, string>> = { Plus: '+', Left: '←', Right: '→', Up: '↑', Down: '↓' }
const macWords: Readonly<Record<string, string>> = { ...words, CmdOrCtrl: '⌘', Alt: '⌥', Shift: '⇧' }

/** Formats a shortcut for display: 'Ctrl K', on a Mac '⌘ K'. */
export function shown(key: string, mac: boolean): string {
  return key
    .split('+')
    .map((part) => (mac ? macWords : { ...words, CmdOrCtrl: 'Ctrl' })[part] ?? part)
    .join(' ')
}
