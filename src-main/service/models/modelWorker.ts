/** Entry of the model thread, which loads networks of finished runs, exports them and classifies images. */
import { parentPort } from 'node:worker_threads'
import { toErrorValue } from '../../contract/errors'
import { doModelJob } from './modelJobs'
import type { ModelAnswer, ModelQuestion } from './modelThread'

parentPort?.on('message', ({ id, job }: ModelQuestion) => {
  doModelJob(job).then(
    (value) => send({ id, value }),
    (thrown: unknown) => send({ id, error: toErrorValue(thrown) }),
  )
})

function send(message: ModelAnswer): void {
  parentPort?.postMessage(message)
}
