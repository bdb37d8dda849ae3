import { sql as initial } from './001-initial'
import { sql as evaluations } from './002-evaluations'
import { sql as runLists } from './003-run-lists'
import { sql as checkpoints } from './004-checkpoints'
import { sql as studyTrash } from './005-study-trash'
import { sql as validation } from './006-validation'
import { sql as layerFigures } from './007-layer-figures'

/**
 * Migration n takes a database from version n − 1 to n. A released migration is never changed. Short ones are in the
 * list, longer ones in separate files.
 */
export const migrations: readonly string[] = [
  initial,
  evaluations,
  runLists,
  checkpoints,
  studyTrash,
  validation,
  layerFigures,
  // 8: what the driver reports about a GPU while an epoch is trained; NULL without a report, as on a CPU.
  `
ALTER TABLE epochs ADD COLUMN gpu_utilization REAL;
ALTER TABLE epochs ADD COLUMN gpu_memory_bytes INTEGER;
`,
  // 9: how far each run's journal is ingested, and which events are in a journal.
  `
-- The attempt and the bytes of its lines up to which everything is in the other tables; attempt 0: nothing yet.
CREATE TABLE journals (
  run INTEGER PRIMARY KEY REFERENCES runs(key) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;

-- 1: the event is a line of the journal; 0: the service added it.
ALTER TABLE events ADD COLUMN journaled INTEGER NOT NULL DEFAULT 0;
`,
  // 10: whether a run trained next to another one, without reading its events.
  `
CREATE INDEX events_of_shared_machines ON events(run) WHERE kind = 'shared-machine';
`,
]
