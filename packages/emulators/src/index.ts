export * from './authority.ts'
export type { ControlServer } from './control/wishes.ts'
export type { FaultWhen } from './faults/rule.ts'
export type { MailKind, Profile } from './generate/kinds.ts'
export type { Occurrence as TrueOccurrence } from './google/calendar/instances.ts'
export type { AclJson, CalendarEntryJson, EventJson } from './google/calendar/state.ts'
export type { GroupJson, PersonJson } from './google/contacts/book.ts'
export type {
  CalendarControl,
  CalendarTruth as GoogleCalendarTruth,
  EventTruth as GoogleEventTruth,
  NewCalendar as NewGoogleCalendar,
} from './google/control/calendar-control.ts'
export { connectWorkspace, type RemoteWorkspace } from './google/control/connect.ts'
export type { ContactsControl } from './google/control/contacts-control.ts'
export type { DriveAct as GoogleDriveAct } from './google/control/drive-acts.ts'
export type {
  DriveControl as GoogleDriveControl,
  DriveFileTruth as GoogleFileTruth,
  NewDriveFile as NewGoogleFile,
} from './google/control/drive-control.ts'
export type { GmailControl, GmailTruth, LabelTruth, NewGmail } from './google/control/gmail-control.ts'
export { serveWorkspaceControl } from './google/control/server.ts'
export type { TaskListTruth as GoogleTaskListTruth, TasksControl, TaskTruth as GoogleTaskTruth } from './google/control/tasks-control.ts'
export type { WorkDesks } from './google/control/work-desks.ts'
export type { GmailAct, GmailScript, WorkAct, WorkspaceControl, WorkspaceStats } from './google/control/workspace-control.ts'
export type { WorkspaceEffect, WorkspaceFaultRule } from './google/faults/rule.ts'
export type {
  CalendarsSeed,
  ContactsSeed,
  FilesSeed,
  LabelSeed,
  MailboxSettingsSeed,
  TasksSeed,
  WorkspaceAccountSeed,
  WorkspaceLimits,
  WorkspaceOptions,
  WorkspaceQuirks,
} from './google/options.ts'
export type { TaskJson } from './google/tasks/todo.ts'
export { type EmulatedWorkspace, startWorkspace } from './google/workspace.ts'
export { type ModelSeed, seedOfModel } from './microsoft/calendar/from-model.ts'
export { generatedSeries } from './microsoft/calendar/generate-series.ts'
export type { AttachmentSeed, EventSeed, OccurrenceChange } from './microsoft/calendar/state.ts'
export type { PhotoSeed } from './microsoft/contacts/contacts.ts'
export { connectTenant, type RemoteTenant } from './microsoft/control/connect.ts'
export type { DriveAct } from './microsoft/control/drive-acts.ts'
export type { DriveControl, DriveFileTruth, DriveFolderTruth, NewBytes } from './microsoft/control/drive-desk.ts'
export type { FolderName, FolderTruth, MailboxControl, MarkChange, MessageTruth, NewMessage } from './microsoft/control/mailbox-control.ts'
export type { OutlookControl } from './microsoft/control/outlook-desk.ts'
export type { ScenarioScript, ScenarioStep, UserAct } from './microsoft/control/scenario.ts'
export { serveControl } from './microsoft/control/server.ts'
export type { DriveLimits, DriveQuirks, DriveSeed, FileFacts, LibrarySeed, SiteSeed } from './microsoft/drive/options.ts'
export type { PermissionState } from './microsoft/drive/permissions.ts'
export type { FaultEffect, FaultRule } from './microsoft/faults/rule.ts'
export type { Poison } from './microsoft/mail/state.ts'
export * from './microsoft/options.ts'
export type { TenantStats } from './microsoft/serve/stats.ts'
export { type EmulatedTenant, startTenant } from './microsoft/tenant.ts'
export type { TaskSeed } from './microsoft/todo/todo.ts'
export type { CloudControl, CloudStats, CollectionTruth, StoredTruth, UserControl } from './nextcloud/control/cloud-control.ts'
export { connectNextcloud } from './nextcloud/control/connect.ts'
export type {
  FilesControl,
  FileTruth,
  SeenTruth,
  ShareTruth,
  SharingControl,
  TeamTruth,
  TrashTruth,
  UploadTruth,
} from './nextcloud/control/file-control.ts'
export { serveCloudControl } from './nextcloud/control/server.ts'
export type { CloudEffect, CloudFaultRule } from './nextcloud/faults/rule.ts'
export type { Reach } from './nextcloud/files/reach.ts'
export { type EmulatedNextcloud, startNextcloud } from './nextcloud/nextcloud.ts'
export type { CloudLimits, CloudQuirks, CloudSettings, CloudUserSeed, NextcloudOptions } from './nextcloud/options.ts'
export type { SentMail } from './nextcloud/scheduling/mail.ts'
export type { WriteNote } from './nextcloud/serve/state.ts'
