import { dialog, type BrowserWindow } from 'electron'
import type { Training } from './training'

/** Asks whether to quit while something trains; true without asking where nothing does. */
export async function mayQuit(window: BrowserWindow, training: Pick<Training, 'held' | 'queued'>): Promise<boolean> {
  if (training.held === 0) return true
  const queued = training.queued === 0 ? '' : training.queued === 1 ? ' One more run is waiting.' : ` ${training.queued} more runs are waiting.`
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Quit while a run trains?',
    detail: `${training.held === 1 ? 'A run is' : `${training.held} runs are`} training.${queued} What has been measured is kept, and it goes on from where it stands when you resume it.`,
    buttons: ['Keep where it stands and quit', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
