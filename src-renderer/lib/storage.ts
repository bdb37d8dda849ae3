/** What this window remembers by itself: conveniences only, for it may be lost. */

/** Null where nothing is kept or nothing can be. */
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
    // A full or forbidden store costs a convenience.
  }
}
