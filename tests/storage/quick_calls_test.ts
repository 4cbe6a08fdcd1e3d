import assert from "node:assert/strict";
import { join } from "node:path";

type QuickCalls = typeof import("../../src/storage/quick_calls.ts");

let copies = 0;

/** The calls as a new process has them: they remember how quick the disk was. */
async function newQuickCalls(): Promise<QuickCalls> {
  return await import(`../../src/storage/quick_calls.ts?copy=${copies++}`) as QuickCalls;
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Time that passes when it is told to. */
class StubbedTime implements Disposable {
  readonly #replaced: Disposable;
  #nowMs = 0;

  constructor() {
    this.#replaced = replaced(performance, { now: () => this.#nowMs });
  }

  pass(elapsedMs: number): void {
    this.#nowMs += elapsedMs;
  }

  [Symbol.dispose](): void {
    this.#replaced[Symbol.dispose]();
  }
}

/** Puts something else in the place of calls of the runtime, until it is disposed. */
function replaced<T extends object>(where: T, calls: Partial<T>): Disposable {
  const names = Object.keys(calls) as (keyof T)[];
  const before = Object.fromEntries(names.map((name) => [name, where[name]]));
  Object.assign(where, calls);
  return { [Symbol.dispose]: () => void Object.assign(where, before) };
}

Deno.test("looking quickly tells what looking tells: files, folders, links, what is not there, what may not be read", async () => {
  const { lstatQuickly, readDirQuickly } = await newQuickCalls();
  await inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "a.txt"), "four");
    await Deno.mkdir(join(dir, "b"));
    await Deno.symlink("nowhere", join(dir, "c"), { type: "file" });
    for (const name of ["a.txt", "b", "c"]) {
      const { size, isFile, isDirectory, isSymlink } = await lstatQuickly(join(dir, name));
      const wanted = await Deno.lstat(join(dir, name));
      assert.deepEqual({ size, isFile, isDirectory, isSymlink }, {
        size: wanted.size,
        isFile: wanted.isFile,
        isDirectory: wanted.isDirectory,
        isSymlink: wanted.isSymlink,
      });
    }
    assert.deepEqual((await readDirQuickly(dir)).map(({ name }) => name).sort(), ["a.txt", "b", "c"]);
    await assert.rejects(lstatQuickly(join(dir, "d")), Deno.errors.NotFound);
    await assert.rejects(readDirQuickly(join(dir, "a.txt")));
  });
});

Deno.test("a disk that takes its time is looked at from other threads, and tried again ever more rarely until it is quick", async () => {
  const { lstatQuickly } = await newQuickCalls();
  const { lstatSync } = Deno;
  using time = new StubbedTime();
  let here = 0;
  let isSlow = true;
  using _ = replaced(Deno, {
    lstatSync: (path) => {
      here++;
      if (isSlow) time.pass(12);
      return lstatSync(path);
    },
  });
  const looksHere = async (count: number) => {
    here = 0;
    for (let n = 0; n < count; n++) await lstatQuickly(".");
    return here;
  };
  assert.equal(await looksHere(3), 3);
  for (const elsewhere of [1_000, 2_000, 4_000]) {
    assert.equal(await looksHere(elsewhere), 0);
    isSlow = elsewhere < 4_000;
    assert.equal(await looksHere(3), 3, `not tried again after ${elsewhere}`);
  }
  assert.equal(await looksHere(1_000), 1_000);
  isSlow = true;
  assert.equal(await looksHere(3 + 1_000 + 1), 4, "it begins with a thousand again");
});

Deno.test("one slow call in twenty sends none elsewhere", async () => {
  const { lstatQuickly } = await newQuickCalls();
  const { lstatSync } = Deno;
  using time = new StubbedTime();
  let here = 0;
  using _ = replaced(Deno, {
    lstatSync: (path) => {
      if (here++ % 20 === 0) time.pass(50);
      return lstatSync(path);
    },
  });
  for (let n = 0; n < 2_000; n++) await lstatQuickly(".");
  assert.equal(here, 2_000);
});

for (const [where, isSlow] of [["here", false], ["from other threads", true]] as const) {
  Deno.test(`calls that change something do it ${where}, and their failures are the runtime's`, async () => {
    const calls = await newQuickCalls();
    const { openSync, mkdirSync } = Deno;
    const { syncDataSync, writeSync } = Deno.FsFile.prototype;
    using time = new StubbedTime();
    let here = 0;
    const count = () => {
      here++;
      if (isSlow) time.pass(5);
    };
    using _ = replaced(Deno, {
      openSync: (...args) => {
        count();
        return openSync(...args);
      },
      mkdirSync: (...args) => {
        count();
        return mkdirSync(...args);
      },
    });
    using _file = replaced(Deno.FsFile.prototype, {
      writeSync(bytes) {
        count();
        return writeSync.call(this, bytes);
      },
      syncDataSync() {
        count();
        syncDataSync.call(this);
      },
    });
    await inFolder(async (dir) => {
      for (let n = 0; n < 5; n++) await writeOnce(join(dir, "sub"), calls);
      // Three changes and three flushes.
      assert.equal(here, isSlow ? 6 : 20);
      await assert.rejects(calls.openQuickly(join(dir, "none", "x")), Deno.errors.NotFound);
      await assert.rejects(calls.renameQuickly(join(dir, "none"), join(dir, "b")), Deno.errors.NotFound);
      await assert.rejects(calls.mkdirQuickly(join(dir, "none", "x"), {}), Deno.errors.NotFound);
    });
  });
}

async function writeOnce(dir: string, calls: QuickCalls): Promise<void> {
  await calls.mkdirQuickly(dir, {});
  const [from, to] = [join(dir, "a"), join(dir, "b")];
  using file = await calls.openQuickly(from, { write: true, createNew: true });
  assert.equal(await calls.writeQuickly(file, new TextEncoder().encode("four")), 4);
  await calls.syncDataQuickly(file, 4);
  await calls.syncQuickly(file);
  await calls.utimeQuickly(file, new Date(1_700_000_000_000));
  await calls.renameQuickly(from, to);
  const { size, mtime } = await Deno.stat(to);
  assert.deepEqual({ size, mtime: mtime?.getTime() }, { size: 4, mtime: 1_700_000_000_000 });
  await Deno.remove(dir, { recursive: true });
}

Deno.test("a disk that flushes slowly is looked at here all the same", async () => {
  const { lstatQuickly, syncDataQuickly } = await newQuickCalls();
  const { lstatSync } = Deno;
  using time = new StubbedTime();
  let [flushes, looks] = [0, 0];
  using _ = replaced(Deno, {
    lstatSync: (path) => {
      looks++;
      return lstatSync(path);
    },
  });
  using _file = replaced(Deno.FsFile.prototype, {
    syncDataSync() {
      flushes++;
      time.pass(5);
    },
  });
  await inFolder(async (dir) => {
    using file = await Deno.create(join(dir, "a"));
    for (let n = 0; n < 50; n++) {
      await syncDataQuickly(file, 1);
      await lstatQuickly(dir);
    }
    assert.equal(flushes, 3);
    assert.equal(looks, 50, "looking went elsewhere, too");
  });
});

Deno.test("what has much to write or to flush never keeps this thread", async () => {
  const { syncDataQuickly, writeQuickly } = await newQuickCalls();
  using _ = replaced(Deno.FsFile.prototype, {
    writeSync: () => assert.fail("written here"),
    syncDataSync: () => assert.fail("flushed here"),
  });
  await inFolder(async (dir) => {
    using file = await Deno.create(join(dir, "a"));
    assert.equal(await writeQuickly(file, new Uint8Array(65_537)), 65_537);
    await syncDataQuickly(file, 65_537);
  });
});
