/**
 * The optional packages of the image floor, loaded without a static import so that it loads in a browser, and without a
 * promise so that an image can be decoded at once.
 */
import { MissingPeerError } from "./errors.ts";
import { fileProblem } from "./file.ts";
import { builtin, node } from "./node.ts";

/** What was found of each package that was asked for: a handful of names, for as long as the thread lives. */
const peers = new Map<string, unknown>();

/**
 * An installed peer package; undefined where it is not installed or this is no Node. Looked for once.
 *
 * @param prepare what is done with it when it was found, once
 */
export function peer<T>(name: string, prepare?: (found: T) => void): T | undefined {
  if (peers.has(name)) return peers.get(name) as T | undefined;
  const found = requirePeer(name) as T | undefined;
  if (found !== undefined) prepare?.(found);
  peers.set(name, found);
  return found;
}

function requirePeer(name: string): unknown {
  const createRequire = builtin("module")?.createRequire;
  if (createRequire === undefined) return undefined;
  checkDescriptors(name);
  try {
    return createRequire(import.meta.url)(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Only a package that is absent is passed over; one that is there and broken must be heard of.
    if (code === "MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return undefined;
    throw new MissingPeerError(
      `The package ${name} is installed but does not load. Reinstall it for this platform: npm install ${name}`,
      { cause: error },
    );
  }
}

/** Node takes a package.json that it cannot open for one that is not there, and remembers that: so first it is tried. */
function checkDescriptors(name: string): void {
  const { closeSync, openSync } = node("fs");
  try {
    closeSync(openSync(node("os").devNull, "r"));
  } catch (cause) {
    throw new MissingPeerError(`The package ${name} cannot be loaded now. ${fileProblem(cause as Error)}`, {
      cause,
    });
  }
}
