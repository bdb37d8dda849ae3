import { describe, expect, it } from 'vitest'
import { commandOf, shown, type Pressed } from './keys'

const press = (key: string, more: Partial<Pressed> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
})

describe('keyboard shortcuts', () => {
  it('run the commands of the table', () => {
    expect(commandOf(press('k', { ctrlKey: true }), false)).toBe('view.palette')
    expect(commandOf(press('k', { metaKey: true }), true)).toBe('view.palette')
    expect(commandOf(press('ArrowLeft', { altKey: true }), false)).toBe('go.back')
    expect(commandOf(press('+', { ctrlKey: true, shiftKey: true }), false)).toBe('view.zoom-in')
    expect(commandOf(press('=', { ctrlKey: true }), false)).toBe('view.zoom-in')
    expect(commandOf(press('?', { shiftKey: true }), false)).toBe('help.shortcuts')
    expect(commandOf(press('I', { ctrlKey: true, shiftKey: true }), false)).toBe('file.import-folder')
  })

  it('do nothing with additional or missing modifier keys', () => {
    expect(commandOf(press('k'), false)).toBeNull()
    expect(commandOf(press('k', { ctrlKey: true, altKey: true }), false)).toBeNull()
    expect(commandOf(press('k', { ctrlKey: true }), true)).toBeNull()
    expect(commandOf(press('k', { ctrlKey: true, metaKey: true }), false)).toBeNull()
    expect(commandOf(press('Control', { ctrlKey: true }), false)).toBeNull()
  })

  it('are displayed with the key names of the platform', () => {
    expect(shown('CmdOrCtrl+K', false)).toBe('Ctrl K')
    expect(shown('CmdOrCtrl+Plus', true)).toBe('⌘ +')
    expect(shown('Alt+Left', false)).toBe('Alt ←')
    expect(shown('?', false)).toBe('?')
  })
})
