/** The checkpoint from which a run can resume; NULL if there is none. */
export const sql = `
ALTER TABLE runs ADD COLUMN checkpoint_step INTEGER;
ALTER TABLE runs ADD COLUMN checkpoint_epochs INTEGER;
ALTER TABLE runs ADD COLUMN checkpoint_at TEXT;
`
