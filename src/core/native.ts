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
  const type: unknown = value.constructor;
  return (typeof type === "function" && nameOfClass(type)) || "an unnamed class";
}

/** The literal that a class or function says it is called by, which outlives minifying; undefined where it says none. */
export function idOf(located: object): string | undefined {
  if (!Object.hasOwn(located, "id")) return undefined;
  const { id } = located as { readonly id?: unknown };
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** What a class is called in messages and states: by its own `id`, of ours the last part; else by its name. */
export function nameOfClass(type: { readonly name: string }): string {
  const id = idOf(type);
  if (id === undefined) return type.name;
  return isOwnId(id) ? id.slice(id.indexOf("#") + 1) : id;
}

/** Whether an id is of a class of ours: `epochal:`, its module's place in `src`, `#` and the class. */
export function isOwnId(id: string): boolean {
  return /^epochal:[\w/-]+#\w+$/.test(id);
}
