/** When an oddity of lists shows: never, only the first time that list is begun, or always. */
export type Occasion = "never" | "first" | "always";

/**
 * Oddities of Zoom, each seen in the field or told by its documentation, each switchable.
 *
 * Those of the first part add users or meetings to the account when the simulator starts; those of the second
 * part change answers.
 */
export interface Quirks {
  /** Old captions and timelines without `id`, `status`, `file_size`, `recording_type` and `play_url`. */
  readonly missingFileIds: boolean;
  /** A recording stopped and restarted: two sets of files of equal type. */
  readonly duplicateSegments: boolean;
  /** One file id used by two meetings. */
  readonly sharedFileIds: boolean;
  /** A meeting still being recorded: `file_type` and `recording_end` are empty. */
  readonly meetingInProgress: boolean;
  /** A meeting without `recording_files`. */
  readonly meetingWithoutFiles: boolean;
  /** Topics that are empty, and that are missing. */
  readonly emptyTopic: boolean;
  /** Emoji, slashes, right-to-left, 300 characters, device names, trailing dots, formulas, decomposed accents. */
  readonly oddTopics: boolean;
  /** Two topics of the same minute that differ only in case. */
  readonly topicsDifferByCase: boolean;
  /** Meeting uuids that begin with `/` or hold `//`, which have to be encoded twice. */
  readonly slashUuids: boolean;
  /** `timezone` is `""`. */
  readonly emptyTimezone: boolean;
  /** A `file_type` and extension nobody has seen before. */
  readonly unknownFileType: boolean;
  /** `file_size` as a string. */
  readonly stringFileSize: boolean;
  /** `file_size` that is not the size of the file. */
  readonly inexactFileSize: boolean;
  /** A chat of zero bytes. */
  readonly zeroByteChat: boolean;
  /** `shared_screen_with_speaker_view(CC)` */
  readonly ccRecordingType: boolean;
  /** Occurrences that share the meeting number. */
  readonly sameNumberOccurrences: boolean;
  /** A transcript that is listed one day after the simulator started. */
  readonly lateTranscript: boolean;
  /** Audio of each participant, which only the meeting-level call shows. */
  readonly participantAudio: boolean;
  /** A file on an on-premise recorder: `file_path` and no `download_url`. */
  readonly onPremiseFile: boolean;
  /** A meeting in the trash. */
  readonly trashedMeeting: boolean;
  /** A single file in the trash, its meeting not. */
  readonly trashedFile: boolean;
  /** A user whose recordings are refused with 400, code 4711. */
  readonly forbiddenUser: boolean;
  /** A user whom the list shows and whose recordings answer 404, code 1001. */
  readonly missingUser: boolean;
  /** A host who left: in no user list, recordings only in the account-level list. */
  readonly departedHost: boolean;
  /** A deactivated user who holds recordings. */
  readonly inactiveHost: boolean;

  /** Downloads without `Content-Length`. */
  readonly chunkedDownloads: boolean;
  /** Text files compressed unless `identity` is asked for. */
  readonly gzipText: boolean;
  /** Every download is `binary/octet-stream`. */
  readonly octetStream: boolean;
  /** A first redirect to a relative address on Zoom's host. */
  readonly relativeRedirect: boolean;
  /** No redirect: the bytes come from Zoom's host with `Content-Disposition`. */
  readonly directDownloads: boolean;
  /** What downloads accept: any token, only the meeting's own, or only a query parameter. */
  readonly downloadAuth: "any" | "meetingToken" | "queryToken";
  /** A bad token on a download is answered with 200 and a JSON error. */
  readonly softDownloadErrors: boolean;
  /**
   * Permission errors come with status 200 and code 200 in the body: the refused account-level list, and the
   * first meeting-level call of each meeting.
   */
  readonly errorWith200: boolean;
  /** Page two of a window is page one again, with the same token. */
  readonly repeatingPage: Occasion;
  /** A window lacks its last meeting, and only `total_records` tells. */
  readonly lackingItem: Occasion;
  /** `page_size` is ignored: always 30. */
  readonly pageSizeIgnored: boolean;
  /** Longest window in days before it is narrowed; 0: one month, as Zoom does. */
  readonly narrowDays: number;
  /** `to` is not included. */
  readonly toIsExclusive: boolean;
  /** Entries of the trash lack `download_url` and `file_type`. */
  readonly trashLacksUrls: boolean;
  /** The token answer names an `api_url` outside Zoom's domains. */
  readonly foreignApiUrl: boolean;
  /** Rate limits without their headers. */
  readonly noRateHeaders: boolean;
  /** Tokens that do not look like JSON Web Tokens: nothing in their form tells what they are. */
  readonly opaqueTokens: boolean;
}

/** Zoom as documented. */
export const noQuirks: Quirks = {
  missingFileIds: false,
  duplicateSegments: false,
  sharedFileIds: false,
  meetingInProgress: false,
  meetingWithoutFiles: false,
  emptyTopic: false,
  oddTopics: false,
  topicsDifferByCase: false,
  slashUuids: false,
  emptyTimezone: false,
  unknownFileType: false,
  stringFileSize: false,
  inexactFileSize: false,
  zeroByteChat: false,
  ccRecordingType: false,
  sameNumberOccurrences: false,
  lateTranscript: false,
  participantAudio: false,
  onPremiseFile: false,
  trashedMeeting: false,
  trashedFile: false,
  forbiddenUser: false,
  missingUser: false,
  departedHost: false,
  inactiveHost: false,
  chunkedDownloads: false,
  gzipText: false,
  octetStream: false,
  relativeRedirect: false,
  directDownloads: false,
  downloadAuth: "any",
  softDownloadErrors: false,
  errorWith200: false,
  repeatingPage: "never",
  lackingItem: "never",
  pageSizeIgnored: false,
  narrowDays: 0,
  toIsExclusive: false,
  trashLacksUrls: false,
  foreignApiUrl: false,
  noRateHeaders: false,
  opaqueTokens: false,
};

/**
 * Every oddity with which a careful client still gets everything. Left out are those that exclude another one
 * (`directDownloads`), change what can be reached (`downloadAuth`, `toIsExclusive`), or make windows that
 * nobody can prove (`"always"`, `narrowDays`).
 */
export const allQuirks: Quirks = {
  ...mapTrue(noQuirks),
  directDownloads: false,
  toIsExclusive: false,
  repeatingPage: "first",
  lackingItem: "first",
};

function mapTrue(quirks: Quirks): Quirks {
  const entries = Object.entries(quirks).map(([name, value]) => [name, value === false ? true : value]);
  return Object.fromEntries(entries) as unknown as Quirks;
}
