/**
 * The user's choices about the window. The shell stores and applies theme and zoom; the navigation belongs to this
 * window.
 */
import { nextZoom, defaultPreferences, type Preferences } from '../../src-main/contract'
import { attempt } from './actions/action'
import { call, on } from './data/client'
import { remembered, remember } from './storage'

const slimKey = 'navigation.slim'

class Choices {
  kept = $state.raw<Preferences>(defaultPreferences)
  #asked = 0
  /** The choice; a narrow window is always slim. */
  slim = $state(remembered(slimKey) === 'yes')

  /** Resolves when the stored choices are loaded. */
  ready: Promise<void> = Promise.resolve()

  /** Subscribes to the shell. Call once, when the window starts. */
  start(): void {
    on('shell.preferences', (now) => this.#apply(now))
    this.ready = this.set({})
  }

  async set(change: Partial<Preferences>): Promise<void> {
    const before = this.kept
    // Apply the change before the shell replies, so that another zoom step starts from the new value.
    this.kept = { ...before, ...change }
    this.#asked++
    const now = await attempt(() => call('shell.preferences', change))
    this.#asked--
    this.#apply(now ?? before)
  }

  /** Ignores answers while a newer change is pending. */
  #apply(now: Preferences): void {
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
