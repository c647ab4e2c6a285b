/** What an operator chooses about items, whichever connector they come from. Every field has a stated default. */
export interface Choices {
  readonly calendars?: {
    /**
     * Links to meetings that end with the source (Teams, Meet) are replaced by this address, `{slug}` standing for a stable name of the meeting:
     * `https://meet.example.org/{slug}`. Absent: they stay, and are counted.
     */
    readonly meetingLinks?: string
    /** Entries that only say where somebody works. Default `skip`. */
    readonly workingLocations?: 'skip' | 'keep'
    /** Birthdays that the source makes up from contacts. Default `skip`: the destination makes its own. */
    readonly birthdays?: 'skip' | 'keep'
  }
  readonly contacts?: {
    /** Version of vCard. Default `3.0`, which every server keeps. */
    readonly version?: '3.0' | '4.0'
    /** What groups and distribution lists become. Default `categories`; `apple`: cards of their own as well. */
    readonly groups?: 'categories' | 'apple'
    /** Addresses that the source collected by itself (Google's other contacts), as an address book of their own. Default false. */
    readonly collected?: boolean
    /** Longest side of a photo in pixels; larger ones are made smaller. Default 512. */
    readonly photoPixels?: number
  }
  readonly files?: {
    /** Earlier states of each file that are moved along, the oldest first. Default 0. */
    readonly versions?: number
    /** What documents become that exist only inside the source. Default `odf`; `ooxml`: for OnlyOffice and Microsoft 365. */
    readonly documents?: 'odf' | 'ooxml'
    /** What lies in the bin at the source. Default `skip`. */
    readonly bin?: 'skip' | 'keep'
    /** Files that the source takes for malware, or for abusive, and gives to their owner on request. Default `skip`. */
    readonly suspicious?: 'skip' | 'keep'
    /** Shortcuts: left out and listed, or small files with the address of what they point to. Default `skip`. */
    readonly shortcuts?: 'skip' | 'address'
  }
}
