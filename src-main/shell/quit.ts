import { dialog, type BrowserWindow } from 'electron'
import type { Training } from './training'

/** What becomes of the program when its window closes. */
export type Closing = 'quit' | 'background' | 'stay'

/** Asks what to do while something trains; 'quit' without asking where nothing does. */
export async function askClosing(window: BrowserWindow, training: Pick<Training, 'held' | 'queued'>): Promise<Closing> {
  if (training.held === 0) return 'quit'
  const queued = training.queued === 0 ? '' : training.queued === 1 ? ' One more run is waiting.' : ` ${training.queued} more runs are waiting.`
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Quit while a run trains?',
    detail: `${training.held === 1 ? 'A run is' : `${training.held} runs are`} training.${queued} Quitting keeps where it stands: it goes on from there when you resume it. In the background, training goes on without a window; starting the program again brings the window back.`,
    buttons: ['Keep where it stands and quit', 'Train in the background', 'Cancel'],
    defaultId: 1,
    cancelId: 2,
    noLink: true,
  })
  return (['quit', 'background', 'stay'] as const)[response] ?? 'stay'
}
