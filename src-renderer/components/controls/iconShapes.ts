/** Icons as nodes to clone: tables have hundreds, and cloning a node is faster than creating its paths. */
import { icons, type IconName, type IconPath } from './icons'

const made = new Map<IconName, DocumentFragment>()

/** Returns a new copy of an icon's paths. */
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
