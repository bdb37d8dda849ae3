/** The Markdown pages of this repository, as GitHub reads them. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import GithubSlugger from 'github-slugger'
import { marked, type MarkedToken, type Token } from 'marked'

export interface Page {
  /** Relative to the repository's root. */
  file: string
  text: string
  tokens: Token[]
}

/** Written by docs/tests/generated.test.ts; they may be long. */
export const generatedPages = [
  'docs/reference/command-line.md',
  'docs/reference/glossary.md',
  'docs/reference/dependency-graph.md',
]

export function readPage(file: string): Page {
  const text = readFileSync(file, 'utf8')
  return { file, text, tokens: marked.lexer(text) }
}

export const pages: readonly Page[] = globSync(['README.md', 'CONTRIBUTING.md', 'bench/README.md', 'docs/**/*.md'])
  .sort()
  .map(readPage)

function tokensOf<T extends MarkedToken['type']>(page: Page, type: T): Extract<MarkedToken, { type: T }>[] {
  const found: Extract<MarkedToken, { type: T }>[] = []
  void marked.walkTokens(page.tokens, (token) => {
    if (token.type === type) found.push(token as Extract<MarkedToken, { type: T }>)
  })
  return found
}

/** Returns the anchors of a page's headings. */
export function anchorsOf(page: Page): Set<string> {
  const slugger = new GithubSlugger()
  return new Set(tokensOf(page, 'heading').map(({ text }) => slugger.slug(text.replaceAll('`', ''))))
}

interface Link {
  href: string
  /** Relative to the repository's root; null for an address outside of it. */
  file: string | null
  anchor: string | null
}

/** Returns all links and pictures of a page. */
export function linksOf(page: Page): Link[] {
  return [...tokensOf(page, 'link'), ...tokensOf(page, 'image')].map(({ href }) => {
    if (/^[a-z]+:/.test(href)) return { href, file: null, anchor: null }
    const [target = '', anchor = null] = href.split('#', 2)
    return { href, file: target === '' ? page.file : path.join(path.dirname(page.file), target), anchor }
  })
}

/** Returns the lines of a page's shell blocks and its inline code, without comments. */
export function codeOf(page: Page): string[] {
  const blocks = tokensOf(page, 'code')
    .filter(({ lang }) => lang === 'sh')
    .flatMap(({ text }) => text.split('\n'))
  return [...blocks, ...tokensOf(page, 'codespan').map(({ text }) => text)]
    .map((line) => line.replace(/(^|\s)#(\s|!).*$/, '').trim())
    .filter((line) => line !== '')
}

/** Returns the words of a page outside of code blocks and drawn tables. */
export function wordsOf(page: Page): number {
  return page.text
    .replace(/^```.*?^```|<!-- bench .*<!-- \/bench -->/gms, '')
    .split(/\s+/)
    .filter((word) => /\p{L}|\p{N}/u.test(word)).length
}
