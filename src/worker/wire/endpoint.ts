/**
 * What a kind of worker consists of, beside an entry that wakes up on the far side: an endpoint, which carries
 * messages, and a codec, which says how a batch leaves and arrives. {@link connect} (connect.ts) makes a worker of the
 * two, `answerLoader` (entry/answer.ts) what answers it.
 */
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** Sends a message; the buffers of `transfer` are moved with it where memory can be moved. */
export type Post = (message: object, transfer?: readonly ArrayBuffer[]) => void;

/** The loader's end of the way to a far side: a thread, a process, a page's worker, another machine. */
export interface Endpoint {
  /** As messages name the far side: `thread 2`. */
  readonly name: string;
  /** Throws where the message cannot be sent. One that comes too late for the far side is dropped. */
  readonly post: Post;
  /** Says who is told of what comes; called once, before anything can come. */
  listen(listener: EndpointListener): void;
  /** Keeps the program alive. It does not before this is called. */
  ref(): void;
  /** Does not keep the program from ending. */
  unref(): void;
  /** Ends the far side by force. Resolves when it is gone, or cannot be waited for any longer. */
  end(): Promise<void>;
}

/** Who listens at an endpoint. */
export interface EndpointListener {
  /** A message of our code on the far side has come. */
  onMessage(message: object): void;
  /** The far side is gone, and why as far as the system tells. Called once, and last. */
  onEnd(reason: Error): void;
}

/** How what one side sends leaves, and what it receives arrives. It may give messages fields of its own. */
export interface Codec<Sent, Received> {
  /** Sends a message by `post`; throws where it cannot be sent. */
  send(message: Sent, post: Post): void;
  /** The message as it was before the other side's `send`. */
  receive(message: object): Received;
}

/** The loader's half of a codec. */
export interface LoaderCodec extends Codec<WorkerRequest, WorkerReply> {
  /** Takes the memory of a batch back, for the next ones. */
  recycle(buffers: readonly ArrayBuffer[]): void;
}

/** The worker's half of a codec. */
export type WorkerCodec = Codec<WorkerReply, WorkerRequest>;

/** A far side that has been started. */
export interface FarSide {
  readonly endpoint: Endpoint;
  readonly codec: LoaderCodec;
}
