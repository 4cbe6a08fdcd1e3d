/** V8 lets its heap grow with the machine's memory, by 60 MB that bring no speed here (docs/performance.md). */
export const v8Flags = "--v8-flags=--max-semi-space-size=8,--heap-growing-percent=100";
