/** The kernel of this thread, with what is kept in it from image to image: all of it goes together. */
import { Kernel } from "./kernel.ts";

/** A kernel with more memory than this is not kept, as memory never shrinks: 64 MB hold a photograph of 20 megapixels. */
const keepBytes = 64 << 20;

let current: Kernel | undefined;

/** The kernel for the next image: that of the last image, or a new one. */
export function threadKernel(): Kernel {
  if (current === undefined || current.bytes.length > keepBytes) current = new Kernel();
  return current;
}
