import { call } from '../data/client'

/** Copies text; resolves to whether it worked. */
export function copyText(text: string): Promise<boolean> {
  return call('shell.copyText', { text }).then(
    () => true,
    () => false,
  )
}
