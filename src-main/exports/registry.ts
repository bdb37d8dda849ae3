/**
 * The writers of the model formats. Adding a format needs an entry in `contract/models/modelFormats.ts`, its writer in
 * this folder, and one line here; dialogs, menus, file names and the command line are derived.
 */
import type { FolderFormat, ModelFormat } from '../contract/models/modelFormats'
import type { InferenceOperation } from '../nn/inference'
import type { About } from './about'
import { onnxModel } from './onnx'
import { safetensorsModel } from './stateDict'
import { savedModelFiles } from './savedModel'

/** A file's bytes, or the files of a folder by their path in it. */
type Output<Format extends ModelFormat> = Format extends FolderFormat ? ReadonlyMap<string, Uint8Array> : Uint8Array

type ModelWriter<Format extends ModelFormat> = (
  operations: readonly InferenceOperation[],
  about: About,
) => Output<Format>

/** Writes a network in each format. The same network and `about` give the same bytes. */
export const modelWriters: { [Format in ModelFormat]: ModelWriter<Format> } = {
  onnx: onnxModel,
  safetensors: safetensorsModel,
  savedmodel: savedModelFiles,
}
