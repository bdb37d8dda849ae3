/** Where a run can go on from; NULL where there is no checkpoint. */
export const sql = `
ALTER TABLE runs ADD COLUMN checkpoint_step INTEGER;
ALTER TABLE runs ADD COLUMN checkpoint_epochs INTEGER;
ALTER TABLE runs ADD COLUMN checkpoint_at TEXT;
`
