/** The kinds of files that a window saves, by extension. */
export const fileKinds = {
  csv: 'Comma-separated values',
  md: 'Markdown',
  tex: 'LaTeX',
  txt: 'Text',
  json: 'JSON',
  svg: 'SVG image',
  png: 'PNG image',
} as const

export type FileExtension = keyof typeof fileKinds
export const fileExtensions = Object.keys(fileKinds) as [FileExtension, ...FileExtension[]]

/** Extensions of a study's archive, the usual one first; the last ones are what browsers or tar may append. */
export const archiveExtensions = ['tar.gz', 'tgz'] as const
