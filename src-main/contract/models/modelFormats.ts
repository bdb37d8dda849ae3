/** The formats in which a run's network leaves the program, and what each writes. Declared here and nowhere else. */
import { z } from 'zod'

interface FormatFacts {
  name: string
  /** Of a file's or folder's name, without the dot. */
  extension: string
  isFolder: boolean
  /** What it is for, in a menu. */
  hint: string
}

const facts = {
  onnx: { name: 'ONNX', extension: 'onnx', isFolder: false, hint: 'one file' },
  safetensors: { name: 'safetensors', extension: 'safetensors', isFolder: false, hint: 'for PyTorch' },
  savedmodel: { name: 'SavedModel', extension: 'savedmodel', isFolder: true, hint: 'a folder' },
} as const satisfies Record<string, FormatFacts>

export type ModelFormat = keyof typeof facts
export const modelFormats = Object.keys(facts) as [ModelFormat, ...ModelFormat[]]
export const modelFormatFacts: Record<ModelFormat, FormatFacts> = facts
export const modelFormat = z.enum(modelFormats)

/** Returns the format that a path's extension names; null for any other extension. */
export function formatOfPath(path: string): ModelFormat | null {
  const extension = /\.([^./\\]+)[/\\]?$/.exec(path)?.[1]?.toLowerCase()
  return modelFormats.find((format) => facts[format].extension === extension) ?? null
}
