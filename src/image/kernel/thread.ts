/** The kernel of this thread, with what is kept in it from image to image: all of it goes together. */
import { JpegPlanes } from "./jpeg.ts";
import { Kernel } from "./kernel.ts";
import { PixelRows } from "./pixels.ts";

/** A kernel with more memory than this is not kept, as memory never shrinks: 64 MB hold a photograph of 20 megapixels. */
const keepBytes = 64 << 20;

/** An instance, and what it is made ready for: a JPEG, and pixels of other decoders. */
export interface ThreadKernel {
  readonly kernel: Kernel;
  readonly jpeg: JpegPlanes;
  readonly pixels: PixelRows;
}

let current: ThreadKernel | undefined;

/** The kernel for the next image: that of the last image, or a new one. */
export function threadKernel(): ThreadKernel {
  if (current === undefined || current.kernel.bytes.length > keepBytes) {
    const kernel = new Kernel();
    current = { kernel, jpeg: new JpegPlanes(kernel), pixels: new PixelRows(kernel) };
  }
  return current;
}
