/** Copies text; resolves to whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The shell grants no permissions, the clipboard's included; copying a selection needs none.
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'sr'
    const host = document.querySelector('dialog[open]') ?? document.body
    host.append(area)
    const focused = document.activeElement
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    if (focused instanceof HTMLElement) focused.focus()
    return copied
  }
}
