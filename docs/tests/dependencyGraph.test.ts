/** Apart from the other generated pages: it imports nothing, so that a change of a source does not run it. */
import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { heading, hint, reference } from './generated'

/** `graph` is a word of Mermaid's own. */
const idOf = (folder: string): string => `${folder}Folder`

it('the dependency graph in the documentation matches the imports', async () => {
  const cruise = execFileSync(
    process.execPath,
    [
      ...['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'src-main', 'src-renderer'],
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'json', '--include-only', '^src-'],
      ...['--exclude', '\\.test\\.ts$|/testSupport|/testServer|/testing|/fixtures/'],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  )
  const { modules } = JSON.parse(cruise) as { modules: { source: string; dependencies: { resolved: string }[] }[] }
  const folderOf = (file: string): string => {
    const [top = '', folder = '', ...rest] = file.split('/')
    return top === 'src-renderer' ? 'renderer' : rest.length > 0 ? folder : 'entry'
  }
  const edges = new Set(
    modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => `${folderOf(source)} --> ${folderOf(resolved)}`),
    ),
  )
  const drawn = [...edges].filter((edge) => {
    const [from, to] = edge.split(' --> ')
    return from !== to && to !== 'contract'
  })
  const folders = [...new Set(drawn.flatMap((edge) => edge.split(' --> ')))].sort()
  const declared = folders.map((folder) => `  ${idOf(folder)}["${folder}"]`)
  const arrows = drawn.sort().map((edge) => `  ${edge.split(' --> ').map(idOf).join(' --> ')}`)
  const graph = `\nEvery folder imports \`contract\`; these arrows are left out. \`entry\` are the files directly in \`src-main/\`, \`renderer\` is\n\`src-renderer/\`, and every other name is a folder of \`src-main/\`. What a folder may import:\n\`.dependency-cruiser.mjs\`.\n\n\`\`\`mermaid\nflowchart TD\n${[...declared, ...arrows].join('\n')}\n\`\`\`\n`
  await expect(`${heading('Dependency graph', 'the imports')}${graph}`, hint).toMatchFileSnapshot(
    reference('dependency-graph.md'),
  )
})
