/** Width on a terminal: East Asian wide characters and emoji take two columns, combining marks none. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (/\p{Mn}|\p{Me}/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}

/** Cut to a width, with `…` where something is missing. */
export const fitText = (text: string, most: number): string => {
  if (widthOf(text) <= most) return text
  let cut = ''
  for (const character of text) {
    if (widthOf(cut) + widthOf(character) > most - 1) break
    cut += character
  }
  return `${cut}…`
}

/** Rows under headings. Columns named in `right` are set flush right; a cell longer than `most` is cut. */
export function showTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  most = 44,
): readonly string[] {
  const all = [headings, ...rows].map((row) => row.map((cell) => fitText(cell, most)))
  const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => {
        const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))
        return right.includes(column) ? room + cell : cell + room
      })
      .join('  ')
      .trimEnd(),
  )
}
