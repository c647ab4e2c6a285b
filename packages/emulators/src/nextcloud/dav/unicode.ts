/** Bytes that are no UTF-8 are taken for Latin-1, as sabre does: what is stored is not what was sent. */
export function ensureUnicode(bytes: Buffer): { readonly text: string; readonly transcoded: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), transcoded: false }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), transcoded: true }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that sabre refuses in any property.
export const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/
