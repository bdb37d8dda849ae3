/** Sends events to the window in batches. */
import type { EventName } from '../../contract/events'
import type { SentEvent } from '../../contract/wire'

/** Most events of a message: handling more would be a long task of the page. */
const mostPerMessage = 100

/**
 * Collects the events of one turn of the event loop: each message is a task of the page and updates its content, and
 * thousands of runs may change at once.
 */
export class EventBatches {
  readonly #send: (events: SentEvent[]) => void
  #waiting: SentEvent[] = []

  constructor(send: (events: SentEvent[]) => void) {
    this.#send = send
  }

  add(event: EventName, payload: unknown): void {
    if (this.#waiting.push([event, payload]) === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    const events = this.#waiting
    this.#waiting = []
    for (let at = 0; at < events.length; at += mostPerMessage) this.#send(events.slice(at, at + mostPerMessage))
  }
}
