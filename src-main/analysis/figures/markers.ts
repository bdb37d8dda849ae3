/** Marker shapes as SVG paths around a point. Pure. */
export type MarkerShape = 'circle' | 'square' | 'up' | 'down' | 'diamond'

/** A closed path of about radius `r` around (x, y), in pixels. */
export function markerPath(shape: MarkerShape, x: number, y: number, r: number): string {
  switch (shape) {
    case 'circle':
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`
    case 'square':
      return `M${x - r * 0.9} ${y - r * 0.9}h${r * 1.8}v${r * 1.8}h${-r * 1.8}z`
    case 'up':
      return `M${x} ${y - r * 1.1}l${r * 1.1} ${r * 2}h${-r * 2.2}z`
    case 'down':
      return `M${x} ${y + r * 1.1}l${r * 1.1} ${-r * 2}h${-r * 2.2}z`
    case 'diamond':
      return `M${x} ${y - r * 1.25}l${r * 1.25} ${r * 1.25}l${-r * 1.25} ${r * 1.25}l${-r * 1.25} ${-r * 1.25}z`
  }
}
