/**
 * Step of `action.yml`: finds the run whose artifact holds the newest state, and tells it as the output `run-id`.
 *
 * Anybody can open a pull request from a fork whose workflow uploads an artifact of any name: a state is taken from
 * runs of this repository and this branch only, or files could be called held that are not.
 *
 * @see https://docs.github.com/rest/actions/artifacts#list-artifacts-for-a-repository (read 2026-11-25)
 */
interface Artifact {
  readonly expired?: boolean;
  readonly created_at?: string;
  readonly workflow_run?: {
    readonly id?: number;
    readonly repository_id?: number;
    readonly head_repository_id?: number;
    readonly head_branch?: string;
  };
}

const perPage = 100;

/** The newest artifact `name` of this repository and branch; `undefined` when there is none. */
async function findRun(env: (name: string) => string): Promise<number | undefined> {
  const base = `${env("GITHUB_API_URL")}/repos/${env("GITHUB_REPOSITORY")}/actions/artifacts`;
  for (let page = 1;; page++) {
    const query = new URLSearchParams({ name: env("STATE_NAME"), per_page: `${perPage}`, page: `${page}` });
    const answer = await fetch(`${base}?${query}`, {
      headers: { accept: "application/vnd.github+json", authorization: `Bearer ${env("GH_TOKEN")}` },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`GitHub answered ${answer.status}`);
    const artifacts = (JSON.parse(text) as { artifacts?: Artifact[] }).artifacts ?? [];
    const found = artifacts
      .filter((artifact) => isOurs(artifact, env("GITHUB_REF_NAME")))
      .sort((a, b) => (b.created_at ?? "").localeCompare(a.created_at ?? ""))[0];
    if (found) return found.workflow_run?.id;
    if (artifacts.length < perPage) return undefined;
  }
}

function isOurs({ expired, workflow_run: run }: Artifact, branch: string): boolean {
  const isOwn = run?.repository_id !== undefined && run.repository_id === run.head_repository_id;
  return !expired && isOwn && run.head_branch === branch && Number.isSafeInteger(run.id);
}

const encoder = new TextEncoder();
try {
  const runId = await findRun((name) => Deno.env.get(name) ?? "");
  await Deno.writeTextFile(Deno.env.get("GITHUB_OUTPUT") ?? "", `run-id=${runId ?? ""}\n`, { append: true });
  const told = runId === undefined
    ? "No state of an earlier run: everything is new"
    : `State of run ${runId}`;
  await Deno.stdout.write(encoder.encode(`${told}\n`));
} catch (error) {
  // Going on without would fetch everything again.
  const state = error instanceof Error ? error.message : String(error);
  const message =
    `Cannot look for the state of an earlier run: ${state}; the job needs "permissions: actions: read"`;
  await Deno.stdout.write(
    encoder.encode(`::error title=zoom-extract::${message.replaceAll("%", "%25").replace(/\s+/g, " ")}\n`),
  );
  Deno.exitCode = 1;
}
