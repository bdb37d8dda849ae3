/**
 * What a person chose about the window. Theme and zoom are the shell's, which applies them; the navigation is this
 * window's own.
 */
import { nextZoom, defaultPreferences, type Preferences } from '../../src-main/contract'
import { attempt } from './actions/action'
import { call, on } from './data/client'
import { remembered, remember } from './storage'

const slimKey = 'navigation.slim'

class Choices {
  kept = $state.raw<Preferences>(defaultPreferences)
  #asked = 0
  /** Chosen; a narrow window is slim whatever was chosen. */
  slim = $state(remembered(slimKey) === 'yes')

  /** Resolves when the shell has told what is kept. */
  ready: Promise<void> = Promise.resolve()

  /** Follows the shell; once, at the window's start. */
  start(): void {
    on('shell.preferences', (now) => this.#told(now))
    this.ready = this.set({})
  }

  async set(change: Partial<Preferences>): Promise<void> {
    const before = this.kept
    // At once, so that the next step of the zoom, which may come before the answer, starts from this one.
    this.kept = { ...before, ...change }
    this.#asked++
    const now = await attempt(() => call('shell.preferences', change))
    this.#asked--
    this.#told(now ?? before)
  }

  /** What is told while more was asked for is old already. */
  #told(now: Preferences): void {
    if (this.#asked === 0) this.kept = now
  }

  zoom(direction: 1 | -1): void {
    void this.set({ zoom: nextZoom(this.kept.zoom, direction) })
  }

  toggleSlim(): void {
    this.slim = !this.slim
    remember(slimKey, this.slim ? 'yes' : 'no')
  }
}

export const choices = new Choices()
