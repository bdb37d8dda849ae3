/** Keys: what was pressed, as the contract's table of commands writes it, and how a key is shown. Pure. */
import { commandNames, commands, type CommandName } from '../../../src-main/contract'

/** What of a keyboard event counts. */
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
 * 'CmdOrCtrl+K', 'Alt+Left', '?'. Shift is told beside letters and named keys only: of other characters it is part.
 * @param mac whether Cmd, not Ctrl, is the key of commands
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

/** The command that was asked for by a key; null where none was. */
export function commandOf(pressed: Pressed, mac: boolean): CommandName | null {
  return byKey.get(accelerator(pressed, mac)) ?? null
}

const words: Readonly<Record<string, string>> = { Plus: '+', Left: '←', Right: '→', Up: '↑', Down: '↓' }
const macWords: Readonly<Record<string, string>> = { ...words, CmdOrCtrl: '⌘', Alt: '⌥', Shift: '⇧' }

/** As people read it: 'Ctrl K', on a Mac '⌘ K'. */
export function shown(key: string, mac: boolean): string {
  return key
    .split('+')
    .map((part) => (mac ? macWords : { ...words, CmdOrCtrl: 'Ctrl' })[part] ?? part)
    .join(' ')
}
