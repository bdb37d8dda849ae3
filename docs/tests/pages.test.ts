import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json'
import { suiteNames } from '../../setup/lib/suites.mjs'
import { buildProgram } from '../../src-main/cli/program'
import { eventNames } from '../../src-main/contract/events'
import { anchorsOf, codeOf, generatedPages, linksOf, pages, readPage, wordsOf } from './markdown'

const mcnn = buildProgram()

/** Returns why `mcnn ARGS` is no call of the command line; null if it is one. */
function faultOfCall(args: readonly string[]): string | null {
  let command: Command = mcnn
  const words = [...args]
  for (;;) {
    const next = command.commands.find((one) => one.name() === words[0])
    if (!next) break
    command = next
    words.shift()
  }
  if (command.commands.length > 0 && words[0] !== undefined && !/^(-|…|help$)/.test(words[0]))
    return `${command.name()} has no command ${words[0]}`
  const known = [command, mcnn].flatMap(({ options }) => options.map(({ long }) => long)).concat('--help', '--version')
  const unknown = words.find((word) => word.startsWith('--') && !known.includes(word.replace(/=.*$/, '')))
  return unknown === undefined ? null : `${command.name()} has no option ${unknown}`
}

/** Returns what is wrong with a line of shell. */
function faultsOf(line: string): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|[^\s;|&>]+/g) ?? []
  const faults: string[] = []
  for (const [i, word] of words.entries()) {
    const rest = words.slice(i + 1)
    if (word === 'npm' && rest[0] === 'run' && rest[1] !== undefined && !(rest[1] in packageJson.scripts))
      faults.push(`there is no script ${rest[1]}`)
    if (word === 'npm' && (rest[0] === 'start' || rest[0] === 'test') && !(rest[0] in packageJson.scripts))
      faults.push(`there is no script ${rest[0]}`)
    if (word === 'npm' && rest[0] === 'test' && rest[1] === '--')
      faults.push(
        ...rest
          .slice(2)
          .flatMap((suite) => (suiteNames.includes(suite) || existsSync(suite) ? [] : [`no suite ${suite}`])),
      )
    if ((word === 'mcnn' && words[i - 1] !== '#') || word === 'setup/mcnn.mjs') {
      const end = words.findIndex((other, j) => j > i && other === 'do')
      const fault = faultOfCall(end < 0 ? rest : words.slice(i + 1, end))
      if (fault !== null) faults.push(fault)
    }
  }
  return faults.map((fault) => `${line}: ${fault}`)
}

/** A file or folder of this repository, as prose names it. */
const pathPattern = /^(?:\.\/)?((?:src-main|src-renderer|setup|bench|e2e|docs|resources)\/[\w./@+-]*)$/

describe.each(pages.map((page) => [page.file, page] as const))('%s', (_, page) => {
  it('links to existing files and headings', () => {
    const dead = linksOf(page).filter(
      ({ file, anchor }) =>
        file !== null &&
        (!existsSync(file) || (anchor !== null && file.endsWith('.md') && !anchorsOf(readPage(file)).has(anchor))),
    )
    expect(dead.map(({ href }) => href)).toEqual([])
  })

  it('names existing files', () => {
    const named = codeOf(page).flatMap((line) => line.split(/\s+/).flatMap((word) => pathPattern.exec(word)?.[1] ?? []))
    expect(named.filter((file) => !/\bNAME\b/.test(file) && !existsSync(file))).toEqual([])
  })

  it('names existing scripts, suites, commands and options', () => expect(codeOf(page).flatMap(faultsOf)).toEqual([]))
})

it('the security page quotes titles of existing tests', () => {
  const tests = readFileSync('e2e/security.spec.ts', 'utf8')
  const quoted = [...readFileSync('docs/reference/security.md', 'utf8').matchAll(/"([^"\n]+?)…?"/g)].map(
    ([, title]) => title,
  )
  expect(quoted.length).toBeGreaterThan(5)
  expect(quoted.filter((title = '') => !tests.includes(title))).toEqual([])
})

describe('wrong invocations in the documentation', () => {
  it.each([
    ['npx mcnn runs lst', /runs has no command lst/],
    ['npx mcnn train --epoch 3', /train has no option --epoch/],
    ['npm run bnch -- --json', /no script bnch/],
    ['npm test -- unti', /no suite unti/],
    ['for s in 1 2; do npx mcnn train --nme exp; done', /train has no option --nme/],
  ])('are found in "%s"', (line, fault) => expect(faultsOf(line).join()).toMatch(fault))
})

describe('lengths', () => {
  it.each([
    ['README.md', 6],
    ['CONTRIBUTING.md', 4],
  ])('%s has at most %i KB', (file, most) => expect(readFileSync(file).length).toBeLessThanOrEqual(most * 1024))

  it('no page takes more than five minutes to read', () =>
    expect(
      pages
        .filter(({ file }) => !generatedPages.includes(file))
        .flatMap((page) => (wordsOf(page) > 800 ? [`${page.file}: ${wordsOf(page)} words`] : [])),
    ).toEqual([]))
})

it('README names the two commands', () => {
  const lines = codeOf(readPage('README.md'))
  expect(lines).toContain('npm start')
  expect(lines).toContain('npm test')
})

it('every page can be reached from README', () => {
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file) || !file.endsWith('.md')) return
    reached.add(file)
    for (const link of linksOf(readPage(file))) if (link.file !== null) visit(link.file)
  }
  visit('README.md')
  expect(pages.map(({ file }) => file).filter((file) => !reached.has(file))).toEqual([])
})

describe('reference', () => {
  it('gives a reason for every dependency, and for no other package', () => {
    const cells = [...readPage('docs/reference/dependencies.md').text.matchAll(/^\| (.*?) \|/gm)].map(
      ([, cell = '']) => cell,
    )
    const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    const { dependencies, devDependencies, optionalDependencies } = packageJson
    const needed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    )
    expect(listed.filter((name) => name !== '@types/*').sort()).toEqual(needed.sort())
  })

  it('describes every event once', () => {
    const listed = [...readPage('docs/reference/events.md').text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)
    expect(listed.sort()).toEqual([...eventNames].sort())
  })
})
