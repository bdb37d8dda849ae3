/** A study in the trash is only marked. Its runs keep their own marks, so that it is restored unchanged. */
export const sql = `
ALTER TABLE studies ADD COLUMN trashed_at TEXT;
`
