import assert from "node:assert/strict";
import { createLiveArea } from "../../src/cli/render/live_area.ts";

/** A terminal just good enough for the live area: lines, a cursor, and the few sequences in use. */
class Screen {
  lines: string[] = [""];
  row = 0;
  column = 0;
  columns = 80;
  cursorShown = true;
  breaksLines = true;

  readonly stderr = {
    isTerminal: true,
    write: (text: string) => {
      this.#write(text);
      return true;
    },
  };

  size = () => ({ columns: this.columns, rows: 24 });

  /** Makes the window narrower as most terminals do: lines too long go on in the next row. */
  reflow(columns: number): void {
    const rows = this.lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""]);
    this.row = rows.length - 1;
    this.lines = rows;
    this.columns = columns;
  }

  #write(text: string): void {
    // deno-lint-ignore no-control-regex -- what a terminal reads
    for (const [token, count, command] of text.matchAll(/\x1b\[(\??\d*)([A-Za-z])|[^\x1b]/g)) {
      if (command === "A") this.row -= Number(count);
      else if (command === "J") this.lines.splice(this.row, Infinity, this.#line().slice(0, this.column));
      else if (command === "K") this.lines[this.row] = this.#line().slice(0, this.column);
      else if (count === "?25") this.cursorShown = command === "h";
      else if (count === "?7") this.breaksLines = command === "h";
      else if (token === "\r") this.column = 0;
      else if (token === "\n") this.#newLine();
      else this.#put(token);
    }
  }

  #line(): string {
    return this.lines[this.row] ?? "";
  }

  #newLine(): void {
    this.row++;
    this.column = 0;
    this.lines[this.row] ??= "";
  }

  #put(char: string): void {
    if (this.column >= this.columns) {
      if (this.breaksLines) this.#newLine();
      else this.column = this.columns - 1;
    }
    const line = this.#line();
    this.lines[this.row] = line.slice(0, this.column) + char + line.slice(this.column + 1);
    this.column++;
  }
}

Deno.test("createLiveArea() repaints in place, lets lines pass above, and leaves no trace", () => {
  const screen = new Screen();
  const area = createLiveArea(screen);
  area.print("before");
  area.paint(["one: a longer line", "two", "total"]);
  assert.equal(screen.cursorShown, false);
  area.paint(["one: short", "total"]);
  assert.deepEqual(screen.lines, ["before", "one: short", "total", ""]);
  area.print("a warning\nof two lines");
  assert.deepEqual(screen.lines, ["before", "a warning", "of two lines", "one: short", "total", ""]);
  area.paint(["total"]);
  area.close();
  area.close();
  assert.deepEqual(screen.lines, ["before", "a warning", "of two lines", ""]);
  assert.equal(screen.cursorShown, true);
  area.print("after");
  assert.deepEqual(screen.lines, ["before", "a warning", "of two lines", "after", ""]);
});

Deno.test("createLiveArea() erases all it painted after the window became narrower", () => {
  const screen = new Screen();
  const area = createLiveArea(screen);
  area.print("kept");
  area.paint(["x".repeat(70), "y".repeat(30)]);
  screen.reflow(25);
  assert.deepEqual(screen.lines.length, 1 + 3 + 2 + 1);
  area.paint(["short"]);
  assert.deepEqual(screen.lines, ["kept", "short", ""]);
});

Deno.test("createLiveArea() keeps each line on one row when the window is narrower than it said", () => {
  const screen = new Screen();
  const area = createLiveArea({ ...screen, stderr: screen.stderr, size: () => ({ columns: 80, rows: 24 }) });
  screen.columns = 25;
  area.paint(["x".repeat(70), "total"]);
  assert.equal(screen.lines.length, 3);
  area.paint(["total"]);
  area.close();
  assert.deepEqual(screen.lines, [""]);
  assert.equal(screen.breaksLines, true);
});
