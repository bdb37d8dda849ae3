/** Returns the numbers in a list of processors as Linux writes it, such as `0-3,8`. */
export function processorsIn(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? []
    return from === undefined
      ? []
      : Array.from({ length: Math.max(0, Number(to) - Number(from) + 1) }, (_, i) => Number(from) + i)
  })
}
