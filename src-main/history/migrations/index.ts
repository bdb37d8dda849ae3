import { sql as initial } from './001-initial'

/** Number n takes a database from version n − 1 to n. A migration that was released is never changed. */
export const migrations: readonly string[] = [initial]
