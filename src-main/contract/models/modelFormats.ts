/**
 * The formats in which a run's network can be exported. `exports/registry.ts` has their writers; dialogs, menus, file
 * names and command-line choices are derived.
 */
import { z } from 'zod'

interface FormatFacts {
  name: string
  /** Extension of the file or folder, without the dot. */
  extension: string
  isFolder: boolean
  /** The purpose, for a menu and the command line's help. */
  hint: string
}

const facts = {
  onnx: { name: 'ONNX', extension: 'onnx', isFolder: false, hint: 'one file' },
  safetensors: { name: 'safetensors', extension: 'safetensors', isFolder: false, hint: 'PyTorch' },
  savedmodel: { name: 'SavedModel', extension: 'savedmodel', isFolder: true, hint: 'TensorFlow, folder' },
} as const satisfies Record<string, FormatFacts>

export type ModelFormat = keyof typeof facts
/** The formats that are a folder of files. */
export type FolderFormat = {
  [Format in ModelFormat]: (typeof facts)[Format]['isFolder'] extends true ? Format : never
}[ModelFormat]
export const modelFormats = Object.keys(facts) as [ModelFormat, ...ModelFormat[]]
export const modelFormatFacts: Record<ModelFormat, FormatFacts> = facts
export const modelFormat = z.enum(modelFormats)

/** Returns the format that a path's extension names; null for any other extension. */
export function formatOfPath(path: string): ModelFormat | null {
  const extension = /\.([^./\\]+)[/\\]?$/.exec(path)?.[1]?.toLowerCase()
  return modelFormats.find((format) => facts[format].extension === extension) ?? null
}
