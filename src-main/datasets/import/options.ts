import type { DatasetId } from '../../contract/experiment'

export interface ImportProgress {
  /** Null until a file identifies the data set. */
  id: DatasetId | null
  phase: string
  /** Bytes. */
  done: number
  total: number
  /** Rate and remaining time of a download; null if not known yet. */
  bytesPerSecond?: number | null
  etaSeconds?: number | null
}

export interface ImportOptions {
  /** An archive in any format and under any name, or a folder, with the binary or the Python files. */
  path: string
  datasetsDir: string
  /** Source, for the manifest; default: the file's name. */
  source?: string
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}
