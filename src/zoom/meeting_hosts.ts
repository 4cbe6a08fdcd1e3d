import type { Listed, ListRequest } from "../core/listing.ts";
import type { ListedMeeting, User } from "../core/recording.ts";
import type { ListContext } from "./list_context.ts";

/** The people behind the meetings of an account list, told about once each. */
export interface MeetingHosts {
  /** The meetings of wanted hosts, with e-mail addresses where the list left them out. */
  choose(meetings: readonly ListedMeeting[]): Promise<readonly ListedMeeting[]>;
  takeNews(): Listed[];
}

/** @see {@linkcode MeetingHosts} */
export function createMeetingHosts(context: ListContext, request: ListRequest): MeetingHosts {
  const { userFilter } = request;
  const told = new Set<string>();
  let news: User[] = [];

  /** A filter by e-mail needs one: the list of users has it where the list of meetings has not. */
  async function withEmail(meeting: ListedMeeting): Promise<ListedMeeting> {
    if (userFilter.matchesAll || meeting.hostEmail !== "") return meeting;
    const host = (await context.directory.users()).find((user) => user.id === meeting.hostId);
    return host === undefined ? meeting : { ...meeting, hostEmail: host.email };
  }

  return {
    async choose(meetings) {
      const chosen: ListedMeeting[] = [];
      for (const listed of meetings) {
        const meeting = await withEmail(listed);
        const user = { id: meeting.hostId, email: meeting.hostEmail, displayName: "", status: "" };
        if (!userFilter.matches(user)) continue;
        chosen.push(meeting);
        const identity = user.id || user.email;
        if (identity === "" || told.has(identity)) continue;
        told.add(identity);
        news.push(user);
      }
      return chosen;
    },
    takeNews() {
      const users = news;
      news = [];
      return [
        ...context.directory.takeNotices(),
        ...(users.length > 0 ? [{ type: "users", users } satisfies Listed] : []),
      ];
    },
  };
}
