/** What stands in the place of engine.node.ts where there is no Node: nothing is to be checked. */
export {};
