/** Number of band colours in styles/tokens.css. */
const colors = 8

/** Returns the CSS colour of a band. @param band from 0 */
export function bandColor(band: number): string {
  return `var(--b-${(band % colors) + 1})`
}
