/** The rows in view of a table whose rows have one height, by virtual-core. */
import {
  elementScroll,
  observeElementOffset,
  Virtualizer,
  type Rect,
  type VirtualItem,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { untrack } from 'svelte'

type Rows = Virtualizer<HTMLElement, HTMLElement>
type Scroll = VirtualizerOptions<HTMLElement, HTMLElement>['scrollToFn']

export interface VirtualRows {
  /** Indices of the rows to mount, in order. */
  readonly indices: readonly number[]
  /** Height of all rows in pixels. */
  readonly height: number
  scrollTo: (index: number) => void
}

/**
 * Call during component initialisation.
 * @param box the scrolling element; undefined until it is mounted
 * @param rowHeight in pixels; a sticky head of the same height covers the first row
 */
export function virtualRows(box: () => HTMLElement | undefined, count: () => number, rowHeight: number): VirtualRows {
  let items = $state.raw<VirtualItem[]>([])
  let height = $state(0)
  const common = {
    getScrollElement: () => box() ?? null,
    estimateSize: () => rowHeight,
    scrollToFn: scroll,
    observeElementRect: observeSize,
    // The window's size, until the box is laid out.
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    observeElementOffset,
    // Rows are mounted before they come into view.
    overscan: 8,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    onChange: () => read(),
  }
  const virtualizer: Rows = new Virtualizer<HTMLElement, HTMLElement>({ ...common, count: 0 })

  function read(): void {
    items = virtualizer.getVirtualItems()
    height = virtualizer.getTotalSize()
  }

  $effect(() => virtualizer._didMount())
  $effect(() => {
    void box()
    virtualizer.setOptions({ ...common, count: count() })
    virtualizer._willUpdate()
    untrack(read)
  })
  const indices = $derived(items.map(({ index }) => index))
  return {
    get indices() {
      return indices
    },
    get height() {
      return height
    },
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  }
}

/** Like the library's own, but without the immediate measurement, which would force a layout during mounting. */
function observeSize({ scrollElement }: Rows, onsize: (rect: Rect) => void): () => void {
  const observer = new ResizeObserver((entries) => {
    const size = entries.at(-1)?.borderBoxSize[0]
    if (size) onsize({ width: Math.round(size.inlineSize), height: Math.round(size.blockSize) })
  })
  if (scrollElement) observer.observe(scrollElement, { box: 'border-box' })
  return () => observer.disconnect()
}

/** Skips the library's initial scroll to the top, which would force a layout. */
const scroll: Scroll = (offset, options, instance) => {
  if (offset + (options.adjustments ?? 0) !== 0 || (instance.scrollOffset ?? 0) !== 0)
    elementScroll(offset, options, instance)
}
