/** What a drive holds at first. */
export interface DriveSeed {
  /** A realistic tree of so many files. Default 0. */
  readonly files?: number
  /** Bytes of a generated file, from and to. Default 1 to 100 kB. */
  readonly sizes?: readonly [number, number]
  /** How many files lie in a folder, about. Default 40. */
  readonly perFolder?: number
  /** Names that have broken migrations before, empty folders, and one of each thing that cannot be copied. */
  readonly hostile?: boolean
  /** Earlier versions of each generated file. Default 0. */
  readonly versions?: number
  /** Shared files and folders, of every sort. */
  readonly shares?: boolean
  /** Office files are rewritten on their way out: their size and hash are not those of the bytes. Default true. */
  readonly lies?: boolean
}

export interface LibrarySeed extends DriveSeed {
  readonly name: string
  /** A library that the site made for itself and people never see. */
  readonly system?: boolean
}

export interface SiteSeed {
  /** Last part of its address: `https://contoso.sharepoint.com/sites/<name>`. */
  readonly name: string
  readonly displayName?: string
  /** Default: one that is called Documents. */
  readonly libraries?: readonly LibrarySeed[]
  /** Locked: every request for what is in it answers 423. */
  readonly locked?: boolean
}

export interface DriveLimits {
  /** Resource units of the application in this tenant. Default 1,250 and 1,200,000. */
  readonly unitsPerMinute?: number
  readonly unitsPerDay?: number
  /** Milliseconds for which a download address is good. Default an hour. */
  readonly addressMs?: number
}

export interface DriveQuirks {
  /** Every nth item of a walk is named twice, first as it stood before. 0: never. Default 7. */
  readonly staleEvery?: number
  /** Every nth page repeats the last item of the page before. 0: never. Default 3. */
  readonly repeatEvery?: number
  /** Every nth folder comes after what is in it. 0: never. Default 4. */
  readonly lateFolderEvery?: number
  /** Every nth answer to a Range request is the whole file, with status 200. 0: never. Default 0. */
  readonly ignoreRangeEvery?: number
  /** What stands behind a 410. Default `resyncChangesApplyDifferences`. */
  readonly resync?: 'resyncChangesApplyDifferences' | 'resyncChangesUploadDifferences'
  /** 410 without a Location. Default false. */
  readonly noLocation?: boolean
  /** Items of a drive carry no hash. Default false. */
  readonly noHashes?: boolean
  /** A token that is sent to a pre-authenticated address. Old programs do that (rclone 1.60), and some nodes pass over it. Default `refused`, with 401. */
  readonly tokenAtDownloads?: 'refused' | 'ignored'
  /** The name under which the address of the bytes comes. Default `@microsoft.graph.downloadUrl`. */
  readonly addressName?: '@microsoft.graph.downloadUrl' | '@content.downloadUrl'
}

export interface FileFacts {
  /** Milliseconds since the Unix epoch, by the clock of whoever made the file. */
  readonly modifiedAt?: number
  readonly createdAt?: number
  readonly mime?: string
  /** Bytes by which the announced size is wrong; its hash is then wrong as well. */
  readonly lie?: number
  readonly noHash?: boolean
  readonly malware?: boolean
  readonly archived?: boolean
}
