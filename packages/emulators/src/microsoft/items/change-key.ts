/** What Outlook counts up with each change of an item; the etag repeats it. */
export const changeKeyFor = (serial: number, change: number): string => Buffer.from(`DwAAAB${serial}.${change}.....`).toString('base64')
