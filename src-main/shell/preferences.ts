/** The user's choices about the window, stored in a file of the Electron profile. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { preferences, defaultPreferences, type Preferences } from '../contract/window/preferences'
import { writeAtomicallySync } from '../files/durable'

export class StoredPreferences {
  readonly #file: string
  readonly #changed: (now: Preferences) => void
  #now: Preferences

  constructor(file: string, changed: (now: Preferences) => void) {
    this.#file = file
    this.#changed = changed
    this.#now = read(file)
  }

  get now(): Preferences {
    return this.#now
  }

  set(change: { [K in keyof Preferences]?: Preferences[K] | undefined }): Preferences {
    const now = preferences.parse({
      ...this.#now,
      ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    })
    if (JSON.stringify(now) === JSON.stringify(this.#now)) return now
    this.#now = now
    try {
      writeAtomicallySync(this.#file, JSON.stringify(now), 0o600)
    } catch {
      // The choice still applies until the window closes.
    }
    this.#changed(now)
    return now
  }
}

/** Reads each choice separately: an invalid one gets its default and leaves the others. */
const { theme, zoom, interruptedRuns } = preferences.shape
const lenient = z.object({
  theme: theme.catch(defaultPreferences.theme),
  zoom: zoom.catch(defaultPreferences.zoom),
  interruptedRuns: interruptedRuns.catch(defaultPreferences.interruptedRuns),
})

const storedObject = z.record(z.string(), z.unknown())

function read(file: string): Preferences {
  try {
    const stored = storedObject.parse(JSON.parse(readFileSync(file, 'utf8')))
    // Earlier versions stored `interruptedRuns` as `cutShort`.
    return lenient.parse({ interruptedRuns: stored['cutShort'], ...stored })
  } catch {
    return defaultPreferences
  }
}
