/** Whether a text can be one name in a folder of the archive. */
export function isSafeName(name: string): boolean {
  return !/[/\\\0]/.test(name) && !/^\.{0,2}$/.test(name);
}
