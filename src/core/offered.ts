/**
 * Modules with classes that workers of a factory serve only where their script has imported them: those that want packages,
 * which would be in everybody's bundle.
 */

/** By their places in `src`. */
const modules = new Map<string, object>();

/** Offers the classes of `module`, which lies at `place`. */
export function offerModule(place: string, module: object): void {
  modules.set(place, module);
}

/** The module at `place`, if it was offered. */
export function offeredModule(place: string): object | undefined {
  return modules.get(place);
}
