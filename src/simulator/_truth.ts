import { createHash } from "node:crypto";
import { isFileOffered, type SimFile, type SimMeeting } from "./account.ts";
import { completeFiles } from "./builders.ts";
import { type Content, contentOf } from "./_content.ts";
import { isOmitted } from "./_recording_lists.ts";
import type { World } from "./_world.ts";

/** A file as it really is, to hold against what a client got. */
export interface TruthFile {
  /** The host's address. */
  readonly userEmail: string;
  /** The host's id. */
  readonly userId: string;
  /** Key of the occurrence. */
  readonly meetingUuid: string;
  /** Meeting number as text. */
  readonly meetingId: string;
  /** `""` when Zoom sends none. */
  readonly topic: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly meetingStart: string;
  /** Absent when Zoom sends none. */
  readonly fileId?: string;
  /** `MP4`, `CHAT`, … */
  readonly fileType: string;
  /** `""` when Zoom sends none. */
  readonly recordingType: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly recordingStart: string;
  /** Lower case. */
  readonly extension: string;
  /** Real size, which the listing need not tell. */
  readonly sizeBytes: number;
  /** Lower-case hexadecimal; computed when read. */
  readonly sha256: string;
  /** All bytes; mind the size. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** What counts as true. */
export interface TruthOptions {
  /** Files that only the meeting-level call shows. @default {false} */
  readonly participantAudio?: boolean;
  /** Files of hosts whom no list of this account reaches. @default {false} */
  readonly unreachable?: boolean;
}

/** Every file that Zoom holds now and offers for download. */
export function truthOf(world: World, options: TruthOptions = {}): TruthFile[] {
  const { account, now } = world.settings;
  const listed = listedHosts(world);
  const truth: TruthFile[] = [];
  for (const meeting of account.meetings) {
    if (!options.unreachable && !isReachable(world, meeting, listed)) continue;
    completeFiles(meeting);
    const audio = options.participantAudio ? meeting.participantAudio : [];
    for (const file of [...meeting.files ?? [], ...audio]) {
      if (isFileOffered(meeting, file, now())) truth.push(toTruth(world, meeting, file));
    }
  }
  return truth;
}

function listedHosts(world: World): ReadonlySet<string> {
  const hosts = world.settings.account.users.filter((user) =>
    user.recordings === "ok" && (user.status === "active" || user.status === "inactive")
  );
  return new Set(hosts.map((user) => user.id ?? ""));
}

function isReachable(world: World, meeting: SimMeeting, listed: ReadonlySet<string>): boolean {
  const { accountList } = world.settings;
  if (listed.has(meeting.hostId) || accountList === "allowed") return true;
  return accountList === "partial" && !isOmitted(meeting);
}

function toTruth(world: World, meeting: SimMeeting, file: SimFile): TruthFile {
  const content = contentOf(file, world.library);
  return {
    userEmail: meeting.hostEmail,
    userId: meeting.hostId,
    meetingUuid: meeting.uuid,
    meetingId: String(meeting.id),
    topic: meeting.topic ?? "",
    meetingStart: meeting.start,
    ...(file.id === null || file.id === undefined ? {} : { fileId: file.id }),
    fileType: file.fileType,
    recordingType: file.recordingType ?? "",
    recordingStart: file.recordingStart ?? meeting.start,
    extension: file.fileExtension.toLowerCase(),
    sizeBytes: content.sizeBytes,
    get sha256() {
      return digest(content);
    },
    bytes: () => content.read(0, content.sizeBytes),
  };
}

function digest(content: Content): string {
  const hash = createHash("sha256");
  const pieceBytes = 1_048_576;
  for (let offset = 0; offset < content.sizeBytes; offset += pieceBytes) {
    hash.update(content.read(offset, pieceBytes));
  }
  return hash.digest("hex");
}
