/** Events on their way to the window. */
import type { EventName } from '../../contract/events'
import type { SentEvent } from '../../contract/wire'

/** A message with more would be a long task of the page. */
const mostPerMessage = 100

/**
 * Collects events of one turn of the event loop: each message is a task of the page, after which it updates what it
 * shows, and thousands of runs may change at once.
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
