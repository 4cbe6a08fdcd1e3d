import { type Endpoint, endpoints } from "../endpoints.ts";

/** What a scope is for, and whether the token has it. */
export interface ScopeFinding {
  /** `list the users` */
  readonly purpose: string;
  /** Which part of the API it opens. */
  readonly opens: "users" | "user lists" | "meetings" | "account list";
  readonly isGranted: boolean;
  /** What is lost without it. */
  readonly without: string;
  /**
   * `fallback`: no run without it where the account-wide list is refused, and gaps where that list has some;
   * `never`: runs are merely slower or less robust.
   */
  readonly needed: "fallback" | "never";
  /** Name in apps created since about March 2024. */
  readonly granularScope: string;
  /** Name in older apps. */
  readonly classicScope: string;
}

interface Need extends Pick<ScopeFinding, "purpose" | "opens" | "without" | "needed"> {
  readonly endpoint: Endpoint;
  /** Further scopes that open the endpoint (Zoom API reference, "Scopes"). */
  readonly others?: readonly string[];
}

const needs: readonly Need[] = [
  {
    purpose: "list the users",
    opens: "users",
    endpoint: endpoints.users,
    needed: "fallback",
    without: "only the account-wide list can find recordings",
  },
  {
    purpose: "list a user's recordings",
    opens: "user lists",
    endpoint: endpoints.userRecordings,
    needed: "fallback",
    without: "what the account-wide list leaves out is not found, and --include-trash finds nothing",
  },
  {
    purpose: "find fresh addresses of a meeting's files",
    opens: "meetings",
    endpoint: endpoints.meetingRecordings,
    needed: "never",
    without:
      "an address that expires before its download is not renewed in that run, and --participant-audio " +
      "finds nothing",
  },
  {
    purpose: "list the whole account at once",
    opens: "account list",
    endpoint: endpoints.accountRecordings,
    others: ["cloud_recording:read:list_account_recordings:master", "account:read:admin"],
    needed: "never",
    without:
      "each user is asked, which takes more calls, and recordings of people who were deleted are not found",
  },
];

/** Holds the scopes of a token against what the program uses, in the order of importance. */
export function judgeScopes(granted: readonly string[]): ScopeFinding[] {
  return needs.map(({ endpoint, others = [], ...need }) => ({
    ...need,
    isGranted: [endpoint.granularScope, endpoint.classicScope, ...others].some((scope) =>
      granted.includes(scope)
    ),
    granularScope: endpoint.granularScope,
    classicScope: endpoint.classicScope,
  }));
}

/** Whether an app has scopes of the old kind, of the new kind, or both. */
export function kindOfScopes(
  granted: readonly string[],
): "classic" | "granular" | "classic and granular" | "none" {
  const isGranular = (scope: string) => scope.split(":").length >= 4 || /^[a-z_]+:[a-z]+:[a-z]+_/.test(scope);
  const granular = granted.some(isGranular);
  const classic = granted.some((scope) => !isGranular(scope));
  if (granular && classic) return "classic and granular";
  return granular ? "granular" : classic ? "classic" : "none";
}
