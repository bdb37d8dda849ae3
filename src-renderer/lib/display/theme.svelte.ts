/**
 * The current theme, for colours that are not in the style sheet: the system's, or the one chosen in the View menu.
 * Reactive.
 */
import { createSubscriber } from 'svelte/reactivity'
import type { Theme } from '../../../src-main/analysis/figures/colors'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

const subscribe = createSubscriber((update) => {
  dark.addEventListener('change', update)
  return () => dark.removeEventListener('change', update)
})

export function currentTheme(): Theme {
  subscribe()
  return dark.matches ? 'dark' : 'light'
}
