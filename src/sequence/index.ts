/** The base class of data sets, and streams. */
export type {
  AnyBatch,
  BatchOfAny,
  Hooked,
  NotInAList,
  OneByOne,
  SequenceOrList,
} from "./combinator.ts";
export type { Context, HookContext } from "./context.ts";
export {
  fromGenerator,
  type GeneratorFactory,
  isStream,
  type Stream,
  type StreamContext,
  type StreamOptions,
} from "./generator.ts";
export { type Awaitable, type BatchOf, type Returned, Sequence } from "./sequence.ts";
