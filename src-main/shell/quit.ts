import { dialog, type BrowserWindow } from 'electron'
import type { Training, WorkKind } from './service/training'

/** What becomes of the program when its window closes. */
export type Closing = 'quit' | 'background' | 'stay'

const works: Record<WorkKind, string> = {
  verify: 'a verification',
  export: 'an export',
  import: 'an import',
  report: 'a report',
}

/** Asks what to do while something trains or other work goes on; 'quit' without asking where nothing does. */
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
  const waiting = queued === 0 ? '' : queued === 1 ? ' One more run is waiting.' : ` ${queued} more runs are waiting.`
  const also =
    others.length === 0
      ? ''
      : ` What goes on beside it (${others.map((kind) => works[kind]).join(', ')}) ends unfinished.`
  return {
    message: 'Quit while a run trains?',
    detail: `${held === 1 ? 'A run is' : `${held} runs are`} training.${waiting} Quitting keeps where it stands: it goes on from there when you resume it.${also} In the background, training goes on without a window; starting the program again brings the window back.`,
    buttons: ['Keep where it stands and quit', 'Train in the background', 'Cancel'],
  }
}

function whileWorking({ works: others }: Pick<Training, 'works'>): Question {
  return {
    message: `Quit while ${others.map((kind) => works[kind]).join(' and ')} ${others.length === 1 ? 'goes' : 'go'} on?`,
    detail:
      'Quitting ends it, and nothing of it is kept. In the background it goes on without a window, and the program ends when it is done; starting the program again brings the window back.',
    buttons: ['End it and quit', 'Go on in the background', 'Cancel'],
  }
}
