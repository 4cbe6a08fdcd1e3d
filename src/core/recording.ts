import { createHash } from "node:crypto";

/** A person of the Zoom account. Plain data: it crosses worker boundaries. */
export interface User {
  /** Zoom's user id. */
  readonly id: string;
  /** Lower-cased; `""` where only the id is known. */
  readonly email: string;
  /** What to call the person: display name, else first and last name, else `""`. */
  readonly displayName: string;
  /** `active`, `inactive`, or what Zoom invents next. */
  readonly status: string;
}

/** One occurrence of a meeting that has recordings, without its files. */
export interface Meeting {
  /** Key of the occurrence: Zoom's `uuid`, or a derived one (`derived-…`) where Zoom gave none. */
  readonly uuid: string;
  /** Meeting number as text, repeated across occurrences; `""` when missing. */
  readonly id: string;
  /** Zoom's user id of the host. */
  readonly hostId: string;
  /** Lower-cased; `""` where the listing does not say. */
  readonly hostEmail: string;
  /** As it stands now; may be `""`. */
  readonly topic: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`; the earliest `recordingStart` where Zoom gave none; else `""`. */
  readonly startTime: string;
  /** IANA name, frequently `""`. */
  readonly timezone: string;
  /** 0 where Zoom does not say. */
  readonly durationMinutes: number;
  /** Zoom's meeting type number, when stated. */
  readonly type?: number;
  /** `YYYY-MM-DD` when Zoom will delete the recordings by itself. */
  readonly autoDeleteDate?: string;
}

/** One file of a meeting. */
export interface RecordingFile {
  /** Stable key inside the archive; see {@linkcode assignFileKeys}. */
  readonly key: string;
  /** Zoom's file id; absent on old caption and timeline entries. */
  readonly id?: string;
  /** `MP4`, `M4A`, `CHAT`, …; upper case; `""` while recording; unknown values are kept. */
  readonly fileType: string;
  /** `shared_screen_with_speaker_view`, `chat_file`, …; `""` when missing; unknown values are kept. */
  readonly recordingType: string;
  /** Lower case and without a dot: `mp4`; `""` while recording. */
  readonly fileExtension: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` or `""`. */
  readonly recordingStart: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`; `""` while recording. */
  readonly recordingEnd: string;
  /** Zoom's `file_size`, which is only approximately right; absent when not stated. */
  readonly listedSizeBytes?: number;
  /** `completed`, `processing`, … ; `""` when missing. */
  readonly status: string;
  /** File name as Zoom gives it (participant audio). */
  readonly fileName?: string;
  /** When it was put into the trash. */
  readonly deletedTime?: string;
}

/** A file together with where to get it now. The URL is a short-lived secret: it is never stored. */
export interface ListedFile extends RecordingFile {
  readonly downloadUrl?: string;
  /** True when it lies on a recorder of the customer's own: Zoom gives a path there and no address. */
  readonly isOnPremise?: boolean;
}

/** A meeting as a listing shows it. */
export interface ListedMeeting extends Meeting {
  readonly files: readonly ListedFile[];
  /** Set where `files` are not all: the answer counts files and shows none, or shows what is no file. */
  readonly hides?: "count" | "entries";
  /** Zoom's own JSON of this meeting, without URLs, passcodes and tokens. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What filters, naming strategies and hooks see: plain structured-cloneable data without secrets. */
export interface Candidate {
  /** The host. */
  readonly user: User;
  /** The occurrence it belongs to. */
  readonly meeting: Meeting;
  /** The file itself. */
  readonly file: RecordingFile;
}

/** The fields that tell files apart when Zoom gives no id. */
export interface FileIdentity {
  readonly id?: string;
  readonly fileType: string;
  readonly recordingType: string;
  readonly recordingStart: string;
  readonly fileExtension: string;
}

/** First `length` hexadecimal digits of the SHA-256 of the parts, joined unambiguously. */
export function shortHash(parts: readonly string[], length = 32): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, length);
}

/**
 * Gives every file of one meeting its stable key, in the order of `files`.
 *
 * The key is Zoom's file id. Old caption and timeline entries come without one: theirs is derived from
 * meeting uuid, file type, recording type, recording start and extension, with an ordinal for exact ties.
 * An id that occurs twice within the meeting gets the same treatment, id included, so no file is lost.
 */
export function assignFileKeys(meetingUuid: string, files: readonly FileIdentity[]): string[] {
  const idCounts = new Map<string, number>();
  for (const { id } of files) if (id) idCounts.set(id, (idCounts.get(id) ?? 0) + 1);
  const ties = new Map<string, number>();
  return files.map((file) => {
    if (file.id && idCounts.get(file.id) === 1) return file.id;
    const parts = [
      meetingUuid,
      file.fileType.toUpperCase(),
      file.recordingType,
      file.recordingStart,
      file.fileExtension.toLowerCase(),
      ...(file.id ? [file.id] : []),
    ];
    const tie = JSON.stringify(parts);
    const ordinal = ties.get(tie) ?? 0;
    ties.set(tie, ordinal + 1);
    return `derived-${shortHash(ordinal === 0 ? parts : [...parts, `#${ordinal}`])}`;
  });
}

/** Key for a file whose Zoom id another meeting already uses (recurring exports have been seen to repeat ids). */
export function foreignFileKey(meetingUuid: string, key: string): string {
  return `derived-${shortHash([meetingUuid, key])}`;
}

/**
 * Stands in for the `uuid` of a meeting object that came without one.
 *
 * @param others what else tells occurrences apart, for a meeting without a start
 */
export function derivedMeetingUuid(
  meeting: { readonly id: string; readonly startTime: string; readonly hostId: string },
  others: readonly string[] = [],
): string {
  const { id, startTime, hostId } = meeting;
  return `derived-${shortHash([id, startTime, hostId, ...(startTime === "" ? others : [])])}`;
}

/**
 * Tells whether Zoom is still working on a file: no type yet, a status other than `completed`, or no end yet.
 * A missing status means ready, as old entries have none.
 */
export function isProcessing(file: Pick<RecordingFile, "fileType" | "status">): boolean {
  if (file.fileType === "") return true;
  return file.status !== "" && file.status.toLowerCase() !== "completed";
}

/** Removes the literal `(CC)` suffix that comes and goes on recording types. */
export function normalizeRecordingType(recordingType: string): string {
  return recordingType.replace(/\(CC\)$/i, "").trim();
}
