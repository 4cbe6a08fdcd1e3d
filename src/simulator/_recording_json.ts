import { isFileListed, type SimFile, type SimMeeting } from "./account.ts";
import { completeFiles } from "./builders.ts";
import { contentOf } from "./_content.ts";
import { hash32, opaque } from "./_random.ts";
import type { World } from "./_world.ts";

/** What one answer shows of its meetings. */
export interface MeetingView {
  /** Files to show; all that are not in the trash unless said otherwise. */
  readonly files?: readonly SimFile[];
  /** The account-level list tells the host's address. */
  readonly showsHostEmail?: boolean;
  /** The list of the trash. */
  readonly isTrash?: boolean;
}

/** Files of a meeting that an ordinary list shows now. */
export function listedFiles(world: World, meeting: SimMeeting): SimFile[] {
  const nowMs = world.settings.now();
  return (meeting.files ?? []).filter((file) => file.trashedAt === undefined && isFileListed(file, nowMs));
}

/** A meeting with its files as the lists show it (Zoom API reference, list all recordings). */
export function meetingJson(
  world: World,
  meeting: SimMeeting,
  view: MeetingView = {},
): Record<string, unknown> {
  completeFiles(meeting);
  const files = view.files ?? listedFiles(world, meeting);
  const ready = files.filter((file) => file.fileType !== "");
  const counted = [...ready, ...meeting.participantAudio];
  const { playPasscode, topic, autoDeleteDate } = meeting;
  return {
    uuid: meeting.uuid,
    id: meeting.id,
    account_id: world.settings.credentials.accountId,
    host_id: meeting.hostId,
    ...(view.showsHostEmail ? { host_email: meeting.hostEmail } : {}),
    ...(topic === undefined ? {} : { topic }),
    type: meeting.type,
    start_time: meeting.start,
    timezone: meeting.timezone,
    duration: files.some((file) => file.fileType === "") ? 0 : meeting.durationMinutes,
    total_size: counted.reduce((sum, file) => sum + contentOf(file, world.library).sizeBytes, 0),
    recording_count: counted.length,
    share_url: `${world.downloads.apiOrigin}/rec/share/${opaque(40, "share", meeting.uuid)}`,
    recording_play_passcode: playPasscode,
    ...(autoDeleteDate === undefined ? {} : { auto_delete: true, auto_delete_date: autoDeleteDate }),
    ...(meeting.files === undefined
      ? {}
      : { recording_files: files.map((file) => fileJson(world, meeting, { file, view })) }),
  };
}

/** One file of {@linkcode meetingJson}. */
export function fileJson(
  world: World,
  meeting: SimMeeting,
  shown: { readonly file: SimFile; readonly view: MeetingView },
): Record<string, unknown> {
  const { file, view } = shown;
  const { quirks } = world.settings;
  const deletedTime = view.isTrash ? file.trashedAt ?? meeting.trashedAt : undefined;
  const isBare = view.isTrash === true && quirks.trashLacksUrls;
  const hasUrl = !isBare && file.fileType !== "" && file.filePath === undefined;
  const size = listedSize(world, file);
  return {
    ...(file.id === null || file.id === undefined ? {} : { id: file.id }),
    meeting_id: meeting.uuid,
    recording_start: file.recordingStart ?? meeting.start,
    recording_end: file.recordingEnd ?? "",
    ...(isBare ? {} : { file_type: file.fileType }),
    file_extension: file.fileExtension,
    ...(size === null ? {} : { file_size: size }),
    ...(file.filePath === undefined ? {} : { file_path: file.filePath }),
    ...(hasUrl && file.hasPlayUrl ? { play_url: world.downloads.playUrl(meeting, file) } : {}),
    ...(hasUrl ? { download_url: world.downloads.downloadUrl(meeting, file) } : {}),
    ...(file.status === null ? {} : { status: file.status }),
    ...(file.recordingType === null || file.recordingType === undefined
      ? {}
      : { recording_type: file.recordingType }),
    ...(deletedTime === undefined ? {} : { deleted_time: deletedTime }),
  };
}

/** Participant audio: a `file_name`, and no extension or recording type. */
export function audioJson(world: World, meeting: SimMeeting, file: SimFile): Record<string, unknown> {
  return {
    id: file.id,
    file_name: file.fileName ?? "Audio only - Participant",
    file_type: file.fileType,
    file_size: listedSize(world, file),
    download_url: world.downloads.downloadUrl(meeting, file),
    play_url: world.downloads.playUrl(meeting, file),
    recording_start: file.recordingStart,
    recording_end: file.recordingEnd,
    status: file.status,
  };
}

function listedSize(world: World, file: SimFile): number | string | null {
  if (file.listedSize !== undefined) return file.listedSize;
  const { sizeBytes } = contentOf(file, world.library);
  const { quirks } = world.settings;
  const stated = quirks.inexactFileSize && sizeBytes > 0
    ? sizeBytes + hash32(file.seed ?? 0) % 900 - 300
    : sizeBytes;
  return quirks.stringFileSize ? String(Math.max(0, stated)) : Math.max(0, stated);
}
