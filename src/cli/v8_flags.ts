/**
 * V8 lets its heap grow with the machine's memory. These keep it small, which costs some time: docs/performance.md says
 * what both come to.
 */
export const v8Flags = "--v8-flags=--max-semi-space-size=8,--heap-growing-percent=100";
