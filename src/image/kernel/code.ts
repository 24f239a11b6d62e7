/**
 * The kernel's code: modules of WebAssembly, one for what every image needs and one a decoder, so that a page fetches
 * those of the formats that it meets. They share the kernel's memory.
 *
 * It needs vectors (SIMD): Node 16.4, Chrome 91, Firefox 89, Safari 16.4, or later ones.
 */
import { ImageError, MissingPeerError } from "../../core/errors.ts";
import { type WasmMemory, wasm, wasmRefusal } from "../../core/wasm.ts";

/** Bytes of the unit in which memory grows. */
export const pageBytes = 65536;

/** Modules by their digits. */
const compiled = new Map<string, object>();

/** Memory for a kernel, of one page. */
export function newMemory(): WasmMemory {
  try {
    return new (wasm()!.Memory)({ initial: 1 });
  } catch (cause) {
    throw problem(cause);
  }
}

/**
 * The functions of a module over `memory`.
 *
 * @param digits the module, two hexadecimal digits a byte; compiled once
 * @throws MissingPeerError if there is no WebAssembly, or it may not compile, or has no vectors.
 */
export function functionsOver<F>(digits: string, memory: WasmMemory): F {
  try {
    const { Module, Instance } = wasm()!;
    let module = compiled.get(digits);
    if (module === undefined) {
      module = new Module(bytesOf(digits));
      compiled.set(digits, module);
    }
    return new Instance(module, { env: { memory } }).exports as F;
  } catch (cause) {
    throw problem(cause, bytesOf(digits));
  }
}

/** Our error of what came in the place of memory, or of the functions of the module `bytes`. */
function problem(cause: unknown, bytes?: Uint8Array): Error {
  const refusal = wasmRefusal("Images are decoded", cause);
  if (refusal !== undefined) return refusal;
  if (bytes === undefined || wasm()!.validate(bytes))
    return new ImageError("There is no memory for the decoder of images.", { cause });
  return new MissingPeerError(
    "Images are decoded by WebAssembly with vectors (SIMD), which this engine lacks. Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later ones have them.",
    { cause },
  );
}

/** The bytes that hexadecimal digits are. */
function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const at = 2 * i;
    bytes[i] = (digitOf(digits.charCodeAt(at)) << 4) | digitOf(digits.charCodeAt(at + 1));
  }
  return bytes;
}

/** The value of a digit, 0 to 9 and a to f, by its code. */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}
