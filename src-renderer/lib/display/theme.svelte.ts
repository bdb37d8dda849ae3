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

/** Cached per theme: reading a computed style while a page is mounted recomputes all styles. */
const known: { theme: Theme; tokens: Record<string, string> } = { theme: 'light', tokens: {} }

/** Resolves a colour that may be a token, such as 'var(--v-f)', for a canvas: '#0072b2' in the current theme. */
export function resolvedColor(color: string): string {
  const token = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
  if (token === undefined) return color
  const theme = dark.matches ? 'dark' : 'light'
  if (known.theme !== theme) Object.assign(known, { theme, tokens: {} })
  const value = known.tokens[token] ?? getComputedStyle(document.documentElement).getPropertyValue(token).trim()
  // Empty before the style sheet is loaded.
  if (value !== '') known.tokens[token] = value
  return value
}
