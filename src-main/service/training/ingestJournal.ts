/**
 * Brings what a run's journal holds into the history, each line exactly once: the rows and the place behind them are
 * written in one transaction, whichever process ends when.
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
  /** Why a line could not be kept, as a sentence; it is passed over, and what follows it is not read yet. */
  problem: string | null
}

/**
 * Ingests all complete lines that are new.
 * @param onEnd writes the run's end to the history, within the transaction
 * @throws errors of the disk and of a corrupt history; what was not committed is ingested the next time
 */
export function ingestJournal(here: Here, run: Run, onEnd: (end: RunEnd) => void): Ingested {
  const all: Ingested = { messages: [], problem: null }
  for (;;) {
    const { messages, problem } = here.history.transaction(() => ingestSome(here, run, onEnd))
    for (const message of messages) announceMessage(here, run, message)
    all.messages.push(...messages)
    all.problem = problem
    if (messages.length === 0 || problem !== null) return all
  }
}

function ingestSome({ history, paths }: Here, run: Run, onEnd: (end: RunEnd) => void): Ingested {
  const folder = runDir(paths, run.summary.id)
  const messages: StoredMessage[] = []
  let reached = reachedOf(history, run)
  for (const entry of readJournal(folder, history.journals.get(run.key) ?? unread)) {
    try {
      const { message } = entry
      if (message === null) throw new Error(entry.problem ?? '')
      const then = afterMessage(reached, message)
      if (then === null) throw new Error(outOfOrder(message, reached))
      // A transaction in the transaction: of a line that can't be kept, nothing is.
      history.transaction(() => {
        const end = applyMessage({ history, paths }, run, withValues(folder, { ...entry, message }), entry.at)
        if (end) onEnd(end)
      })
      reached = then
      messages.push(message)
      history.journals.put(run.key, entry.next)
    } catch (thrown) {
      if (isDiskProblem(thrown) || isDamage(thrown)) throw thrown
      // Behind it: a later attempt must not meet the same line again.
      history.journals.put(run.key, entry.next)
      return { messages, problem: `What the trainer wrote can’t be kept: ${messageOf(thrown)}` }
    }
  }
  return { messages, problem: null }
}

function reachedOf(history: Context['history'], { key, summary }: Run): Reached {
  return { epochs: history.runs.get(summary.id)?.summary.epochsDone ?? 0, step: history.metrics.lastStep(key) }
}

function outOfOrder(message: StoredMessage, { epochs, step }: Reached): string {
  if (message.type === 'epoch') return `epoch ${message.metrics.epoch} can't follow epoch ${epochs}.`
  return `${message.type} can't follow epoch ${epochs} and step ${step}.`
}
