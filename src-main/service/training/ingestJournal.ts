/**
 * Writes the lines of a run's journal to the history, each exactly once. One transaction writes the rows and the cursor
 * after them, so that no process can end in between.
 */
import { messageOf } from '../../contract/errors'
import type { StoredMessage } from '../../contract/trainer/messages'
import { isDamage, isDiskProblem } from '../../history/files/database'
import type { RunRecord } from '../../history/runs/runs'
import { afterMessage, type Reached } from '../../journal/progress'
import { readJournal, unread, withValues } from '../../journal/reader'
import type { Context } from '../app/context'
import { runDir } from '../storage/dataDir'
import { announceMessage, applyMessage, type RunEnd } from './applyMessage'

type Here = Pick<Context, 'history' | 'paths' | 'emit'>
type Run = Pick<RunRecord, 'key' | 'summary'>

export interface Ingested {
  messages: StoredMessage[]
  /** Why a line could not be written, as a sentence. The line is skipped, and those after it are not read yet. */
  problem: string | null
}

/**
 * Ingests all complete lines that are new.
 * @param onEnd writes the run's end to the history, within the transaction
 * @throws errors of the disk and of a corrupt history; what was not committed is ingested the next time
 */
export function ingestJournal(here: Here, run: Run, onEnd: (end: RunEnd) => void): Ingested {
  const all: Ingested = { messages: [], problem: null }
  for (let ended = 0; ;) {
    const some = here.history.transaction(() => ingestSome(here, run, ended, onEnd))
    for (const message of some.messages) announceMessage(here, run, message)
    all.messages.push(...some.messages)
    all.problem = some.problem
    ended = some.ended
    if (some.isLast || some.problem !== null) return all
  }
}

/**
 * Ingests the new lines, but skips each line that cannot be written.
 * @returns why lines were skipped, one sentence each
 */
export function ingestReadable(here: Here, run: Run, onEnd: (end: RunEnd) => void): string[] {
  const problems: string[] = []
  for (;;) {
    const { problem } = ingestJournal(here, run, onEnd)
    if (problem === null) return problems
    problems.push(problem)
  }
}

/** @param ended the attempt that has ended, 0 if none has: its later lines, such as a reply, are void */
function ingestSome(
  { history, paths }: Here,
  run: Run,
  ended: number,
  onEnd: (end: RunEnd) => void,
): Ingested & { ended: number; isLast: boolean } {
  const folder = runDir(paths, run.summary.id)
  const messages: StoredMessage[] = []
  let reached = reachedOf(history, run)
  const entries = readJournal(folder, history.journals.get(run.key) ?? unread)
  for (const entry of entries) {
    try {
      if (entry.next.attempt === ended) {
        history.journals.put(run.key, entry.next)
        continue
      }
      const { message } = entry
      if (message === null) throw new Error(entry.problem ?? '')
      const then = afterMessage(reached, message)
      if (then === null) throw new Error(outOfOrder(message, reached))
      // A savepoint: a line that cannot be stored leaves no rows.
      history.transaction(() => {
        const end = applyMessage({ history, paths }, run, withValues(folder, { ...entry, message }), entry.at)
        if (!end) return
        onEnd(end)
        ended = entry.next.attempt
      })
      reached = then
      messages.push(message)
      history.journals.put(run.key, entry.next)
    } catch (thrown) {
      if (isDiskProblem(thrown) || isDamage(thrown)) throw thrown
      // Skip the line: a later attempt must not read it again.
      history.journals.put(run.key, entry.next)
      return {
        messages,
        ended,
        isLast: false,
        problem: `A message of the trainer could not be stored: ${messageOf(thrown)}`,
      }
    }
  }
  return { messages, ended, isLast: entries.length === 0, problem: null }
}

function reachedOf(history: Context['history'], { key, summary }: Run): Reached {
  return { epochs: history.runs.get(summary.id)?.summary.epochsDone ?? 0, step: history.metrics.lastStep(key) }
}

function outOfOrder(message: StoredMessage, { epochs, step }: Reached): string {
  if (message.type === 'epoch') return `epoch ${message.metrics.epoch} can't follow epoch ${epochs}.`
  return `${message.type} can't follow epoch ${epochs} and step ${step}.`
}
