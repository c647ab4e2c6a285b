import type { Route } from '../serve/routes.ts'
import { listChanges, startPageToken } from './change-routes.ts'
import * as files from './file-routes.ts'
import { listFiles } from './list-routes.ts'
import * as rights from './right-routes.ts'

const PREFIX = 'https://www.googleapis.com/auth/'
const META = [`${PREFIX}drive.metadata.readonly`, `${PREFIX}drive.readonly`, `${PREFIX}drive`]
/** What it takes to read bytes, and to see shared drives (facts 12, 10). */
const READ = [`${PREFIX}drive.readonly`, `${PREFIX}drive`]

const PERMISSION =
  'allowFileDiscovery,deleted,displayName,domain,emailAddress,expirationTime,id,inheritedPermissionsDisabled,kind,pendingOwner,permissionDetails(inherited,inheritedFrom,permissionType,role),photoLink,role,teamDrivePermissionDetails,type,view'
const USER = 'displayName,emailAddress,kind,me,permissionId,photoLink'
const FILE = `appProperties,capabilities(*),clientEncryptionDetails(*),contentHints(*),contentRestrictions(*),copyRequiresWriterPermission,createdTime,description,downloadRestrictions(*),driveId,explicitlyTrashed,exportLinks(*),fileExtension,folderColorRgb,fullFileExtension,hasAugmentedPermissions,hasThumbnail,headRevisionId,iconLink,id,imageMediaMetadata(*),inheritedPermissionsDisabled,isAppAuthorized,kind,labelInfo(*),lastModifyingUser(${USER}),linkShareMetadata(*),md5Checksum,mimeType,modifiedByMe,modifiedByMeTime,modifiedTime,name,originalFilename,ownedByMe,owners(${USER}),parents,permissionIds,permissions(${PERMISSION}),properties(*),quotaBytesUsed,resourceKey,sha1Checksum,sha256Checksum,shared,sharedWithMeTime,sharingUser(${USER}),shortcutDetails(targetId,targetMimeType,targetResourceKey),size,spaces,starred,teamDriveId,thumbnailLink,thumbnailVersion,trashed,trashedTime,trashingUser(${USER}),version,videoMediaMetadata(*),viewedByMe,viewedByMeTime,viewersCanCopyContent,webContentLink,webViewLink,writersCanShare`
const DRIVE =
  'backgroundImageFile(*),backgroundImageLink,capabilities(*),colorRgb,createdTime,hidden,id,kind,name,orgUnitId,restrictions(*),themeId'
const CHANGE = `changeType,drive(${DRIVE}),driveId,file(${FILE}),fileId,kind,removed,teamDrive,teamDriveId,time,type`
const REVISION = `exportLinks(*),id,keepForever,kind,lastModifyingUser(${USER}),md5Checksum,mimeType,modifiedTime,originalFilename,publishAuto,published,publishedLink,publishedOutsideDomain,size`
const BRIEF = 'kind,id,name,mimeType,resourceKey'
const SUPPORTS = ['supportsAllDrives', 'supportsTeamDrives']
const LABELS = ['includeLabels', 'includePermissionsForView']

const route = (method: string, path: string, facts: Omit<Route, 'method' | 'path' | 'api' | 'scopes'> & Partial<Route>): Route => ({
  method,
  api: 'drive',
  path: `/drive/v3/${path}`,
  scopes: META,
  ...facts,
})

/** An address that an answer has told, on another host of Google's. */
const told = (method: string, path: string, facts: Pick<Route, 'parameters' | 'answer'>): Route => ({
  ...route(method, '', { ...facts, fields: '*', scopes: READ, told: true }),
  path,
})

export const DRIVE_ROUTES: readonly Route[] = [
  route('about.get', 'about', {
    parameters: [],
    fields: 'appInstalled,canCreateDrives,exportFormats,importFormats,kind,maxImportSizes,maxUploadSize,storageQuota(*),user(*)',
    answer: rights.getAbout,
  }),
  route('files.list', 'files', {
    parameters: [
      'corpora',
      'corpus',
      'driveId',
      'includeItemsFromAllDrives',
      'includeTeamDriveItems',
      'orderBy',
      'pageSize',
      'pageToken',
      'q',
      'spaces',
      'teamDriveId',
      ...SUPPORTS,
      ...LABELS,
    ],
    fields: `files(${FILE}),incompleteSearch,kind,nextPageToken`,
    usual: `files(${BRIEF}),incompleteSearch,kind,nextPageToken`,
    answer: listFiles,
  }),
  route('files.get', 'files/{file}', {
    parameters: ['acknowledgeAbuse', ...SUPPORTS, ...LABELS],
    fields: FILE,
    usual: BRIEF,
    scopes: META,
    counted: (query) => (files.isMedia(query) ? 'files.media' : 'files.get'),
    answer: files.getFile,
  }),
  route('files.export', 'files/{file}/export', { parameters: ['mimeType'], fields: '*', scopes: READ, answer: files.exportFile }),
  route('files.download', 'files/{file}/download', {
    parameters: ['mimeType', 'revisionId'],
    fields: 'done,error(*),metadata(*),name,response(*)',
    scopes: READ,
    verb: 'POST',
    answer: files.downloadFile,
  }),
  route('operations.get', 'operations/{operation}', {
    parameters: [],
    fields: 'done,error(*),metadata(*),name,response(*)',
    scopes: READ,
    answer: files.getOperation,
  }),
  route('permissions.list', 'files/{file}/permissions', {
    parameters: ['includePermissionsForView', 'pageSize', 'pageToken', 'useDomainAdminAccess', ...SUPPORTS],
    fields: `kind,nextPageToken,permissions(${PERMISSION})`,
    usual: 'kind,nextPageToken,permissions(id,kind,role,type)',
    answer: rights.listPermissions,
  }),
  route('revisions.list', 'files/{file}/revisions', {
    parameters: ['pageSize', 'pageToken'],
    fields: `kind,nextPageToken,revisions(${REVISION})`,
    usual: 'kind,nextPageToken,revisions(id,kind,mimeType,modifiedTime)',
    answer: rights.listRevisions,
  }),
  route('revisions.get', 'files/{file}/revisions/{revision}', {
    parameters: ['acknowledgeAbuse'],
    fields: REVISION,
    usual: 'id,kind,mimeType,modifiedTime',
    counted: (query) => (files.isMedia(query) ? 'revisions.media' : 'revisions.get'),
    answer: rights.getRevision,
  }),
  route('changes.getStartPageToken', 'changes/startPageToken', {
    parameters: ['driveId', 'teamDriveId', ...SUPPORTS],
    fields: 'kind,startPageToken',
    answer: startPageToken,
  }),
  route('changes.list', 'changes', {
    parameters: [
      'driveId',
      'includeCorpusRemovals',
      'includeItemsFromAllDrives',
      'includeRemoved',
      'includeTeamDriveItems',
      'pageSize',
      'pageToken',
      'restrictToMyDrive',
      'spaces',
      'teamDriveId',
      ...SUPPORTS,
      ...LABELS,
    ],
    fields: `changes(${CHANGE}),kind,newStartPageToken,nextPageToken`,
    usual: `changes(changeType,driveId,file(${BRIEF}),fileId,kind,removed,time,type),kind,newStartPageToken,nextPageToken`,
    answer: listChanges,
  }),
  route('drives.list', 'drives', {
    parameters: ['pageSize', 'pageToken', 'q', 'useDomainAdminAccess'],
    fields: `drives(${DRIVE}),kind,nextPageToken`,
    usual: 'drives(id,kind,name),kind,nextPageToken',
    scopes: READ,
    answer: rights.listDrives,
  }),
  route('drives.get', 'drives/{drive}', {
    parameters: ['useDomainAdminAccess'],
    fields: DRIVE,
    usual: 'id,kind,name',
    scopes: READ,
    answer: rights.getDrive,
  }),
  told('files.exportLink', '/feeds/download/documents/export/Export', {
    parameters: ['id', 'exportFormat', 'resourcekey'],
    answer: files.exportByLink,
  }),
  told('operations.download', '/download/drive/operations/{operation}', { parameters: [], answer: files.operationRedirect }),
  told('operations.result', '/download/drive/results/{operation}', { parameters: [], answer: files.operationResult }),
]
