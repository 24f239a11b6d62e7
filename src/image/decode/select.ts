/** Which engine takes an image: the first installed one that does not decline it. */
import { ImageError, MissingPeerError } from "../../core/errors.ts";
import { builtin } from "../../core/node.ts";
import { baselineEngine } from "./baseline.ts";
import { browserEngine } from "./browser.ts";
import type { Engine, Job } from "./decoder.ts";
import { type Format, formatOf } from "./format.ts";
import { isJpeg } from "./jpeg-header.ts";
import { sharpEngine } from "./sharp.ts";
import { turboEngine } from "./turbo.ts";

/** An engine and how it is made; made once, when first needed. */
interface Slot {
  readonly make: () => Engine | undefined;
  /** Whether the engine may take these bytes: asked before it is made. */
  readonly takes: (bytes: Uint8Array) => boolean;
  engine?: Engine | undefined;
  made: boolean;
}

const slots: readonly Slot[] = [
  { make: baselineEngine, takes: isJpeg, made: false },
  { make: turboEngine, takes: isJpeg, made: false },
  { make: sharpEngine, takes: () => true, made: false },
  { make: browserEngine, takes: () => true, made: false },
];

/**
 * Decodes `bytes` by the first engine that takes them, and writes the row.
 *
 * @throws ImageError (without a path) if they are no image, or damaged.
 * @throws MissingPeerError if no installed package decodes them.
 */
export function decode(bytes: Uint8Array, job: Job): void | Promise<void> {
  if (bytes.length === 0) throw new ImageError("The file is empty. Fetch or copy it again.");
  if (!isJpeg(bytes)) checkFormat(formatOf(bytes));
  let damaged = false;
  for (const slot of slots) {
    if (!slot.takes(bytes)) continue;
    if (!slot.made) {
      slot.engine = slot.make();
      slot.made = true;
    }
    const outcome = slot.engine?.decode(bytes, job);
    if (outcome === "done") return;
    if (outcome instanceof Promise) return outcome.then(() => undefined);
    damaged ||= outcome === "damaged";
  }
  if (damaged) {
    throw new ImageError(
      "The JPEG file is damaged. The package sharp may still read it (npm install sharp); otherwise fetch or copy it again.",
    );
  }
  throw missingPeer(isJpeg(bytes));
}

/** Refuses what holds no pixels, before an engine might render it, and what no engine decodes. */
function checkFormat(format: Format | undefined): void {
  if (format === undefined) {
    throw new ImageError(
      "It is no image of a known format. Leave it out of the list, or give imread an `onError`.",
    );
  }
  if (format.decoded === "never") {
    throw new ImageError(
      `It is ${format.name}, which is not decoded. Convert it to JPEG, PNG or WebP, or leave it out of the list.`,
    );
  }
}

function missingPeer(jpeg: boolean): MissingPeerError {
  const what = jpeg ? "Decoding this kind of JPEG file" : "It is no JPEG file, and decoding any other kind";
  if (builtin("module") === undefined) {
    return new MissingPeerError(
      `${what} needs a package for Node, and this is a browser. Decode it with createImageBitmap and begin with fromPixels(), or store sequential JPEG files.`,
    );
  }
  return new MissingPeerError(
    `${what} needs a package that is not installed: npm install ${jpeg ? "@julusian/jpeg-turbo@2 sharp" : "sharp"}`,
  );
}
