import { letOthersRun } from "../storage/mod.ts";

/**
 * Gives out turns, one after the other, and lets the network have its own before each.
 *
 * Where the disk answers at once, files whose bytes came together would be written down together, and only then would the
 * requests for the next ones leave, all in the same moment: nothing would be on its way meanwhile, and nothing to do
 * until it came (1,100 small files at 20 ms: 6.1 s in place of 5.4, the thread idle for a third of it).
 */
export function oneAfterTheOther(): () => Promise<void> {
  let last = Promise.resolve();
  return () => last = last.then(letOthersRun);
}
