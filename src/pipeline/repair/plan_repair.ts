import { dirname, join } from "node:path";
import type { Finding } from "../../archive/verify/mod.ts";
import { roomLogger } from "../../core/log.ts";
import type { Inventory } from "../../inventory/mod.ts";
import { type Aside, moveWithin, removeEmpty } from "../../storage/upkeep/mod.ts";

const log = roomLogger("pipeline");

/** What planning works with. */
export interface PlanRepairContext {
  readonly inventory: Inventory;
  readonly root: string;
  readonly runId: string;
  readonly aside: Aside;
}

const reasons = { "-": "missing", "*": "different", "!": "unreadable" } as const;

/**
 * Puts what a finding asks for into the inventory: files to fetch become `pending`, sidecars due.
 *
 * @returns what to add to the files that come to be held so that the sum is that of findings done with: 1 for what is no
 * file to fetch, -1 for a file to take up again that is no finding
 */
export async function planRepair(finding: Finding, context: PlanRepairContext): Promise<-1 | 0 | 1> {
  const { mark, kind } = finding;
  if (mark === "=") return takeUpHeld(finding, context) ? -1 : 0;
  if (mark === "+") return await undoRename(finding, context) ? 1 : 0;
  if (kind === "sidecar") {
    context.inventory.meetings.setSidecarsDue(finding.meetingUuid ?? "");
    return 1;
  }
  if (kind !== "extra") await fetchAgain({ ...finding, mark }, context);
  return 0;
}

/** A repair was stopped after the good file got its name and before its row was told; or somebody has put it back. */
function takeUpHeld(
  { kind, isOpen, fileKey = "" }: Finding,
  { inventory, runId }: PlanRepairContext,
): boolean {
  if (kind !== "recording" || !isOpen) return false;
  inventory.files.setStatus(fileKey, { status: "pending", reason: "verify: held" }, runId);
  return true;
}

async function fetchAgain(
  { mark, kind, path, fileKey = "" }: Finding & { mark: keyof typeof reasons },
  { inventory, root, runId, aside }: PlanRepairContext,
): Promise<void> {
  // What lies in Zoom's trash cannot be fetched, but recovered there: it stays missing, and is not called gone.
  if (inventory.files.get(fileKey)?.status === "in_trash") return;
  if (mark === "!" && !await makeReadable(join(root, ...path.split("/")))) return;
  const isReplacement = kind === "made";
  if (isReplacement) await aside.clearWay(path.split("/"));
  inventory.transaction(() => {
    // What took the place of the recording is made of it, by the plugin, once it is here again.
    if (isReplacement) inventory.files.setReplaced(fileKey, null);
    const reason = `verify: ${isReplacement ? "replacement " : ""}${reasons[mark]}`;
    inventory.files.setStatus(fileKey, { status: "pending", reason, error: null, error_code: null }, runId);
  });
}

/**
 * Gives the owner the right to read a file back. True where it can be read now, and where it is the disk that refuses:
 * then another copy is what helps. Whose file it is stays a matter for people.
 */
async function makeReadable(path: string): Promise<boolean> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isFile || info.isSymlink) return false;
    if (info.mode !== null && (info.mode & 0o600) !== 0o600) {
      await Deno.chmod(path, (info.mode & 0o777) | 0o600);
    }
    (await Deno.open(path)).close();
    return true;
  } catch (error) {
    log.warn("Cannot make {path} readable: {error}", { path, error });
    const isRefused = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    return !isRefused && error instanceof Error && "code" in error && error.code === "EIO";
  }
}

/** A file under its own path but for case or Unicode form goes back; whether it is the right one is then looked at. */
async function undoRename(
  { path, twinOf }: Finding,
  { root }: PlanRepairContext,
): Promise<boolean> {
  if (twinOf === undefined) return false;
  const from = join(root, ...path.split("/"));
  const info = await Deno.lstat(from).catch(() => undefined);
  if (!info?.isFile || info.isSymlink || !await moveWithin(root, from, twinOf.split("/"))) return false;
  await removeEmpty(dirname(from), root);
  log.info("{path} has its name {twinOf} again", { path, twinOf });
  return true;
}
