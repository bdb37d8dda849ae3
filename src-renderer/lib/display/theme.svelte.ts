/**
 * The theme as pictures need it, whose colours are not in the style sheet: the system's, or the one chosen in the View
 * menu. Reactive.
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

/** Asked for once a theme: while a page is being made each question works out the styles of everything made so far. */
const known: { theme: Theme; tokens: Record<string, string> } = { theme: 'light', tokens: {} }

/** A colour that may be a token, such as 'var(--v-f)', as a canvas takes it: '#0072b2' in the theme of now. */
export function resolvedColor(color: string): string {
  const token = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
  if (token === undefined) return color
  const theme = dark.matches ? 'dark' : 'light'
  if (known.theme !== theme) Object.assign(known, { theme, tokens: {} })
  const value = known.tokens[token] ?? getComputedStyle(document.documentElement).getPropertyValue(token).trim()
  // Nothing before the style sheet is there.
  if (value !== '') known.tokens[token] = value
  return value
}
