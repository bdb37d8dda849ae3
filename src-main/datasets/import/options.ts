import type { DatasetId } from '../../contract/experiment'

export interface ImportProgress {
  /** Null until the files tell. */
  id: DatasetId | null
  phase: string
  /** Bytes. */
  done: number
  total: number
  /** Of a download; null where they can't be told yet. */
  bytesPerSecond?: number | null
  etaSeconds?: number | null
}

export interface ImportOptions {
  /** An archive in any format and under any name, or a folder, with the binary or the Python files. */
  path: string
  datasetsDir: string
  /** Where it came from, for the manifest; the file's name where nothing is said. */
  source?: string
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}
