/** The window's local storage, for conveniences only: entries can be lost. */

/** Null if nothing is stored or storage is unavailable. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A full or disabled store only costs a convenience.
  }
}
