// HOST. Limits and timeouts of MCP servers, each with its reason.

/** From the start to the answer to the first question: programs that are fetched before they run (`npx`) take half a minute. */
export const MCP_START_MS = 60_000
/** For the list of its tools, once it runs: it is a table that it has at hand. */
export const MCP_LIST_MS = 20_000
/** To say goodbye to a server behind an address: it knows how to live without that. */
export const MCP_CLOSE_MS = 1_000
/** Bytes of one message: a tool's result that is larger belongs elsewhere. */
export const MCP_MESSAGE_BYTES = 32 * 1024 * 1024
/** Tools that a server lists, over all pages: an endless list ends here. */
export const MCP_LISTED_TOOLS = 2_000
/** Characters of a tool's description that a model is told: more is not a description. */
export const MCP_DESCRIPTION_LENGTH = 4_000
