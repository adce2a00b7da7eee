/**
 * What the official conformance suite expects of a server, by the names that it calls: tools, prompts and resources, on the
 * official SDK. A server alone and the gateway before it are held to the same.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  acceptedContent,
  completable,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";

/** Tells those who listen that a list changed. */
export interface Bell {
  toolsChanged(): void;
  promptsChanged(): void;
}

/** A red dot and a silence, the smallest that there are. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const STEP_MS = 20;

const text = (words: string) => ({ content: [{ type: "text" as const, text: words }] });
const asked = (words: string) => ({ role: "user" as const, content: { type: "text" as const, text: words } });

const NAME_FORM = {
  type: "object" as const,
  properties: { name: { type: "string" as const } },
  required: ["name"],
};

/** A server with everything that the suite calls; one for each session, or for each request. */
export function fixtureServer(bell: Bell): McpServer {
  const states = createRequestStateCodec<{ step: number }>({ key: "a key that only this fixture knows, 32 bytes" });
  const server = new McpServer(
    { name: "conformance-fixture", version: "1.0.0" },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: states.verify },
    },
  );
  addContents(server);
  addConversations(server);
  addQuestions(server, states);
  addDiagnostics(server, bell);
  addPrompts(server);
  addResources(server);
  return server;
}

type States = ReturnType<typeof createRequestStateCodec<{ step: number }>>;

function addContents(server: McpServer): void {
  const resource = {
    uri: "test://embedded-resource",
    mimeType: "text/plain",
    text: "This is an embedded resource content.",
  };
  const mixed = {
    uri: "test://mixed-content-resource",
    mimeType: "application/json",
    text: '{"test":"data","value":123}',
  };
  const image = { type: "image" as const, data: PNG, mimeType: "image/png" };
  server.registerTool("test_simple_text", { description: "Answers with a text" }, () =>
    text("This is a simple text response for testing."),
  );
  server.registerTool("test_image_content", { description: "Answers with an image" }, () => ({ content: [image] }));
  server.registerTool("test_audio_content", { description: "Answers with a sound" }, () => ({
    content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }],
  }));
  server.registerTool("test_embedded_resource", { description: "Answers with a resource" }, () => ({
    content: [{ type: "resource", resource }],
  }));
  server.registerTool("test_multiple_content_types", { description: "Answers with several contents" }, () => ({
    content: [{ type: "text", text: "Multiple content types test:" }, image, { type: "resource", resource: mixed }],
  }));
  server.registerTool("test_error_handling", { description: "Fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
}

async function log({ mcpReq }: ServerContext, data: string): Promise<void> {
  await mcpReq.log("info", data);
}

function addConversations(server: McpServer): void {
  server.registerTool("test_tool_with_logging", { description: "Says what it does" }, async (context) => {
    await log(context, "Tool execution started");
    await pause(STEP_MS);
    await log(context, "Tool processing data");
    await pause(STEP_MS);
    await log(context, "Tool execution completed");
    return text("Tool with logging executed successfully");
  });
  server.registerTool("test_tool_with_progress", { description: "Says how far it is" }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total: 100, message: `Completed step ${progress} of 100` };
        await mcpReq.notify({ method: "notifications/progress", params });
      }
      await pause(STEP_MS);
    }
    return text("Tool with progress executed successfully");
  });
  server.registerTool("test_reconnection", { description: "Ends its stream, then answers" }, async ({ http }) => {
    http?.closeSSE?.();
    await pause(5 * STEP_MS);
    return text("Reconnection test completed successfully.");
  });
  server.registerTool(
    "test_sampling",
    { description: "Asks the model", inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const result = await mcpReq.requestSampling({ messages: [asked(prompt)], maxTokens: 100 });
      const content = Array.isArray(result.content) ? result.content[0] : result.content;
      return text(`LLM response: ${content?.type === "text" ? content.text : "No response"}`);
    },
  );
  const elicit = (name: string, requestedSchema: object) =>
    server.registerTool(name, { description: "Asks the person" }, async ({ mcpReq }) => {
      const params = { message: "Please review and update the form fields", requestedSchema };
      const { action, content = {} } = await mcpReq.elicitInput(params as Parameters<typeof mcpReq.elicitInput>[0]);
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
    });
  server.registerTool(
    "test_elicitation",
    { description: "Asks the person", inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const string = (description: string) => ({ type: "string" as const, description });
      const properties = { username: string("User's response"), email: string("User's email address") };
      const requestedSchema = { type: "object" as const, properties, required: ["username", "email"] };
      const { action, content = {} } = await mcpReq.elicitInput({ message, requestedSchema });
      return text(`User response: action=${action}, content=${JSON.stringify(content)}`);
    },
  );
  elicit("test_elicitation_sep1034_defaults", {
    type: "object",
    properties: {
      name: { type: "string", description: "User name", default: "John Doe" },
      age: { type: "integer", description: "User age", default: 30 },
      score: { type: "number", description: "User score", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", description: "Verification status", default: true },
    },
    required: [],
  });
  const titled = (prefix: string, names: string[]) =>
    names.map((title, at) => ({ const: `${prefix}${at + 1}`, title }));
  elicit("test_elicitation_sep1330_enums", {
    type: "object",
    properties: {
      untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
      titledSingle: { type: "string", oneOf: titled("value", ["First Option", "Second Option", "Third Option"]) },
      legacyEnum: {
        type: "string",
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
      titledMulti: {
        type: "array",
        items: { anyOf: titled("value", ["First Choice", "Second Choice", "Third Choice"]) },
      },
    },
    required: [],
  });
}

function addQuestions(server: McpServer, states: States): void {
  const prefix = "test_input_required_result_";
  const askName = (message: string) => inputRequired.elicit({ message, requestedSchema: NAME_FORM });
  const sample = (words: string, maxTokens: number) =>
    inputRequired.createMessage({ messages: [asked(words)], maxTokens });
  server.registerTool(`${prefix}elicitation`, { description: "Asks for a name" }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, "user_name");
    if (typeof given?.name === "string") return text(`Hello, ${given.name}!`);
    return inputRequired({ inputRequests: { user_name: askName("What is your name?") } });
  });
  server.registerTool(`${prefix}sampling`, { description: "Asks for a capital" }, ({ mcpReq }) => {
    const answer = mcpReq.inputResponses?.capital_question as { content?: { text?: string } } | undefined;
    if (answer !== undefined) return text(`The model says: ${answer.content?.text ?? ""}`);
    return inputRequired({ inputRequests: { capital_question: sample("What is the capital of France?", 100) } });
  });
  server.registerTool(`${prefix}list_roots`, { description: "Asks for the client's roots" }, ({ mcpReq }) => {
    const answer = mcpReq.inputResponses?.client_roots as { roots?: { uri: string }[] } | undefined;
    if (answer?.roots !== undefined) return text(`Roots: ${answer.roots.map(({ uri }) => uri).join(", ")}`);
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  server.registerTool(`${prefix}request_state`, { description: "Asks with a state" }, async (context) => {
    const { mcpReq } = context;
    if (acceptedContent(mcpReq.inputResponses, "confirm") !== undefined && mcpReq.requestState() !== undefined) {
      return text("state-ok");
    }
    const properties = { ok: { type: "boolean" as const } };
    const requestedSchema = { type: "object" as const, properties, required: ["ok"] };
    const confirm = inputRequired.elicit({ message: "Please confirm", requestedSchema });
    return inputRequired({ inputRequests: { confirm }, requestState: await states.mint({ step: 1 }) });
  });
  server.registerTool(`${prefix}multiple_inputs`, { description: "Asks three things at once" }, async ({ mcpReq }) => {
    const given = mcpReq.inputResponses ?? {};
    if (["user_name", "greeting", "client_roots"].every((name) => name in given)) return text("All inputs received");
    const inputRequests = {
      user_name: askName("What is your name?"),
      greeting: sample("Generate a greeting", 50),
      client_roots: inputRequired.listRoots(),
    };
    return inputRequired({ inputRequests, requestState: await states.mint({ step: 1 }) });
  });
  server.registerTool(`${prefix}multi_round`, { description: "Asks twice" }, async ({ mcpReq }) => {
    const { step } = mcpReq.requestState<{ step: number }>() ?? { step: 0 };
    const given = mcpReq.inputResponses ?? {};
    if (step === 2 && "step2" in given) return text("Both steps are done");
    if (step === 1 && "step1" in given) {
      const properties = { color: { type: "string" as const } };
      const requestedSchema = { type: "object" as const, properties, required: ["color"] };
      const step2 = inputRequired.elicit({ message: "Step 2: What is your favorite color?", requestedSchema });
      return inputRequired({ inputRequests: { step2 }, requestState: await states.mint({ step: 2 }) });
    }
    const step1 = askName("Step 1: What is your name?");
    return inputRequired({ inputRequests: { step1 }, requestState: await states.mint({ step: 1 }) });
  });
  server.registerTool(`${prefix}tampered_state`, { description: "Asks with a sealed state" }, async ({ mcpReq }) => {
    if (mcpReq.requestState() !== undefined) return text("The state is whole");
    const confirm = askName("What is your name?");
    return inputRequired({ inputRequests: { confirm }, requestState: await states.mint({ step: 1 }) });
  });
  server.registerTool(`${prefix}capabilities`, { description: "Asks what the client can answer" }, ({ mcpReq }) => {
    const meta = (mcpReq.envelope ?? {}) as Record<string, unknown>;
    const can = (meta["io.modelcontextprotocol/clientCapabilities"] ?? {}) as Record<string, unknown>;
    if (mcpReq.inputResponses !== undefined) return text("Answered");
    const inputRequests = {
      ...(can.elicitation === undefined ? {} : { user_name: askName("What is your name?") }),
      ...(can.sampling === undefined ? {} : { greeting: sample("Generate a greeting", 50) }),
    };
    return Object.keys(inputRequests).length === 0 ? text("Nothing to ask") : inputRequired({ inputRequests });
  });
}

const RICH_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
} as const;

function addDiagnostics(server: McpServer, bell: Bell): void {
  // The SDK refuses to ask a client for what it did not say it can do.
  server.registerTool("test_missing_capability", { description: "Needs a client that samples" }, () => {
    const messages = [asked("Hello")];
    return inputRequired({ inputRequests: { greeting: inputRequired.createMessage({ messages, maxTokens: 1 }) } });
  });
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Tool with JSON Schema 2020-12 features", inputSchema: fromJsonSchema(RICH_SCHEMA) },
    () => text("Valid"),
  );
  server.registerTool("test_streaming_elicitation", { description: "Asks in a stream" }, ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return text("Answered");
    const user_name = inputRequired.elicit({ message: "What is your name?", requestedSchema: NAME_FORM });
    return inputRequired({ inputRequests: { user_name } });
  });
  server.registerTool("test_logging_tool", { description: "Logs where it may" }, async (context) => {
    await log(context, "A line of the log");
    return text("Logged");
  });
  server.registerTool("test_trigger_tool_change", { description: "Rings for tools" }, () => {
    bell.toolsChanged();
    return text("Rung");
  });
  server.registerTool("test_trigger_prompt_change", { description: "Rings for prompts" }, () => {
    bell.promptsChanged();
    return text("Rung");
  });
}

function addPrompts(server: McpServer): void {
  const says = (content: ReturnType<typeof asked>["content"] | object) =>
    ({ messages: [{ role: "user", content }] }) as { messages: ReturnType<typeof asked>[] };
  server.registerPrompt("test_simple_prompt", { description: "A prompt" }, () =>
    says({ type: "text", text: "This is a simple prompt for testing." }),
  );
  const word = z.string().describe("A word");
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "A prompt of two words",
      argsSchema: z.object({
        arg1: completable(word, (begin) => ["paris", "park", "party"].filter((it) => it.startsWith(begin))),
        arg2: word,
      }),
    },
    ({ arg1, arg2 }) => says({ type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "A prompt with a resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        {
          role: "user",
          content: {
            type: "resource",
            resource: { uri: resourceUri, mimeType: "text/plain", text: "Embedded resource content for testing." },
          },
        },
        asked("Please process the embedded resource above."),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "A prompt with an image" }, () => ({
    messages: [
      { role: "user", content: { type: "image", data: PNG, mimeType: "image/png" } },
      asked("Please analyze the image above."),
    ],
  }));
  server.registerPrompt("test_input_required_result_prompt", { description: "A prompt that asks" }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, "user_context");
    if (given !== undefined) return { messages: [asked(`Use this context: ${String(given.context)}`)] };
    const properties = { context: { type: "string" as const } };
    const requestedSchema = { type: "object" as const, properties, required: ["context"] };
    const message = "What context should the prompt use?";
    return inputRequired({ inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema }) } });
  });
}

function addResources(server: McpServer): void {
  const plain = { description: "A text", mimeType: "text/plain" };
  const words = "This is the content of the static text resource.";
  server.registerResource("static-text", "test://static-text", plain, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text: words }],
  }));
  server.registerResource(
    "static-binary",
    "test://static-binary",
    { description: "A dot", mimeType: "image/png" },
    ({ href }) => ({
      contents: [{ uri: href, mimeType: "image/png", blob: PNG }],
    }),
  );
  server.registerResource("watched", "test://watched-resource", plain, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text: "Watched resource content" }],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  const json = { description: "A record", mimeType: "application/json" };
  server.registerResource("template", template, json, ({ href }, { id }) => ({
    contents: [
      {
        uri: href,
        mimeType: "application/json",
        text: JSON.stringify({ id: String(id), templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }));
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}
