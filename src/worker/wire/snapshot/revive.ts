/**
 * A value built up again from its snapshot.
 *
 * Classes and functions are imported from where the snapshot says they are; of an instance the prototype is put back,
 * without running the constructor. Everything else is data, and stays it: no value among the leaves is ever looked at.
 */
import { PortableError } from "../../../core/errors.ts";
import { idOf, nameOfClass } from "../../../core/native.ts";
import { byIdMark, ifBundled, type Located } from "../portable.ts";
import { code, viewNames } from "./codes.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * What a module exports under a name.
 *
 * @throws PortableError naming what there is, where it is no class or function.
 */
export type FindExport = (name: string) => (...args: never) => unknown;

/** Loads the module that an address names. */
export type LoadModule = (module: string) => Promise<FindExport>;

/** What is found in the module at `url`, which exports `exports`: what has an id by it alone, all else by its name. */
export function exportsOf(url: string, exports: Readonly<Record<string, unknown>>): FindExport {
  // In a CommonJS module, as tsx and bundlers write it, Node may see no names but `default`, which has them all.
  const byDefault = Object(exports.default) as { readonly name?: string } & Record<string, unknown>;
  const all = [...Object.values(exports), ...Object.values(byDefault)].filter(isLocated);
  return (name) => {
    const found = name.startsWith(byIdMark)
      ? all.find((each) => idOf(each) === name.slice(byIdMark.length))
      : [
          exports[name],
          byDefault.name === name ? byDefault : byDefault[name],
          // A bundler gives exports other names. That of the class is the same here as in the program.
          all.find((each) => each.name === name),
        ].find((each) => isLocated(each) && idOf(each) === undefined);
    if (isLocated(found)) return found;
    const what = name.startsWith(byIdMark) ? `with the id \`${name.slice(1)}\`` : `named \`${name}\``;
    throw new PortableError(
      `${url} has no export ${what}; it has: ${Object.keys(exports).join(", ") || "none"}. Export it under its own name. ${ifBundled}`,
    );
  };
}

function isLocated(value: unknown): value is Located {
  return typeof value === "function";
}

/**
 * The value that `snapshot` shows.
 *
 * @throws PortableError if a module lacks the export, or a class cannot be revived.
 */
export async function revive(snapshot: Snapshot, load: LoadModule): Promise<unknown> {
  const modules = new Map<string, FindExport>();
  for (const module of snapshot.modules) modules.set(module, await load(module));
  return new Reader(snapshot, modules).value();
}

/** Stands for an object that is not there before its state is: nothing in it may refer to it. */
const unfinished: unique symbol = Symbol("unfinished");

class Reader {
  readonly #codes: readonly number[];
  readonly #leaves: readonly unknown[];
  readonly #modules: ReadonlyMap<string, FindExport>;
  #code = 0;
  #leaf = 0;
  /** Objects by their number. */
  readonly #objects: unknown[] = [];

  constructor({ codes, leaves }: Snapshot, modules: ReadonlyMap<string, FindExport>) {
    this.#codes = codes;
    this.#leaves = leaves;
    this.#modules = modules;
  }

  value(): unknown {
    const what = this.#next();
    switch (what) {
      case code.leaf:
        return this.#nextLeaf();
      case code.seen:
        return this.#seen(this.#next());
      case code.function:
        return this.#export();
      case code.level: {
        const level = this.#next();
        return harden(this.#object(this.#next()), level);
      }
      default:
        return this.#object(what);
    }
  }

  #next(): number {
    return this.#codes[this.#code++]!;
  }

  #nextLeaf(): unknown {
    return this.#leaves[this.#leaf++];
  }

  #seen(number: number): unknown {
    const object = this.#objects[number];
    if (object !== unfinished) return object;
    throw new PortableError(
      "What getState() returns leads back to the instance itself, which is not there before fromState has made it. Leave that reference out.",
    );
  }

  #object(what: number, prototype?: object): unknown {
    const number = this.#objects.length;
    const register = <T extends object>(object: T): T => {
      if (prototype) Object.setPrototypeOf(object, prototype);
      this.#objects[number] = object;
      return object;
    };
    this.#objects.push(unfinished);
    switch (what) {
      case code.record:
      case code.bareRecord:
        return this.#record(register(what === code.record ? {} : Object.create(null)));
      case code.array:
        return this.#fields(this.#elements(register([])));
      case code.map:
        return this.#map(register(new Map()));
      case code.set: {
        const set = register(new Set());
        for (const member of this.#elements([])) Set.prototype.add.call(set, member);
        return this.#fields(set);
      }
      case code.date:
        return this.#fields(register(new Date(this.#nextLeaf() as number)));
      case code.regexp: {
        const regexp = register(new RegExp(this.#nextLeaf() as string, this.#nextLeaf() as string));
        regexp.lastIndex = this.#nextLeaf() as number;
        return this.#fields(regexp);
      }
      case code.error:
        return this.#error(register);
      case code.boxed:
        return this.#fields(register(Object(this.#nextLeaf()) as object));
      case code.url:
        return register(new URL(this.#nextLeaf() as string));
      case code.buffer:
        return this.#fields(register(this.#nextLeaf() as ArrayBuffer));
      case code.shared:
        return this.#fields(register(this.#shared()));
      case code.smallBuffer:
        return register(Buffer.from(this.#nextLeaf() as ArrayBuffer));
      case code.view:
        return this.#view(register);
      case code.clonable:
        return register(this.#nextLeaf() as object);
      case code.instance:
        return this.#instance(number);
      case code.state:
        return register(this.#state());
      default:
        throw new PortableError(
          "A worker was sent what cannot be sent. Please report this: it is a defect of epochal.",
        );
    }
  }

  #record(record: object): object {
    for (let count = this.#next(); count > 0; count--) {
      const key = this.#nextLeaf() as string;
      const value = this.value();
      // An assignment to it would change the prototype.
      if (key === "__proto__")
        Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
      else (record as Record<string, unknown>)[key] = value;
    }
    return record;
  }

  #elements<A extends unknown[]>(array: A): A {
    const length = this.#next();
    while (array.length < length) {
      const what = this.#codes[this.#code];
      if (what === code.leaves) {
        this.#code++;
        for (let count = this.#next(); count > 0; count--) array.push(this.#nextLeaf());
      } else if (what === code.holes) {
        this.#code++;
        array.length += this.#next();
      } else array.push(this.value());
    }
    return array;
  }

  #map(map: Map<unknown, unknown>): unknown {
    const keys = this.#elements([] as unknown[]);
    const values = this.#elements([] as unknown[]);
    // A class of the user's may have a `set` of its own.
    for (const [i, key] of keys.entries()) Map.prototype.set.call(map, key, values[i]);
    return this.#fields(map);
  }

  /** Own properties, as they were. */
  #fields<T extends object>(object: T): T {
    for (let count = this.#next(); count > 0; count--) {
      const key = this.#nextLeaf() as string;
      const flags = this.#next();
      // As a class field is: plain, also where the prototype has a setter of the name.
      Object.defineProperty(object, key, {
        value: this.value(),
        enumerable: (flags & 4) !== 0,
        writable: (flags & 2) !== 0,
        configurable: (flags & 1) !== 0,
      });
    }
    return object;
  }

  #error(register: <T extends object>(object: T) => T): unknown {
    const name = this.#nextLeaf() as string;
    const message = this.#nextLeaf();
    const stack = this.#nextLeaf();
    const made = new Error();
    Object.setPrototypeOf(made, ((globalThis as never)[name] as { prototype: object }).prototype);
    for (const [key, value] of Object.entries({ message, stack })) {
      const property = { value, writable: true, configurable: true };
      if (value !== undefined) Object.defineProperty(made, key, property);
    }
    return this.#fields(register(made));
  }

  /** The memory itself in a thread; in a process a copy came, which is its own. */
  #shared(): object {
    const memory = this.#nextLeaf() as SharedArrayBuffer | ArrayBuffer;
    if (!(memory instanceof ArrayBuffer)) return memory;
    const shared = new SharedArrayBuffer(memory.byteLength);
    new Uint8Array(shared).set(new Uint8Array(memory));
    return shared;
  }

  #view(register: <T extends object>(object: T) => T): unknown {
    const name = viewNames[this.#next()]!;
    const [byteOffset, length] = [this.#next(), this.#next()];
    // Its number comes before its buffer's.
    const buffer = this.value() as ArrayBuffer;
    if (name === "Buffer") return register(Buffer.from(buffer, byteOffset, length));
    const View = (globalThis as never)[name] as new (
      buffer: ArrayBuffer,
      from: number,
      length: number,
    ) => object;
    return register(new View(buffer, byteOffset, length));
  }

  #instance(number: number): unknown {
    const type = this.#export() as unknown as { readonly prototype: object };
    const what = this.#next();
    if (what === code.plain) {
      const instance = Object.create(type.prototype) as object;
      this.#objects[number] = instance;
      return this.#fields(instance);
    }
    // What its built-in base class holds; one object, so one number.
    this.#objects.pop();
    return this.#object(what, type.prototype);
  }

  #state(): object {
    const type = this.#export() as Located;
    const state = this.value();
    if (typeof type.fromState !== "function") {
      throw new PortableError(`${nameOfClass(type)} has no static fromState(state) in the worker.`);
    }
    return type.fromState(state) as object;
  }

  /** The export that is named next. */
  #export(): (...args: never) => unknown {
    const module = this.#nextLeaf() as string;
    return this.#modules.get(module)!(this.#nextLeaf() as string);
  }
}

function harden(object: unknown, level: number): unknown {
  if (level === 1) return Object.preventExtensions(object);
  return level === 2 ? Object.seal(object) : Object.freeze(object);
}
