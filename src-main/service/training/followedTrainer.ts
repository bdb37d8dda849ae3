/** A trainer whose run is not in the history: its listener receives the messages of the journal. */
import { messageOf } from '../../contract/errors'
import type { TrainerMessage } from '../../contract/trainer/messages'
import { JournalFollower } from '../../journal/reader'
import type { TrainerListener } from './trainers'

interface MessageListener extends Pick<TrainerListener, 'broken' | 'closed'> {
  message(message: TrainerMessage): void
  progress?: TrainerListener['progress']
}

/** @param runDir the run's folder, in which the trainer writes its journal */
export function followingJournal(runDir: string, listener: MessageListener): TrainerListener {
  const follower = new JournalFollower(runDir)
  const read = (): void => {
    try {
      for (const message of follower.next()) listener.message(message)
    } catch (thrown) {
      listener.broken(messageOf(thrown))
    }
  }
  return {
    progress: (progress) => listener.progress?.(progress),
    journal: read,
    disk: (error) => listener.broken(error.message),
    broken: (what) => listener.broken(what),
    closed: (end) => {
      read()
      listener.closed(end)
    },
  }
}
