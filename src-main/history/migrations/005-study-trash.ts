/** A study in the trash is only marked: its runs keep their own marks, so that it comes back as it was. */
export const sql = `
ALTER TABLE studies ADD COLUMN trashed_at TEXT;
`
