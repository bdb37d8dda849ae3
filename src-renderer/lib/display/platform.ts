/** Whether this is a Mac, where commands are given with Cmd. */
export const mac = navigator.userAgent.includes('Macintosh')
