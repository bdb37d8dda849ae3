/** Observes the width of an element without forcing a layout. */
import { runInFrame } from './frameTasks'

/**
 * Svelte action: reports the element's content width in one of the frames after each layout that changed it.
 * `bind:clientWidth` would force a layout of everything mounted so far for each element, and drawing at the new width
 * can be slow, on a page with nine charts for example.
 */
export function observeWidth(element: HTMLElement, onWidth: (width: number) => void): { destroy: () => void } {
  let cancel = (): void => undefined
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries.at(-1)?.contentRect.width ?? 0)
    cancel()
    cancel = runInFrame(() => onWidth(width))
  })
  observer.observe(element)
  return {
    destroy: () => {
      observer.disconnect()
      cancel()
    },
  }
}
