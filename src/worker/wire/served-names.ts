/**
 * How classes and functions are found where they are served, and not imported: by ids.
 *
 * Bundlers change the names of classes, and in the page's bundle to others than in the worker's. So what is sent is the
 * literal `id` of a class or function. One dataset class may go without: if it is the only one that is served and the only
 * one that is sent, it is that one. What can be compared then is: the names of its methods, which bundlers leave alone,
 * and its own name where no bundler has shortened it. Limit: two classes of the same methods, in shortened bundles.
 */
import { show } from "../../core/check.ts";
import { OptionError, PortableError } from "../../core/errors.ts";
import { idOf } from "../../core/native.ts";
import type { Locate, Located } from "./portable.ts";
import { exportsOf, type FindExport, type LoadModule } from "./snapshot/revive.ts";

/** Where ids of the user's are. */
const byId = "served";

/** Where a dataset class without an id is. */
const alone = "served alone";

/** What ids of ours begin with; then the module's place in `src`, a `#` and the class. */
const ours = "epochal:";

/** Classes and functions that are served, by names. */
export type Served = Readonly<Record<string, unknown>>;

/** Finds classes and functions by their ids. Of those without one it is given, it takes one. */
export function byServedName(): Locate {
  let only: Located | undefined;
  return ({ located, kind, what }) => {
    const id = idOf(located);
    if (id?.startsWith(ours)) {
      const [module, name] = id.split("#");
      return { module: module!, export: name! };
    }
    if (id !== undefined) return { module: byId, export: id };
    if (kind === "function") {
      throw new PortableError(
        `Workers cannot find ${what}: a function that is served needs an id of its own, as bundlers change names. Mark it with portable(import.meta.url, fn, "${located.name || "name"}"), and give it to serve({ … }) in the worker's script.`,
      );
    }
    if (!isDataset(located)) {
      throw new PortableError(
        `Workers cannot find ${what}: it has no id. If the class is yours, add \`static readonly id = "${located.name || "Name"}"\` and give it to serve({ … }) in the worker's script. If it is not (an open file, a connection, a model), leave it out of what is sent: open it in getItem, and give the class that holds it getState() and static fromState(state).`,
      );
    }
    only ??= located;
    if (only !== located) {
      throw new PortableError(
        `Workers cannot tell ${only.name} and ${located.name} apart: bundlers change the names of classes. Give each \`static readonly id = "…"\`, a literal.`,
      );
    }
    return { module: alone, export: JSON.stringify(likenessOf(located)) };
  };
}

/** What is told of a class without an id. */
interface Likeness {
  readonly name: string;
  /** Names of its methods and accessors, sorted. */
  readonly members: readonly string[];
}

function isDataset({ prototype }: Located): boolean {
  return typeof (prototype as { readonly getItem?: unknown } | undefined)?.getItem === "function";
}

function likenessOf({ name, prototype }: Located): Likeness {
  return { name, members: Object.getOwnPropertyNames(prototype).sort() };
}

/**
 * What finds the served classes and functions; of ours those in the modules that `own` gives, by their places.
 *
 * @throws OptionError if one is neither, two have one id, or a function has none.
 */
export function servedModules(
  served: Served,
  own: (place: string) => Promise<object | undefined>,
): LoadModule {
  const named = new Map<string, Located>();
  const nameless: Located[] = [];
  for (const [key, value] of Object.entries(served)) {
    if (typeof value !== "function") {
      throw new OptionError(
        `serve() takes classes and functions by their names, serve({ Photos }), got ${show(value)} as \`${key}\`.`,
      );
    }
    const located = value as unknown as Located;
    const id = idOf(located);
    if (id === undefined) {
      if (!isDataset(located)) throw needsId(key, located);
      nameless.push(located);
    } else if (named.has(id) && named.get(id) !== located) {
      throw new OptionError(`serve() was given two things with the id \`${id}\`. Give each its own.`);
    } else named.set(id, located);
  }
  const list = Object.keys(served).join(", ") || "no class of yours";

  function findById(id: string): Located {
    const found = named.get(id);
    if (found) return found;
    throw new PortableError(
      `The worker serves ${list}; what was sent has the id \`${id}\`. Add it in the worker's script: serve({ ${[...Object.keys(served), id].join(", ")} }).`,
    );
  }

  function findAlone(text: string): Located {
    const sent = JSON.parse(text) as Likeness;
    const what = `The worker serves ${list}; what was sent is an instance of ${sent.name || "a class without a name"}, which has no id`;
    if (nameless.length > 1)
      throw new PortableError(
        `${what} (and bundlers change the names of classes). Give each class \`static readonly id = "…"\`, a literal.`,
      );
    const [found] = nameless;
    if (found && isLike(likenessOf(found), sent)) return found;
    throw new PortableError(
      `${what}. Serve that class, serve({ ${sent.name} }), or give the classes \`static readonly id = "…"\`, a literal that is the same on both sides.`,
    );
  }

  return async (module) => {
    if (module === byId) return findById;
    if (module === alone) return findAlone;
    const place = module.slice(ours.length);
    const found = await own(place);
    if (found) return findOwn(found);
    const entry = /^data\/\w+/.exec(place)?.[0] ?? "testing";
    throw new PortableError(
      `What was sent is of epochal/${entry}, which the worker's script does not import. Add there: import "epochal/${entry}";`,
    );
  };
}

/** What finds a class of ours in its module. */
function findOwn(module: object): FindExport {
  const exports = Object.values(module) as readonly unknown[];
  return (name) => {
    const found = exports.find(
      (each) => typeof each === "function" && idOf(each)?.endsWith(`#${name}`) === true,
    );
    return exportsOf("epochal", { [name]: found })(name);
  };
}

function needsId(key: string, { prototype }: Located): OptionError {
  const isClass = prototype !== undefined;
  return new OptionError(
    `\`${key}\`, given to serve(), has no id, and bundlers change names. ${isClass ? `Give the class \`static readonly id = "${key}"\`.` : `Mark the function with portable(import.meta.url, fn, "${key}").`}`,
  );
}

function isLike(one: Likeness, other: Likeness): boolean {
  if (one.members.join() !== other.members.join()) return false;
  const [a, b] = [plainName(one), plainName(other)];
  return a === b || a.length < shortened || b.length < shortened;
}

/** Names that are shorter may be a bundler's. */
const shortened = 4;

/** A name without what bundlers add to keep two apart: `_Photos`, `Photos2`, `Photos$1`. */
function plainName({ name }: Likeness): string {
  return name.replace(/^[_$]+|[_$]*\d*$/g, "");
}
