/**
 * How classes and functions are found where they are served, and not imported: by ids.
 *
 * Bundlers change the names of classes, and in the page's bundle to others than in the worker's. So what is sent is the
 * literal `id` of a class or function. One dataset class may go without: if it is the only one that is served and the only
 * one that is sent, it is that one. What can be compared then is: the names of its methods, which bundlers leave alone,
 * and its own name where no bundler has shortened it. Limit: two classes of the same methods, in shortened bundles or of names of two letters.
 */
import { show } from "../../core/check.ts";
import { OptionError, PortableError } from "../../core/errors.ts";
import { idOf, isOwnId } from "../../core/native.ts";
import type { Locate, Located } from "./portable.ts";
import type { FindExport, LoadModule } from "./snapshot/revive.ts";

/** Where what the user serves is; its exports are likenesses. */
const users = "served";

/** Classes and functions that are served, by names. */
export type Served = Readonly<Record<string, unknown>>;

/** Finds classes and functions by their ids. Of those without one it is given, it takes one. */
export function byServedName(): Locate {
  let only: Located | undefined;
  const named = new Map<string, Located>();
  return ({ located, kind, what }) => {
    const id = idOf(located);
    if (id !== undefined && isOwnId(id)) {
      const [module, name] = id.split("#");
      return { module: module!, export: name! };
    }
    checkId(located, what);
    if (id !== undefined) {
      const other = named.get(id) ?? located;
      if (other !== located) {
        throw new PortableError(
          `Workers cannot tell ${other.name} and ${located.name} apart: both have the id \`${id}\`. Give each its own.`,
        );
      }
      named.set(id, located);
    } else if (kind === "function") {
      throw new PortableError(
        located.name === "getItem"
          ? `Workers cannot find ${what}: write what has it as a class, with \`static readonly id = "…"\`, and give it to serve({ … }) in the worker's script.`
          : `Workers cannot find ${what}: a function that is served needs an id of its own, a name of your choice, as bundlers change names. Mark it with portable(import.meta.url, fn, "…"), and give it to serve({ … }) in the worker's script.`,
      );
    } else if (!isDataset(located)) {
      throw new PortableError(
        `Workers cannot find ${what}: it has no id. If the class is yours, add \`static readonly id = "…"\`, a name of your choice, and give it to serve({ … }) in the worker's script. If it is not (an open file, a connection, a model), leave it out of what is sent: open it in getItem, and give the class that holds it getState() and static fromState(state).`,
      );
    } else {
      only ??= located;
      if (only !== located) {
        throw new PortableError(
          `Workers cannot tell ${only.name} and ${located.name} apart: bundlers change the names of classes. Give each \`static readonly id = "…"\`, a literal.`,
        );
      }
    }
    return { module: users, export: JSON.stringify(likenessOf(located)) };
  };
}

/** What is told of a class or function. */
interface Likeness {
  readonly id: string | undefined;
  readonly name: string;
  /** Names of a class's methods and accessors, sorted. */
  readonly members: readonly string[];
}

/** An id that is none would be passed over, and the class taken for one without. */
function checkId(located: Located, what: string): void {
  const text = idOf(located);
  if (!Object.hasOwn(located, "id") || (text !== undefined && !text.startsWith("epochal:"))) return;
  const { id } = located as { readonly id?: unknown };
  throw new OptionError(
    `The \`id\` of ${what} must be a text that does not begin with "epochal:", got ${show(id)}. Leave it out, or write another.`,
  );
}

function isDataset({ prototype }: Located): boolean {
  return typeof (prototype as { readonly getItem?: unknown } | undefined)?.getItem === "function";
}

function likenessOf(located: Located): Likeness {
  const { name, prototype } = located;
  return { id: idOf(located), name, members: Object.getOwnPropertyNames(prototype ?? {}).sort() };
}

/**
 * What finds the served classes and functions; of ours those in the modules that `own` gives, by their places.
 *
 * One long function, as what is served and what is said of it are one state.
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
    checkId(located, `\`${key}\`, given to serve(),`);
    if (id === undefined) {
      if (!isDataset(located)) throw needsId(key, located);
      nameless.push(located);
    } else if (named.has(id) && named.get(id) !== located) {
      throw new OptionError(`serve() was given two things with the id \`${id}\`. Give each its own.`);
    } else named.set(id, located);
  }
  const list = Object.keys(served).join(", ") || "no class of yours";

  function findById(id: string, sent: Likeness): Located {
    const found = named.get(id);
    if (found && isSame(likenessOf(found), sent, true)) return found;
    if (found)
      throw new PortableError(
        `The worker serves ${list}; what was sent has the id \`${id}\` too, but is another class, ${sent.name}. Give each class an id of its own, and build both sides from the same sources.`,
      );
    if (Object.hasOwn(served, id))
      throw new PortableError(
        `The worker serves ${list}; what was sent has the id \`${id}\`, and the \`${id}\` that is served has none. Build both sides from the same sources.`,
      );
    throw new PortableError(
      `The worker serves ${list}; what was sent has the id \`${id}\`. Add it in the worker's script: serve({ ${[...Object.keys(served), id].join(", ")} }).`,
    );
  }

  function findAlone(sent: Likeness): Located {
    const what = `The worker serves ${list}; what was sent is an instance of ${sent.name || "a class without a name"}, which has no id`;
    if (nameless.length > 1)
      throw new PortableError(
        `${what} (and bundlers change the names of classes). Give each class \`static readonly id = "…"\`, a literal.`,
      );
    const [found] = nameless;
    if (found && isSame(likenessOf(found), sent, false)) return found;
    throw new PortableError(
      `${what}. Serve that class, or give the classes \`static readonly id = "…"\`, a literal that is the same on both sides.`,
    );
  }

  function findUsers(text: string): Located {
    const sent = JSON.parse(text) as Likeness;
    return sent.id === undefined ? findAlone(sent) : findById(sent.id, sent);
  }

  return async (module) => {
    if (module === users) return findUsers;
    const place = module.slice("epochal:".length);
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
    if (found) return found as Located;
    throw new PortableError(`This epochal has no ${name}. Build both sides from one installation.`);
  };
}

function needsId(key: string, { prototype }: Located): OptionError {
  const isClass = prototype !== undefined;
  return new OptionError(
    `\`${key}\`, given to serve(), has no id, and bundlers change names. ${isClass ? `Give the class \`static readonly id = "${key}"\`.` : `Mark the function with portable(import.meta.url, fn, "${key}").`}`,
  );
}

/** Whether two likenesses are of one class; with `renamed` bundlers may have put a number behind one's name. */
function isSame(one: Likeness, other: Likeness, renamed: boolean): boolean {
  if (one.members.join() !== other.members.join()) return false;
  if (one.members.length === 0) return true;
  const [a, b] = [plainName(one), plainName(other)];
  if (a === b || a.length <= shortened || b.length <= shortened) return true;
  return renamed && a.replace(/\d+$/, "") === b.replace(/\d+$/, "");
}

/** Names that are this short may be a bundler's. */
const shortened = 2;

/** A name without what bundlers add to keep two apart, and people hardly do: `_Photos`, `Photos$1`. */
function plainName({ name }: Likeness): string {
  return name.replace(/^_+|\$\d+$/g, "");
}
