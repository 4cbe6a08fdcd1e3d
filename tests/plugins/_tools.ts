import { isProgram } from "../../plugins/_program.ts";

/** A test that needs programs: ignored where one is missing, with the reason in its name. */
export async function testWith(
  programs: readonly string[],
  name: string,
  body: () => Promise<void>,
): Promise<void> {
  const missing: string[] = [];
  for (const program of programs) if (!await isProgram(program)) missing.push(program);
  const reason = missing.length === 0 ? "" : ` (ignored: ${missing.join(", ")} not installed)`;
  Deno.test({ name: name + reason, ignore: missing.length > 0, fn: body });
}

/** Makes media with ffmpeg: a test picture and a tone. */
export async function makeMedia(
  path: string,
  seconds: number,
  kind: "video" | "audio" = "video",
): Promise<void> {
  const picture = ["-f", "lavfi", "-i", `testsrc=size=128x96:rate=10:duration=${seconds}`];
  const tone = ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`];
  const args = kind === "video"
    ? [...picture, ...tone, "-codec:v", "libx264", "-pix_fmt", "yuv420p", "-codec:a", "aac", "-shortest"]
    : [...tone, "-codec:a", "aac"];
  const { code, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-nostdin", "-y", ...args, "-f", "mp4", path],
    stdin: "null",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}
