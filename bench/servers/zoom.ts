/**
 * A Zoom account that does little and does it fast, in a process of its own: answers are computed, nothing is kept.
 * For behaviour there is `src/simulator`; this one is to be no bottleneck. Ends with its standard input.
 *
 * @module
 */
import type { FakeAccount, FakeStats } from "../support/fake_zoom.ts";

const account = JSON.parse(Deno.args[0] ?? "{}") as FakeAccount;
const dayMs = 86_400_000;
const firstMs = Date.parse(account.from);
const endMs = Date.parse(account.to) + dayMs;
const stepMs = (endMs - firstMs) / account.meetings;
const smallBody = new TextEncoder().encode(`WEBVTT\n\n${"00:00.000 --> 00:01.000\nHello\n\n".repeat(12)}`);
let stats = noStats();
let second = { at: 0, count: 0 };

function noStats(): FakeStats {
  return { firstRequestMs: 0, api: 0, token: 0, downloads: 0, storage: 0, refused: 0, refusedLater: 0 };
}

const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
const storage = Deno.serve(options, async () => {
  stats.storage++;
  await delay();
  return new Response(smallBody, { headers: { "content-type": "text/vtt", etag: '"small"' } });
});
const api = Deno.serve(options, (request) => answer(request));
const origin = account.publicOrigin ?? `http://127.0.0.1:${api.addr.port}`;
Deno.stdout.writeSync(
  new TextEncoder().encode(`${JSON.stringify({ port: api.addr.port, smallBytes: smallBody.length })}\n`),
);
for await (const _ of Deno.stdin.readable);
Deno.exit(0);

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === "/_bench") {
    const seen = stats;
    if (request.method === "POST") stats = noStats();
    return Response.json(seen);
  }
  if (stats.firstRequestMs === 0) stats.firstRequestMs = Date.now();
  await delay();
  if (url.pathname === "/oauth/token") {
    stats.token++;
    return Response.json({ access_token: "bench-token", token_type: "bearer", expires_in: 3599, scope: "" });
  }
  if (request.headers.get("authorization") !== "Bearer bench-token") return new Response("", { status: 401 });
  if (url.pathname.startsWith("/rec/download/")) {
    stats.downloads++;
    const location = `http://127.0.0.1:${storage.addr.port}${url.pathname}?Signature=bench`;
    return new Response(null, { status: 302, headers: { location } });
  }
  stats.api++;
  return takeSlot() ?? list(url);
}

function delay(): Promise<void> | undefined {
  const ms = account.latencyMs ?? 0;
  return ms === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}

/** Zoom's limit for the whole second, as the simulator counts it. */
function takeSlot(): Response | undefined {
  const limit = account.perSecond;
  if (limit === undefined) return undefined;
  const at = Math.floor(Date.now() / 1000);
  if (second.at !== at) second = { at, count: 0 };
  if (second.count++ < limit) return undefined;
  stats.refused++;
  if (Date.now() - stats.firstRequestMs > 60_000) stats.refusedLater++;
  return Response.json({
    code: 429,
    message: "You have reached the maximum per-second rate limit for this API.",
  }, {
    status: 429,
    headers: { "x-ratelimit-type": "QPS", "x-ratelimit-limit": String(limit), "x-ratelimit-remaining": "0" },
  });
}

function list(url: URL): Response {
  const path = url.pathname.replace(/^\/v2/, "");
  if (path === "/users") return listUsers(url);
  const user = /^\/users\/u(\d+)\/recordings$/.exec(path)?.[1];
  if (user !== undefined) return listRecordings(url, Number(user), account.users);
  if (path === "/accounts/me/recordings") {
    if (account.accountList !== false) return listRecordings(url, 0, 1);
    const message =
      "Invalid access token, does not contain scopes:[cloud_recording:read:list_account_recordings:admin].";
    return Response.json({ code: 4711, message }, { status: 400 });
  }
  const uuid = /^\/meetings\/([^/]+)\/recordings$/.exec(path)?.[1];
  if (uuid !== undefined) return Response.json(meeting(Number(/\d+/.exec(uuid)?.[0])));
  return Response.json({ code: 3301, message: "There is no recording for this meeting." }, { status: 404 });
}

function listUsers(url: URL): Response {
  const count = url.searchParams.get("status") === "inactive" ? 0 : account.users;
  const { from, until, next } = page(url, count);
  const users = [];
  for (let u = from; u < until; u++) {
    users.push({ id: `u${u}`, email: `user${u}@example.test`, display_name: `User ${u}`, status: "active" });
  }
  return Response.json({ total_records: count, next_page_token: next, users });
}

/** Meetings `residue`, `residue + stride` and so on, the newest first. */
function listRecordings(url: URL, residue: number, stride: number): Response {
  const from = url.searchParams.get("from") ?? account.from;
  const to = url.searchParams.get("to") ?? account.to;
  const lowest = Math.max(0, Math.ceil((endMs - Date.parse(to) - dayMs) / stepMs - 0.5));
  const highest = Math.min(account.meetings - 1, Math.floor((endMs - Date.parse(from)) / stepMs - 0.5));
  const first = lowest + ((residue - lowest) % stride + stride) % stride;
  const count = first > highest ? 0 : Math.floor((highest - first) / stride) + 1;
  const slice = page(url, count);
  const meetings = [];
  for (let n = slice.from; n < slice.until; n++) meetings.push(meeting(first + n * stride));
  return Response.json({ from, to, total_records: count, next_page_token: slice.next, meetings });
}

function page(url: URL, count: number): { from: number; until: number; next: string } {
  const size = Number(url.searchParams.get("page_size") ?? 30);
  const from = Number(/^p(\d+)$/.exec(url.searchParams.get("next_page_token") ?? "")?.[1] ?? 0);
  const until = Math.min(count, from + size);
  return { from, until, next: until < count ? `p${until}` : "" };
}

function meeting(i: number): Record<string, unknown> {
  const start = new Date(endMs - (i + 0.5) * stepMs).toISOString().replace(/\.\d+Z$/, "Z");
  const u = i % account.users;
  return {
    uuid: `m${String(i).padStart(9, "0")}==`,
    id: 80_000_000_000 + i,
    account_id: "bench-account",
    host_id: `u${u}`,
    host_email: `user${u}@example.test`,
    topic: `Weekly meeting ${i}`,
    type: 8,
    start_time: start,
    timezone: "UTC",
    duration: 45,
    total_size: 1,
    recording_count: account.files.length,
    share_url: `${origin}/rec/share/${i}`,
    recording_play_passcode: `pass-${i}`,
    recording_files: account.files.map((file, k) => ({
      id: `f${i}-${k}`,
      meeting_id: `m${String(i).padStart(9, "0")}==`,
      recording_start: start,
      recording_end: start,
      file_type: file.type,
      file_extension: file.type === "TRANSCRIPT" ? "VTT" : file.type,
      file_size: file.sizeBytes ?? smallBody.length,
      play_url: `${origin}/rec/play/${i}-${k}`,
      download_url: `${origin}/rec/download/${file.path ?? `small/${i}-${k}.vtt`}`,
      status: "completed",
      recording_type: `kind_${k}`,
    })),
  };
}
