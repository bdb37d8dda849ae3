/** Changes that people make to runs in lists: tags, notes, archive and trash. */
import type { Database } from '../files/database'

interface Put {
  id: string
  at: string | null
}

export class RunMarks {
  readonly #tag
  readonly #untag
  readonly #note
  readonly #archive
  readonly #trash
  readonly #trashed
  readonly #of
  readonly #tagsOf

  constructor(db: Database) {
    this.#tag = db.prepare<[string, string]>(
      'INSERT OR IGNORE INTO tags (run, tag) SELECT key, ? FROM runs WHERE id = ?',
    )
    this.#untag = db.prepare<[string, string]>(
      'DELETE FROM tags WHERE tag = ? AND run = (SELECT key FROM runs WHERE id = ?)',
    )
    this.#note = db.prepare<[string, string]>('UPDATE runs SET note = ? WHERE id = ?')
    this.#archive = db.prepare<[Put]>(
      'UPDATE runs SET archived_at = @at WHERE id = @id AND (archived_at IS NULL) <> (@at IS NULL)',
    )
    this.#trash = db.prepare<[Put]>(
      'UPDATE runs SET trashed_at = @at WHERE id = @id AND (trashed_at IS NULL) <> (@at IS NULL)',
    )
    this.#of = db.prepare<[string], { note: string; archivedAt: string | null }>(
      'SELECT note, archived_at AS archivedAt FROM runs WHERE id = ?',
    )
    this.#tagsOf = db
      .prepare<[string], string>('SELECT tag FROM tags WHERE run = (SELECT key FROM runs WHERE id = ?) ORDER BY tag')
      .pluck()
    this.#trashed = db
      .prepare<[], string>(
        'SELECT runs.id FROM runs JOIN studies ON studies.key = runs.study WHERE runs.trashed_at IS NOT NULL AND studies.trashed_at IS NULL ORDER BY runs.trashed_at, runs.key',
      )
      .pluck()
  }

  /** Returns the tags, in alphabetical order, and the note of a run. */
  of(id: string): { note: string; tags: string[]; archivedAt: string | null } {
    const row = this.#of.get(id)
    return { note: row?.note ?? '', archivedAt: row?.archivedAt ?? null, tags: this.#tagsOf.all(id) }
  }

  /** Tags are case-insensitive. @returns whether the run changed, as the other methods do */
  tag(id: string, tag: string): boolean {
    return this.#tag.run(tag, id).changes > 0
  }

  untag(id: string, tag: string): boolean {
    return this.#untag.run(tag, id).changes > 0
  }

  note(id: string, note: string): boolean {
    return this.#note.run(note, id).changes > 0
  }

  /** @param at time of archiving, ISO; null undoes it */
  archive(id: string, at: string | null): boolean {
    return this.#archive.run({ at, id }).changes > 0
  }

  /** As `archive`. */
  trash(id: string, at: string | null): boolean {
    return this.#trash.run({ at, id }).changes > 0
  }

  /** Returns ids of the runs in the trash, except those of studies in the trash. */
  trashed(): string[] {
    return this.#trashed.all()
  }
}
