/** Names of files that the user saves. */
import path from 'node:path'
import { archiveExtensions, fileKinds } from '../../contract/publish/fileKinds'
import { modelFormatFacts, modelFormats } from '../../contract/models/modelFormats'

const kinds: Record<string, string> = {
  ...fileKinds,
  ...Object.fromEntries(
    modelFormats.map((format) => [modelFormatFacts[format].extension, `${modelFormatFacts[format].name} model`]),
  ),
  [archiveExtensions[0]]: 'Exported study',
}

/** Returns the extension of a suggested name, such as tex or tar.gz. */
function extensionOf(name: string): string {
  return Object.keys(kinds).find((extension) => name.endsWith(`.${extension}`)) ?? path.extname(name).slice(1)
}

/**
 * Returns a save dialog's filter for the kind of the suggested file name. It allows every file: with an extension in
 * it, Electron would complete the chosen name after the dialog has asked about replacing the name as typed.
 */
export function saveFilter(suggestedName: string): { name: string; extensions: string[] } {
  const extension = extensionOf(suggestedName)
  return { name: `${kinds[extension] ?? 'File'} (.${extension})`, extensions: ['*'] }
}

/** Returns the path with the suggested extension if it has none. */
export function withExtension(file: string, suggestedName: string): string {
  return path.extname(file) === '' ? `${file}.${extensionOf(suggestedName)}` : file
}
