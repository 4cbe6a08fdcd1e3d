import assert from "node:assert/strict";
import type { Order } from "../../src/core/config.ts";
import { type FileRow, type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import { TransferQueue } from "../../src/pipeline/queue.ts";
import { Mix } from "../../src/pipeline/transfer_stage.ts";
import { listedFile, listedMeeting } from "./_support.ts";

const never = new AbortController().signal;

interface Waiting {
  readonly key: string;
  readonly day: number;
  readonly sizeBytes?: number;
  readonly expires?: string;
}

function add(inventory: Inventory, { key, day, sizeBytes, expires }: Waiting): void {
  const startTime = `2024-06-${String(day).padStart(2, "0")}T10:00:00Z`;
  const { files: _files, raw: _raw, ...meeting } = listedMeeting(`m-${key}`, {
    startTime,
    ...(expires === undefined ? {} : { autoDeleteDate: expires }),
  });
  const { listedSizeBytes: _size, ...file } = listedFile(key, { recordingStart: startTime });
  const candidate = {
    user: { id: "u", email: "u@example.test", displayName: "", status: "" },
    meeting,
    file: sizeBytes === undefined ? file : { ...file, listedSizeBytes: sizeBytes },
  };
  inventory.files.insert(toListedColumns(candidate), { status: "pending" }, "run1");
}

/** Takes one file as a transfer does: marked before the next is pulled. */
async function take(
  reader: ReadableStreamDefaultReader<FileRow>,
  inventory: Inventory,
): Promise<string | undefined> {
  const { value } = await reader.read();
  if (value) inventory.files.setStatus(value.file_key, { status: "active" }, "run1");
  return value?.file_key;
}

async function takeAll(queue: TransferQueue, inventory: Inventory): Promise<string[]> {
  const reader = queue.stream(never).getReader();
  const keys: string[] = [];
  for (let key = await take(reader, inventory); key; key = await take(reader, inventory)) keys.push(key);
  return keys;
}

const waiting: readonly Waiting[] = [
  { key: "a", day: 10, sizeBytes: 300, expires: "2024-07-20" },
  { key: "b", day: 12, sizeBytes: 100 },
  { key: "c", day: 11, sizeBytes: 200, expires: "2024-07-05" },
  { key: "d", day: 9 },
];
const orders: readonly (readonly [Order, string])[] = [
  ["newest", "bcad"],
  ["oldest", "dacb"],
  ["expiring", "cadb"],
  ["smallest", "dbca"],
];

Deno.test.each(orders)("--order %s hands out %s, each file once", async (order, expected) => {
  using inventory = openInventory(":memory:");
  for (const file of waiting) add(inventory, file);
  const queue = new TransferQueue(inventory.files, { runId: "run1", order });
  queue.close();
  assert.equal((await takeAll(queue, inventory)).join(""), expected);
});

Deno.test.each(["newest", "oldest"] as Order[])(
  "--order %s begins while the listing goes on, and takes in what it adds",
  async (order) => {
    using inventory = openInventory(":memory:");
    add(inventory, { key: "early", day: 10 });
    const queue = new TransferQueue(inventory.files, { runId: "run1", order });
    const reader = queue.stream(never).getReader();
    assert.equal(await take(reader, inventory), "early");
    const next = take(reader, inventory);
    add(inventory, { key: "late", day: 11 });
    queue.notify();
    assert.equal(await next, "late");
    queue.close();
    assert.equal(await take(reader, inventory), undefined);
  },
);

Deno.test.each(["expiring", "smallest"] as Order[])(
  "--order %s waits until the listing knows all",
  async (order) => {
    using inventory = openInventory(":memory:");
    add(inventory, { key: "large", day: 10, sizeBytes: 500, expires: "2024-07-20" });
    const queue = new TransferQueue(inventory.files, { runId: "run1", order });
    const reader = queue.stream(never).getReader();
    const first = take(reader, inventory);
    queue.notify();
    await Promise.resolve();
    add(inventory, { key: "small", day: 9, sizeBytes: 1, expires: "2024-07-01" });
    queue.close();
    assert.equal(await first, "small");
    assert.equal(await take(reader, inventory), "large");
  },
);

Deno.test("the queue reads from the inventory only what is pulled", async () => {
  using inventory = openInventory(":memory:");
  for (let i = 0; i < 100; i++) add(inventory, { key: `f${i}`, day: 10 });
  const asked: number[] = [];
  const files = {
    nextPending(runId: string, order: Order, options: { limit: number }) {
      asked.push(options.limit);
      return inventory.files.nextPending(runId, order, options);
    },
  } as typeof inventory.files;
  const queue = new TransferQueue(files, { runId: "run1", order: "newest" });
  const reader = queue.stream(never).getReader();
  assert.deepEqual(asked, [], "nothing before the first pull");
  for (let i = 0; i < 32; i++) await take(reader, inventory);
  assert.deepEqual(asked, [32]);
});

Deno.test("files of another run are not handed out", async () => {
  using inventory = openInventory(":memory:");
  add(inventory, { key: "other", day: 10 });
  const queue = new TransferQueue(inventory.files, { runId: "run2", order: "newest" });
  queue.close();
  assert.deepEqual(await takeAll(queue, inventory), []);
});

Deno.test("an abort ends a queue that waits, with the signal's reason", async () => {
  using inventory = openInventory(":memory:");
  const stop = new AbortController();
  const reader = new TransferQueue(inventory.files, { runId: "run1", order: "newest" })
    .stream(stop.signal).getReader();
  const reading = reader.read();
  stop.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
});

Deno.test("large and small files share the connections: neither waits for all of the other kind", async () => {
  using inventory = openInventory(":memory:");
  const large = 64 * 1024 ** 2;
  // The large ones are the newest, and would all come first.
  for (let i = 0; i < 12; i++) add(inventory, { key: `L${i}`, day: 20, sizeBytes: large });
  for (let i = 0; i < 40; i++) add(inventory, { key: `s${i}`, day: 10, sizeBytes: 1_000 });
  const queue = new TransferQueue(inventory.files, { runId: "run1", order: "newest" });
  queue.close();
  const mix = new Mix();
  queue.preferredSize = () => mix.preferred(8);
  const reader = queue.stream(never).getReader();
  const running: FileRow[] = [];
  const begin = async () => {
    const { value } = await reader.read();
    if (!value) return undefined;
    inventory.files.setStatus(value.file_key, { status: "active" }, "run1");
    mix.add(value, 1);
    running.push(value);
    return value.file_key;
  };
  const end = (row: FileRow) => {
    mix.add(row, -1);
    running.splice(running.indexOf(row), 1);
  };
  const kinds = (await Promise.all(Array.from({ length: 8 }, begin))).map((key) => key?.[0]).join("");
  assert.equal(kinds, "LLLLssss");
  // Small files end quickly: their places go to small ones, while the large ones go on.
  const taken: string[] = [];
  for (let i = 0; i < 36; i++) {
    const small = running.find(({ file_key }) => file_key.startsWith("s"));
    if (small) end(small);
    taken.push(await begin() ?? "");
  }
  assert.ok(taken.every((key) => key.startsWith("s")), taken.join(" "));
  // No small one is left: all places are for the large ones.
  while (running.length > 0) {
    end(running[0] as FileRow);
    const key = await begin();
    if (key !== undefined) assert.match(key, /^L/);
  }
  assert.deepEqual(inventory.files.nextPending("run1", "newest", { limit: 10 }), []);
});
