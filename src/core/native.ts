/** What a class is called, and which are built in. */

/** Functions asked about so far: a dataset has 100,000 objects of one class. */
const natives = new WeakMap<object, boolean>();

/**
 * Whether `prototype` is that of a built-in class, of this realm or another: of the class `name`, or of any where that
 * is left out. Told from the class's source text, as names can be anyone's.
 */
export function isNativePrototype(prototype: object | null, name?: string): boolean {
  const type: unknown = prototype?.constructor;
  if (typeof type !== "function" || type.prototype !== prototype) return false;
  return (name === undefined || type.name === name) && isNativeFunction(type);
}

function isNativeFunction(type: object): boolean {
  let is = natives.get(type);
  if (is === undefined) {
    is = /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(type));
    natives.set(type, is);
  }
  return is;
}

/** The name of an object's class. */
export function classOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "an unnamed class";
}
