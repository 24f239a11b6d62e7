/** The program that schedules run in: TypeScript is registered here, so that its workers do not start with it. */
await import("../../examples/tsx.js");
await import("./runner-main.ts");
