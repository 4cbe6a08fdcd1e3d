import type { SimAccount, SimFile, SimMeeting, SimUser } from "./account.ts";
import { guid, hash32, meetingUuid, opaque } from "./_random.ts";

/** What {@linkcode simUser} takes: an e-mail address, the rest as needed. */
export type UserInput = Partial<SimUser> & { readonly email: string };

/** What {@linkcode simFile} takes; a bare file type means all defaults. */
export type FileInput = Partial<SimFile> & { readonly fileType: string };

/** What {@linkcode simMeeting} takes. */
export type MeetingInput =
  & Partial<Omit<SimMeeting, "files" | "participantAudio" | "hostId" | "hostEmail">>
  & {
    readonly host: SimUser;
    /** `YYYY-MM-DDTHH:MM:SSZ` */
    readonly start: string;
    /** File types or inputs; `"none"`: Zoom leaves the field out. @default {["MP4"]} */
    readonly files?: readonly (string | FileInput)[] | "none";
    readonly participantAudio?: readonly FileInput[];
  };

/** An account of these users and meetings. */
export function simAccount(parts: Partial<SimAccount> = {}): SimAccount {
  return { users: parts.users ?? [], meetings: parts.meetings ?? [] };
}

/** An active, licensed person unless said otherwise; the id derives from the e-mail address. */
export function simUser(input: UserInput): SimUser {
  const status = input.status ?? "active";
  const id = status === "pending" ? {} : { id: opaque(22, "user", input.email.toLowerCase()) };
  return { ...id, type: 2, status, recordings: "ok", ...input };
}

/**
 * One occurrence of a meeting with its files.
 *
 * `uuid` and number derive from host, start and topic: give them yourself for occurrences that share a number,
 * or for two meetings that share all three.
 */
export function simMeeting(input: MeetingInput): SimMeeting {
  const { host, files = ["MP4"], participantAudio = [], ...rest } = input;
  const parts = [host.id ?? "", input.start, input.topic ?? ""];
  const meeting: SimMeeting = {
    uuid: meetingUuid("meeting", ...parts),
    id: 80_000_000_000 + hash32("number", ...parts),
    hostId: host.id ?? "",
    hostEmail: host.email,
    type: 2,
    timezone: host.timezone ?? "",
    durationMinutes: 45,
    passcode: opaque(10, "passcode", ...parts),
    playPasscode: opaque(40, "play passcode", ...parts),
    participantAudio: [],
    ...rest,
  };
  meeting.participantAudio = participantAudio.map((file) => ({ recordingType: null, ...simFile(file) }));
  if (files !== "none") {
    meeting.files = files.map((file) => simFile(typeof file === "string" ? { fileType: file } : file));
  }
  completeFiles(meeting);
  return meeting;
}

/** One file with what Zoom says about its kind; push it to `meeting.files`, or hand it to {@linkcode simMeeting}. */
export function simFile(input: FileInput): SimFile {
  const kind = kinds[input.fileType] ?? { extension: "BIN", recordingType: null, sizeBytes: 256 };
  return {
    fileExtension: kind.extension,
    recordingType: kind.recordingType,
    status: "completed",
    hasPlayUrl: input.fileType !== "TIMELINE",
    ...input,
    sizeBytes: input.content?.length ?? input.sizeBytes ?? kind.sizeBytes,
  };
}

/** Gives every file of the meeting the id, times and seed it still lacks. */
export function completeFiles(meeting: SimMeeting): void {
  complete(meeting, meeting.files ?? [], "file");
  complete(meeting, meeting.participantAudio, "audio");
}

function complete(meeting: SimMeeting, files: readonly SimFile[], series: string): void {
  for (const [index, file] of files.entries()) {
    if (file.seed !== undefined) continue;
    const start = Date.parse(meeting.start);
    let ordinal = index;
    let id = guid(series, meeting.uuid, ordinal);
    while (files.some((other) => other.id === id)) id = guid(series, meeting.uuid, ++ordinal + files.length);
    file.id ??= file.id === null ? null : id;
    file.recordingStart ??= iso(start + 10_000);
    file.recordingEnd ??= iso(start + meeting.durationMinutes * 60_000);
    file.seed = hash32(series, meeting.uuid, ordinal, file.fileType, file.recordingType ?? "");
  }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}

interface Kind {
  readonly extension: string;
  readonly recordingType: string | null;
  readonly sizeBytes: number;
}

/** File types with their extension and usual recording type (Zoom API reference, list all recordings). */
const kinds: Readonly<Record<string, Kind>> = {
  MP4: { extension: "MP4", recordingType: "shared_screen_with_speaker_view", sizeBytes: 12_000 },
  M4A: { extension: "M4A", recordingType: "audio_only", sizeBytes: 8_000 },
  CHAT: { extension: "TXT", recordingType: "chat_file", sizeBytes: 600 },
  TRANSCRIPT: { extension: "VTT", recordingType: "audio_transcript", sizeBytes: 1_500 },
  CC: { extension: "VTT", recordingType: "closed_caption", sizeBytes: 1_200 },
  TIMELINE: { extension: "JSON", recordingType: "timeline", sizeBytes: 1_000 },
  CSV: { extension: "CSV", recordingType: "poll", sizeBytes: 400 },
  SUMMARY: { extension: "JSON", recordingType: "summary", sizeBytes: 700 },
  THUMBNAIL: { extension: "JPG", recordingType: "thumbnail", sizeBytes: 2_000 },
  "": { extension: "", recordingType: null, sizeBytes: 0 },
};
