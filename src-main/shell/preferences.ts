/** What a person chose about the window, kept between two starts in a file of the profile. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { preferences, usualPreferences, type Preferences } from '../contract/preferences'
import { writeAtomicallySync } from '../files/durable'

export class KeptPreferences {
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
      // It holds for this window at least.
    }
    this.#changed(now)
    return now
  }
}

/** Each choice by itself: one that can't be read costs the others nothing. */
const { theme, zoom, cutShort } = preferences.shape
const lenient = z.object({
  theme: theme.catch(usualPreferences.theme),
  zoom: zoom.catch(usualPreferences.zoom),
  cutShort: cutShort.catch(usualPreferences.cutShort),
})

function read(file: string): Preferences {
  try {
    return lenient.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return usualPreferences
  }
}
