/** The size of an element, told by the frame's own layout. */

/**
 * An action: tells an element's width when it has been laid out, and whenever it changes. `bind:clientWidth` asks at once, in the
 * middle of making a page, and each question lays out everything that was made so far.
 */
export function widthOf(element: HTMLElement, told: (width: number) => void): { destroy: () => void } {
  const observer = new ResizeObserver(() => told(element.clientWidth))
  observer.observe(element)
  return { destroy: () => observer.disconnect() }
}
