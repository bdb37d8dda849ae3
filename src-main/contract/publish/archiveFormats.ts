/** The archive formats that importers read, and the names that file choosers offer for them. Pure. */

/** Extensions by format: first of an archive's usual names, last of the bare compressed file. */
export const archiveFormats = {
  gzip: ['tar.gz', 'tgz', 'gz'],
  xz: ['tar.xz', 'txz', 'xz'],
  zstd: ['tar.zst', 'tzst', 'zst'],
  tar: ['tar'],
  zip: ['zip'],
} as const

export type ArchiveFormat = keyof typeof archiveFormats

/** Every extension that a file chooser offers. Importers look only at the content. */
export const importExtensions: readonly string[] = Object.values(archiveFormats).flat()

/** 'tar.gz, tar.xz, tar.zst, tar or zip' */
export const archiveFormatWords = Object.values(archiveFormats)
  .map(([extension]) => extension)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')
