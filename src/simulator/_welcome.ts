import { type Answer, textAnswer } from "./_answer.ts";
import type { World } from "./_world.ts";

/** What a browser shows that visits the simulator. */
export function welcome(world: World): Answer {
  const { account, accountList } = world.settings;
  const { apiOrigin, storageOrigin } = world.downloads;
  return textAnswer(
    200,
    `This is a simulated Zoom account, made by zoom-extract for tests and demonstrations.
Nothing here is real, and nothing leaves this machine.

API       ${apiOrigin}/v2
Tokens    ${apiOrigin}/oauth/token
Storage   ${storageOrigin}
Users     ${account.users.length}
Meetings  ${account.meetings.length}
Account-level list: ${accountList}
`,
  );
}
