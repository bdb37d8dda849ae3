import { sql as initial } from './001-initial'
import { sql as evaluations } from './002-evaluations'
import { sql as runLists } from './003-run-lists'
import { sql as checkpoints } from './004-checkpoints'
import { sql as studyTrash } from './005-study-trash'
import { sql as validation } from './006-validation'
import { sql as layerFigures } from './007-layer-figures'
import { sql as gpuUse } from './008-gpu-use'

/** Number n takes a database from version n − 1 to n. A migration that was released is never changed. */
export const migrations: readonly string[] = [
  initial,
  evaluations,
  runLists,
  checkpoints,
  studyTrash,
  validation,
  layerFigures,
  gpuUse,
]
