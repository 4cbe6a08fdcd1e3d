import { type SimAccount, simAccount, simMeeting, simUser } from "../../src/simulator/mod.ts";

/** Two people, four meetings in two windows, eight files, one meeting in the trash. */
export function smallAccount(): SimAccount {
  const ana = simUser({ email: "ana@example.test", firstName: "Ana", lastName: "Žižek" });
  const bo = simUser({ email: "bo@example.test", status: "inactive" });
  const video = { fileType: "MP4", sizeBytes: 120_000 };
  return simAccount({
    users: [ana, bo],
    meetings: [
      simMeeting({ host: ana, start: "2024-05-03T09:00:00Z", topic: "May", files: [video, "TRANSCRIPT"] }),
      simMeeting({
        host: ana,
        start: "2024-06-10T09:00:00Z",
        topic: "June",
        files: [video, "CHAT", "TIMELINE"],
        participantAudio: [{ fileType: "M4A", fileName: "Audio only - Ana.m4a" }],
      }),
      simMeeting({ host: bo, start: "2024-06-11T09:00:00Z", topic: "Other", files: ["M4A", "SUMMARY"] }),
      simMeeting({
        host: bo,
        start: "2024-06-12T09:00:00Z",
        topic: "Deleted",
        trashedAt: "2024-06-13T09:00:00Z",
      }),
    ],
  });
}

/** One person with more meetings than fit on a page of thirty, each with one chat. */
export function pagedAccount(): SimAccount {
  const ana = simUser({ email: "ana@example.test" });
  return simAccount({
    users: [ana],
    meetings: Array.from({ length: 35 }, (_, index) =>
      simMeeting({
        host: ana,
        start: new Date(Date.parse("2024-06-08T08:00:00Z") + index * 3_600_000).toISOString().slice(0, 19) +
          "Z",
        topic: `Lesson ${index + 1}`,
        files: ["CHAT"],
      })),
  });
}

/** One person with one meeting, whose video is large enough to arrive in ranges. */
export function largeAccount(): SimAccount {
  const ana = simUser({ email: "ana@example.test" });
  const video = { fileType: "MP4", sizeBytes: 72 * 1024 ** 2 };
  return simAccount({
    users: [ana],
    meetings: [simMeeting({ host: ana, start: "2024-05-03T09:00:00Z", topic: "May", files: [video] })],
  });
}
