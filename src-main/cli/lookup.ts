/** Finds runs and studies for all commands: an ambiguous text is rejected with its candidates. */
import { dateTime } from '../analysis/text/time'
import { WorkbenchError } from '../contract/errors'
import type { RunSummary } from '../contract/runs/runs'
import type { StudySummary } from '../contract/studies/studies'
import type { RunRow } from '../contract/runs/rows'
import type { Service } from './client'
import { runName } from './output/progress'

interface Candidate {
  id: string
  /** The name that a user can type; null if there is none. */
  name: string | null
  /** Description in a list of candidates. */
  label: string
  createdAt: string
}

interface Kind {
  singular: string
  plural: string
  /** How to list all of this kind. */
  fix: string
}

const study: Kind = { singular: 'study', plural: 'studies', fix: '`mcnn study list` shows them.' }
const run: Kind = { singular: 'run', plural: 'runs', fix: '`mcnn runs list` shows them.' }
const trashedRun: Kind = {
  singular: 'run in the trash',
  plural: 'runs in the trash',
  fix: '`mcnn runs list --query is:trashed` shows them.',
}
const anyRun: Kind = { ...run, fix: '`mcnn runs list` shows them, and with --query is:trashed those in the trash.' }

/** Marks an id, so that it is not read as a name. */
const idPrefix = 'id:'
const mostListed = 10

/**
 * Returns a study by its id, its name or the beginning of its id.
 * @throws WorkbenchError not-found, or bad-input with the candidates if the text is ambiguous
 */
export async function findStudy(service: Service, text: string): Promise<StudySummary> {
  return findOne(study, text, await service.call('studies.list', {}), ofStudy)
}

/**
 * Returns the study of that name; null if there is none.
 * @throws WorkbenchError bad-input with the candidates if there are several
 */
export async function findStudyNamed(service: Service, name: string): Promise<StudySummary | null> {
  const named = (await service.call('studies.list', {})).filter((one) => one.name === name.trim())
  if (named.length > 1)
    throw ambiguous(study, `have the name ${JSON.stringify(name)}`, named.map(ofStudy), 'Choose another --name.')
  return named[0] ?? null
}

/** Returns a run by its id or the beginning of it. @throws WorkbenchError as `findStudy` does */
export async function findRun(service: Service, text: string): Promise<RunSummary> {
  return findOne(run, text, await service.call('runs.list', {}), ofRun)
}

/** Returns a run in the trash by its id or the beginning of it. */
export async function findTrashedRun(service: Service, text: string): Promise<RunSummary> {
  return findOne(trashedRun, text, await matchingRuns(service, 'is:trashed'), ofRun)
}

/** Returns any run, including those in the trash, by its id or the beginning of it. */
export async function findAnyRun(service: Service, text: string): Promise<RunSummary> {
  return findOne(
    anyRun,
    text,
    [...(await service.call('runs.list', {})), ...(await matchingRuns(service, 'is:trashed'))],
    ofRun,
  )
}

/** Returns the runs that match a query, with tags and notes, page by page. */
export async function matchingRuns(service: Service, query: string): Promise<RunRow[]> {
  const limit = 500
  const found: RunRow[] = []
  for (let rows = Infinity; found.length < rows;) {
    const list = await service.call('runs.query', { query, offset: found.length, limit })
    found.push(...list.part.filter((row) => row.kind === 'run'))
    rows = list.part.length === 0 ? 0 : list.rows
  }
  return found
}

function ofStudy({ id, name, createdAt }: StudySummary): Candidate {
  return { id, name, label: JSON.stringify(name), createdAt }
}

function ofRun(one: RunSummary): Candidate {
  return { id: one.id, name: null, label: runName(one), createdAt: one.createdAt }
}

/**
 * Finds one item. Exact ids and names take precedence over beginnings of ids; `id:…` is always an id. @param of returns
 * a candidate's id, name and label
 */
function findOne<T>(kind: Kind, text: string, all: readonly T[], of: (one: T) => Candidate): T {
  const byId = text.startsWith(idPrefix) ? all.find((one) => of(one).id === text.slice(idPrefix.length)) : undefined
  if (byId !== undefined) return byId
  const exact = all.filter((one) => of(one).id === text || of(one).name === text)
  const matches = exact.length > 0 || text === '' ? exact : all.filter((one) => of(one).id.startsWith(text))
  const [only] = matches
  if (only === undefined)
    throw new WorkbenchError('not-found', `There is no ${kind.singular} ${JSON.stringify(text)}.`, { fix: kind.fix })
  if (matches.length === 1) return only
  const how = `${exact.length > 0 ? 'have the id or name' : 'have an id that begins with'} ${JSON.stringify(text)}`
  throw ambiguous(
    kind,
    how,
    matches.map(of),
    exact.length > 0 ? `Give an id, such as ${idPrefix}${of(only).id}.` : 'Type more of the id.',
  )
}

function ambiguous({ plural }: Kind, how: string, matches: readonly Candidate[], fix: string): WorkbenchError {
  const listed = matches
    .slice(0, mostListed)
    .map(({ id, label, createdAt }) => `${id} (${label}, created ${dateTime(createdAt)})`)
  const more = matches.length - listed.length
  return new WorkbenchError(
    'bad-input',
    `${matches.length} ${plural} ${how}: ${listed.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    { fix },
  )
}
