import { simAccount, type SimMeeting, type Simulator, simUser } from "../../src/simulator/mod.ts";

/** The day on which most tests play. */
export const today = Date.parse("2024-06-15T12:00:00Z");

/** One active user. */
export const ana = simUser({
  email: "ana@example.test",
  firstName: "Ana",
  lastName: "Žižek",
  timezone: "Europe/Ljubljana",
});

/** An account of Ana and these meetings. */
export function accountOf(...meetings: SimMeeting[]): ReturnType<typeof simAccount> {
  return simAccount({ users: [{ ...ana }], meetings });
}

/** An answer with its JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** The least that talks to the simulator. */
export interface Client {
  readonly token: string;
  get(path: string): Promise<Reply>;
  send(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Follows the redirect by hand, as the storage host wants no token. */
  download(url: string, headers?: Record<string, string>): Promise<Response>;
  /** All pages. */
  meetings(path: string): Promise<Record<string, unknown>[]>;
}

/** A token request as Zoom documents it. */
export function tokenRequest(zoom: Simulator, fields: Record<string, string> = {}): Promise<Response> {
  const { accountId, clientId, clientSecret } = zoom.credentials;
  return fetch(zoom.oauthUrl, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId, ...fields }),
  });
}

/** Fetches a token and uses it. */
export async function signIn(zoom: Simulator): Promise<Client> {
  const { access_token: token } = await (await tokenRequest(zoom)).json();
  const authorization = `Bearer ${token}`;
  const send = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const response = await fetch(`${zoom.apiUrl}${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
  const get = (path: string) => send("GET", path);
  return {
    token,
    get,
    send,
    async download(url, headers = {}) {
      let response = await fetch(url, { redirect: "manual", headers: { authorization, ...headers } });
      for (let at = url; response.status === 302;) {
        await response.body?.cancel();
        at = new URL(response.headers.get("location") ?? "", at).href;
        const isStorage = at.startsWith(zoom.storageUrl);
        response = await fetch(at, {
          redirect: "manual",
          headers: { ...(isStorage ? {} : { authorization }), "accept-encoding": "identity", ...headers },
        });
      }
      return response;
    },
    async meetings(path) {
      const found = [];
      for (let token = "";;) {
        const page = await get(`${path}${token === "" ? "" : `&next_page_token=${token}`}`);
        if (page.status !== 200) throw new Error(`${page.status} ${JSON.stringify(page.body)}`);
        found.push(...page.body.meetings);
        token = page.body.next_page_token;
        if (token === "") return found;
      }
    },
  };
}

/** The first download address of a listing. */
export async function firstUrl(client: Client, range = "from=2024-06-01&to=2024-06-15"): Promise<string> {
  const [meeting] = await client.meetings(`/users/ana@example.test/recordings?${range}`);
  const [file] = meeting?.recording_files as { download_url: string }[];
  if (!file) throw new Error("The listing has no file");
  return file.download_url;
}

/** Lower-case hexadecimal. */
export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
