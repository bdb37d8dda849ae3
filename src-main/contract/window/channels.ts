/** Electron IPC channel names between a window and the shell. Imports nothing: the preload bundles this file. */
export const callChannel = 'workbench:call'
export const eventChannel = 'workbench:event'
