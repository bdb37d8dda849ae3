/** The theme as pictures need it, whose colours are not in the style sheet. Reactive. */
import { createSubscriber } from 'svelte/reactivity'
import type { Theme } from '../../src-main/analysis/colors'

const system = window.matchMedia('(prefers-color-scheme: dark)')

const subscribe = createSubscriber((update) => {
  const observer = new MutationObserver(update)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  system.addEventListener('change', update)
  return () => {
    observer.disconnect()
    system.removeEventListener('change', update)
  }
})

export function currentTheme(): Theme {
  subscribe()
  const forced = document.documentElement.dataset['theme']
  return forced === 'light' || forced === 'dark' ? forced : system.matches ? 'dark' : 'light'
}

/** A colour that may be a token, such as 'var(--v-f)', as a canvas takes it: '#0072b2' in the theme of now. */
export function resolvedColor(color: string): string {
  const token = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
  return token === undefined ? color : getComputedStyle(document.documentElement).getPropertyValue(token).trim()
}
