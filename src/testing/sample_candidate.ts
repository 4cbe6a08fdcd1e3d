import type { Candidate, Meeting, RecordingFile, User } from "../core/recording.ts";

/** What differs from the sample. */
export interface SampleOptions {
  /** Of the host. */
  readonly user?: Partial<User>;
  /** Of the meeting. */
  readonly meeting?: Partial<Meeting>;
  /** Of the file. */
  readonly file?: Partial<RecordingFile>;
}

/** A video of Ana's planning meeting on 2 May 2024, with whatever is said otherwise. */
export function sampleCandidate(options: SampleOptions = {}): Candidate {
  const user: User = {
    id: "u-ana",
    email: "ana@example.test",
    displayName: "Ana Žižek",
    status: "active",
    ...options.user,
  };
  const meeting: Meeting = {
    uuid: "abcDEF123+/xyz==",
    id: "81234567890",
    hostId: user.id,
    hostEmail: user.email,
    topic: "Quarterly plan",
    startTime: "2024-05-02T14:00:00Z",
    timezone: "Europe/Ljubljana",
    durationMinutes: 45,
    type: 2,
    ...options.meeting,
  };
  const file: RecordingFile = {
    key: "file-1",
    id: "file-1",
    fileType: "MP4",
    recordingType: "shared_screen_with_speaker_view",
    fileExtension: "mp4",
    recordingStart: "2024-05-02T14:00:10Z",
    recordingEnd: "2024-05-02T14:45:00Z",
    listedSizeBytes: 1_000_000,
    status: "completed",
    ...options.file,
  };
  return { user, meeting, file };
}
