import { expect, it } from 'vitest'
import type { SentEvent } from '../../contract/wire'
import { EventBatches } from './eventBatches'

it('sends the events of one turn in few messages, in order', async () => {
  const messages: SentEvent[][] = []
  const batches = new EventBatches((events) => messages.push(events))
  for (let i = 0; i < 250; i++) batches.add('study.changed', { studyId: String(i) })
  expect(messages).toEqual([])
  await expect.poll(() => messages.map(({ length }) => length)).toEqual([100, 100, 50])
  expect(messages.flat().map(([, payload]) => payload)).toEqual(
    Array.from({ length: 250 }, (_, i) => ({ studyId: String(i) })),
  )
  batches.add('queue.changed', {})
  await expect.poll(() => messages.at(-1)).toEqual([['queue.changed', {}]])
})
