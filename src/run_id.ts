/** `20261124T041000Z-9f3a`: sorts by time, unique enough for one archive. */
export function runIdAt(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${crypto.randomUUID().slice(0, 4)}`;
}
