/** What the driver tells of a GPU while an epoch is trained. NULL: nothing, as on a CPU. */
export const sql = `
ALTER TABLE epochs ADD COLUMN gpu_utilization REAL;
ALTER TABLE epochs ADD COLUMN gpu_memory_bytes INTEGER;
`
