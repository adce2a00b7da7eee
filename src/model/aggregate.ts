/** The label under which clients know the gateway when one address gives them the tools of all its servers. */
export const AGGREGATE = "gw";
