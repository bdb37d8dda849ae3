/**
 * Returns JSON with sorted keys, so that equal values are equal texts.
 * @param indent spaces per level; 0 is one line
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, held: unknown) =>
      held !== null && typeof held === 'object' && !Array.isArray(held)
        ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        : held,
    indent,
  )
}
