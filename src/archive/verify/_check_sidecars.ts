import { join } from "node:path";
import type { SidecarOwner } from "../../inventory/mod.ts";
import { readSidecarFacts, sidecarTexts } from "../sidecar_texts.ts";
import { createLook, type Look, whyUnreadable } from "./_look.ts";
import { isInSubset } from "./subset.ts";
import type { Finding, VerifyParts } from "./verify.ts";

const names = ["meta.json", "files.csv"] as const;
const meetingsPerPage = { fast: 250, deep: 32 };

/** Checks that meetings have their sidecars, and with `deep` that these say what the inventory says. */
export async function* checkSidecars(parts: VerifyParts): AsyncGenerator<readonly Finding[]> {
  const { heldFiles } = parts.inventory;
  for (let after = "";;) {
    parts.signal.throwIfAborted();
    const owners = heldFiles.sidecarPage(after, parts.deep ? meetingsPerPage.deep : meetingsPerPage.fast);
    const last = owners.at(-1);
    if (!last) return;
    after = last.uuid;
    const look = createLook(parts.root);
    const found = await Promise.all(owners.map((owner) => checkOwner(owner, look, parts)));
    yield found.flat();
  }
}

async function checkOwner(owner: SidecarOwner, look: Look, parts: VerifyParts): Promise<Finding[]> {
  const first = await checkBoth(owner, look, parts);
  if (first.every(({ mark }) => mark === "=")) return first;
  const now = parts.inventory.heldFiles.sidecarOwner(owner.uuid);
  return now ? await checkBoth(now, createLook(parts.root), parts) : [];
}

async function checkBoth(owner: SidecarOwner, look: Look, parts: VerifyParts): Promise<Finding[]> {
  const isRead = parts.deep && !owner.isDue && (!parts.subset || isInSubset(owner.uuid, parts.subset));
  const texts = isRead ? textsOf(owner.uuid, parts) : undefined;
  const found: Finding[] = [];
  for (const name of names) {
    const text = texts && (name === "meta.json" ? texts.meta : texts.csv);
    const finding = await checkOne(`${owner.folder}/${name}`, { owner, text, look, root: parts.root });
    if (finding) found.push(finding);
  }
  return found;
}

function textsOf(uuid: string, { inventory }: VerifyParts): ReturnType<typeof sidecarTexts> | undefined {
  const facts = readSidecarFacts(uuid, inventory);
  return facts && sidecarTexts(facts);
}

async function checkOne(
  path: string,
  { owner, text, look, root }: {
    owner: SidecarOwner;
    /** What it has to say, where that is looked at. */
    text: string | undefined;
    look: Look;
    root: string;
  },
): Promise<Finding | undefined> {
  const about = { path, kind: "sidecar" as const, meetingUuid: owner.uuid };
  const standing = await look(path);
  if (standing.kind === "unreadable") return { ...about, mark: "!", detail: standing.why };
  if (standing.kind === "other") return { ...about, mark: "*", detail: `${standing.what} stands there` };
  // The run that has to write it has not come to it, or was stopped before: nothing to say about it yet.
  if (owner.isDue) return standing.kind === "file" ? { ...about, mark: "=" } : undefined;
  if (standing.kind === "absent") return { ...about, mark: "-", detail: standing.why ?? "missing" };
  if (standing.info.size === 0) return { ...about, mark: "*", detail: "empty" };
  if (text === undefined) return { ...about, mark: "=" };
  try {
    const written = await Deno.readTextFile(join(root, ...path.split("/")));
    if (written === text) return { ...about, mark: "=" };
    return { ...about, mark: "*", detail: "does not say what the inventory says" };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ...about, mark: "-", detail: "missing" };
    return { ...about, mark: "!", detail: whyUnreadable(error) };
  }
}
