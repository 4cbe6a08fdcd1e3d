/**
 * Loaded before each test file of the suite (`deno test --preload`): after every test, whatever it wrote or said is
 * searched for the secrets that were handed out. `tests/run.ts` adds the figures up and refuses a suite in which
 * nothing was searched.
 */
import { join } from "node:path";
import { closeTest, tallyNow, watchCommands, watchRemoval } from "./secret_watch.ts";

const folder = Deno.env.get("ZOOM_EXTRACT_TEST_WATCH");
const tempDir = Deno.env.get("TMPDIR");

if (folder !== undefined && tempDir !== undefined) {
  watchRemoval(tempDir);
  watchCommands();
  Deno.test.afterEach(closeTest);
  // Without a promise to wait for, as the process ends here.
  addEventListener("unload", () => {
    Deno.writeTextFileSync(join(folder, `${crypto.randomUUID()}.json`), JSON.stringify(tallyNow()));
  });
}
