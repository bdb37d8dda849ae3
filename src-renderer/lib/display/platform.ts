/** Whether this is a Mac, where shortcuts use Cmd. */
export const mac = navigator.userAgent.includes('Macintosh')
