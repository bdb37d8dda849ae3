/** The theme as pictures need it, whose colours are not in the style sheet: the system's, or the one chosen in the View menu. Reactive. */
import { createSubscriber } from 'svelte/reactivity'
import type { Theme } from '../../src-main/analysis/colors'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

const subscribe = createSubscriber((update) => {
  dark.addEventListener('change', update)
  return () => dark.removeEventListener('change', update)
})

export function currentTheme(): Theme {
  subscribe()
  return dark.matches ? 'dark' : 'light'
}

/** A colour that may be a token, such as 'var(--v-f)', as a canvas takes it: '#0072b2' in the theme of now. */
export function resolvedColor(color: string): string {
  const token = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
  return token === undefined ? color : getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}
