/** What generated pages have in common. Their tests write them if `npm run docs` runs them. */
import path from 'node:path'

export const reference = (name: string): string => path.resolve('docs/reference', name)

export const hint = 'A generated page is out of date: run `npm run docs`.'

export const heading = (title: string, source: string): string =>
  `# ${title}\n\n<!-- Generated from ${source} by \`npm run docs\`. -->\n`
