/** What `colors.get` has answered since 2012. */
export const EVENT_COLORS: Readonly<Record<string, string>> = {
  '1': '#a4bdfc',
  '2': '#7ae7bf',
  '3': '#dbadff',
  '4': '#ff887c',
  '5': '#fbd75b',
  '6': '#ffb878',
  '7': '#46d6db',
  '8': '#e1e1e1',
  '9': '#5484ed',
  '10': '#51b749',
  '11': '#dc2127',
}

export const CALENDAR_COLORS: Readonly<Record<string, string>> = { '1': '#ac725e', '2': '#d06b64', '14': '#9fe1e7', '16': '#4986e7' }
