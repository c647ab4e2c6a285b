import { nameRules } from '../files/names.ts'
import type { CloudState } from '../serve/state.ts'
import { isSince } from '../version.ts'

/** What a server says of itself (facts 4.2, 4.4, 4.6). */
export function capabilities(state: CloudState, from?: string): object {
  const [major, minor, micro] = state.version
  const { settings, version } = state
  return {
    version: { major, minor, micro, string: version.join('.'), edition: '', extendedSupport: false },
    capabilities: {
      core: { pollinterval: 60, 'webdav-root': 'remote.php/webdav' },
      bruteforce: { delay: Math.round(state.bruteForce.delay(state.now(), from)), 'allow-listed': false },
      dav: {
        chunking: '1.0',
        // 24 has the endpoint and hides it.
        ...(isSince(version, '25') && settings.bulkUpload === 'yes' && { bulkupload: '1.0' }),
        'absence-supported': isSince(version, '30'),
      },
      files: filesPart(state),
      files_sharing: sharingPart(state),
      password_policy: {
        minLength: settings.passwordLength,
        enforceNonCommonPassword: true,
        enforceNumericCharacters: false,
        enforceSpecialCharacters: false,
        enforceUpperLowerCase: false,
      },
      provisioning_api: { version: '1.12.0', AccountPropertyScopesVersion: 2 },
      ...(settings.teamFolders === 'yes' && { groupfolders: { hasGroupFolders: state.teams.size > 0, appVersion: '20.1.0' } }),
      theming: { name: 'Nextcloud' },
    },
  }
}

function filesPart(state: CloudState): object {
  const { version } = state
  const rules = nameRules(state)
  return {
    bigfilechunking: true,
    blacklisted_files: rules.names,
    undelete: true,
    versioning: true,
    ...(isSince(version, '30') && {
      forbidden_filenames: rules.names,
      forbidden_filename_basenames: rules.basenames,
      forbidden_filename_characters: rules.characters,
      forbidden_filename_extensions: rules.extensions,
    }),
    ...(isSince(version, '31') && {
      windows_compatible_filenames: state.settings.windowsCompatibleNames === 'yes',
      chunked_upload: { max_size: 100 * 1024 * 1024, max_parallel_count: 5 },
    }),
  }
}

function sharingPart({ settings }: CloudState): object {
  const enforced = settings.linkPasswordEnforced === 'yes'
  const expiry = (days: number, isEnforced: 'yes' | 'no') =>
    days > 0 ? { enabled: true, days, enforced: isEnforced === 'yes' } : { enabled: false }
  const links = {
    enabled: true,
    password: { enforced, askForOptionalPassword: false },
    expire_date: expiry(settings.linkDays, settings.linkDaysEnforced),
    expire_date_internal: expiry(settings.insideDays, settings.insideDaysEnforced),
    multiple_links: true,
    upload: true,
  }
  return {
    api_enabled: true,
    public: settings.links === 'yes' ? links : { enabled: false },
    user: { send_mail: settings.mail === 'yes', expire_date: { enabled: true } },
    group: { enabled: true, expire_date: { enabled: true } },
    group_sharing: true,
    resharing: true,
    default_permissions: 31,
    sharebymail: {
      enabled: settings.mail === 'yes',
      send_password_by_mail: true,
      password: { enabled: true, enforced },
      expire_date: { enabled: true },
    },
    sharee: { query_lookup_default: false, always_show_unique: true },
  }
}
