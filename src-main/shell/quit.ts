import { dialog, type BrowserWindow } from 'electron'
import type { Training, WorkKind } from './service/training'

/** What happens to the program when its window closes. */
export type Closing = 'quit' | 'background' | 'stay'

const works: Record<WorkKind, string> = {
  verify: 'a verification',
  export: 'an export',
  import: 'an import',
  report: 'a report',
}

/** Asks what to do while runs or background tasks are active; returns 'quit' without asking if there are none. */
export async function askClosing(
  window: BrowserWindow,
  training: Pick<Training, 'held' | 'queued' | 'works'>,
): Promise<Closing> {
  if (training.held === 0 && training.works.length === 0) return 'quit'
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    ...(training.held > 0 ? whileTraining(training) : whileWorking(training)),
    defaultId: 1,
    cancelId: 2,
    noLink: true,
  })
  return (['quit', 'background', 'stay'] as const)[response] ?? 'stay'
}

type Question = Pick<Electron.MessageBoxOptions, 'message' | 'detail'> & { buttons: string[] }

function whileTraining({ held, queued, works: others }: Pick<Training, 'held' | 'queued' | 'works'>): Question {
  const waiting = queued === 0 ? '' : queued === 1 ? ' One more run is queued.' : ` ${queued} more runs are queued.`
  const also =
    others.length === 0 ? '' : ` Background tasks (${others.map((kind) => works[kind]).join(', ')}) are cancelled.`
  return {
    message: held === 1 ? 'A run is still training' : 'Runs are still training',
    detail: `${held === 1 ? 'A run is' : `${held} runs are`} training.${waiting} Quitting saves a checkpoint; you can resume later.${also} In the background, training continues without a window; start the program again to reopen it.`,
    buttons: ['Save and quit', 'Train in the background', 'Cancel'],
  }
}

function whileWorking({ works: others }: Pick<Training, 'works'>): Question {
  return {
    message: `Quit while ${others.map((kind) => works[kind]).join(' and ')} ${others.length === 1 ? 'is' : 'are'} running?`,
    detail:
      'Quitting cancels it and discards its result. In the background it continues without a window, and the program quits when it is finished; start the program again to reopen the window.',
    buttons: ['Cancel it and quit', 'Continue in the background', 'Cancel'],
  }
}
