/** The window's position, stored across starts. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const minimum = { width: 900, height: 600 } as const
const usual = { width: 1280, height: 800 } as const
/** Pixels of the title bar that must be on a display, so that the window can be dragged. */
const graspable = { width: 120, height: 40 } as const

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

const saved = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof saved>

/** Null at the first start, and for an invalid file. */
export function readWindowState(file: string): WindowState | null {
  try {
    return saved.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/**
 * Returns where to open the window: its last position, adjusted to the current displays; without a position, the system
 * decides.
 * @param workAreas of every display, the primary one first
 */
export function openingBounds(
  state: WindowState | null,
  workAreas: readonly Rectangle[],
): { x?: number; y?: number; width: number; height: number } {
  if (!state) return { ...clampSize(usual, workAreas[0]) }
  const area = workAreas.find((candidate) => isGraspable(state, candidate))
  // Its display is gone: keep the size, which the user still wants.
  if (!area) return clampSize(state, workAreas[0])
  return { x: state.x, y: state.y, ...clampSize(state, area) }
}

function clampSize(
  size: { width: number; height: number },
  area: Rectangle | undefined,
): { width: number; height: number } {
  return {
    width: Math.max(minimum.width, Math.min(size.width, area?.width ?? usual.width)),
    height: Math.max(minimum.height, Math.min(size.height, area?.height ?? usual.height)),
  }
}

/** Returns whether enough of the window's top edge is within `area`. */
function isGraspable(window: Rectangle, area: Rectangle): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x)
  return across >= graspable.width && window.y >= area.y && window.y + graspable.height <= area.y + area.height
}
