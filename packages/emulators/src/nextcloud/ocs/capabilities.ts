import { WINDOWS_CHARACTERS, WINDOWS_NAMES } from '../files/names.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'

/** What a server says of itself (facts 4.2, 4.4, 4.6). */
export function capabilities(state: CloudState): object {
  const [major, minor, micro] = state.version
  const text = state.version.join('.')
  const isWindows = state.settings.windowsCompatibleNames === 'yes' && isSince(state.version, '31')
  return {
    version: { major, minor, micro, string: text, edition: '', extendedSupport: false },
    capabilities: {
      core: { pollinterval: 60, 'webdav-root': 'remote.php/webdav' },
      bruteforce: { delay: Math.round(state.bruteForce.delay(state.now())), 'allow-listed': false },
      dav: {
        chunking: '1.0',
        ...(isSince(state.version, '25') && { bulkupload: '1.0' }),
        'absence-supported': isSince(state.version, '30'),
      },
      files: {
        bigfilechunking: true,
        blacklisted_files: ['.htaccess'],
        ...(isSince(state.version, '30') && {
          forbidden_filenames: ['.htaccess'],
          forbidden_filename_basenames: isWindows ? WINDOWS_NAMES : [],
          forbidden_filename_characters: isWindows ? WINDOWS_CHARACTERS : ['\\', '/'],
          forbidden_filename_extensions: isWindows ? [' ', '.', '.filepart', '.part'] : ['.filepart', '.part'],
        }),
      },
      files_sharing: { api_enabled: true, public: { enabled: true }, resharing: true },
      theming: { name: 'Nextcloud' },
    },
  }
}
