/** The size of an element, told by the frame's own layout. */
import { inTurn } from './turns'

/**
 * An action: tells an element's width in one of the next frames when it has been laid out, and whenever it changes; for
 * elements without a padding. `bind:clientWidth` asks at once, in the middle of making a page, and each question lays
 * out everything that was made so far; and what is drawn for a width may take long, on a page with nine charts.
 */
export function widthOf(element: HTMLElement, told: (width: number) => void): { destroy: () => void } {
  let takeBack = (): void => undefined
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries.at(-1)?.contentRect.width ?? 0)
    takeBack()
    takeBack = inTurn(() => told(width))
  })
  observer.observe(element)
  return {
    destroy: () => {
      observer.disconnect()
      takeBack()
    },
  }
}
