import { createRandom } from "./_random.ts";

const blockBytes = 65_536;
let sharedBlock: Uint8Array | undefined;

/**
 * Fills `target` with the noise that a file has at `offset`: one shared random block over and over, each time
 * stamped with the file's seed and the block's number, so that no two files and no two places are equal.
 */
export function fillNoise(
  target: Uint8Array,
  place: { readonly seed: number; readonly offset: number },
): void {
  const block = sharedBlock ??= randomBlock();
  const stamp = new Uint8Array(8);
  const view = new DataView(stamp.buffer);
  view.setUint32(0, place.seed);
  let done = 0;
  while (done < target.length) {
    const offset = place.offset + done;
    const inBlock = offset % blockBytes;
    const length = Math.min(target.length - done, blockBytes - inBlock);
    target.set(block.subarray(inBlock, inBlock + length), done);
    if (inBlock < stamp.length) {
      view.setUint32(4, Math.floor(offset / blockBytes));
      target.set(stamp.subarray(inBlock, inBlock + Math.min(length, stamp.length - inBlock)), done);
    }
    done += length;
  }
}

function randomBlock(): Uint8Array {
  const random = createRandom(20_241_201);
  return Uint8Array.from({ length: blockBytes }, () => random.int(0, 255));
}
