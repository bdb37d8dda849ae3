/** Icons as nodes to copy: there are hundreds in a table, and a copy is one step where their paths are many. */
import { icons, type IconName, type IconPath } from './icons'

const made = new Map<IconName, DocumentFragment>()

/** A new copy of an icon's paths. */
export function shapeOf(name: IconName): Node {
  const known = made.get(name)
  if (known) return known.cloneNode(true)
  const paths: readonly IconPath[] = icons[name]
  const shape = document.createDocumentFragment()
  for (const { d, fill, opacity, width, dash } of paths) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    const attributes = {
      d,
      fill: fill ? 'currentColor' : undefined,
      opacity,
      'stroke-width': width,
      'stroke-dasharray': dash,
    }
    for (const [attribute, value] of Object.entries(attributes))
      if (value !== undefined) path.setAttribute(attribute, String(value))
    shape.append(path)
  }
  made.set(name, shape)
  return shape.cloneNode(true)
}
