// A desk as a typed client writes it: everything below is checked against the types generated from the OpenAPI
// document (`generated/schema.d.ts`), then run against a server. A line after `@ts-expect-error` must not compile.
//
// Arguments: the server's URL, and {staff, admin, ticket}: two tokens and a ticket's id. It says what it saw as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

type Problem = components["schemas"]["ProblemBody"];
type Ticket = components["schemas"]["ContactTicket"];

declare const process: { argv: string[] };
const [, , server = "", text = "{}"] = process.argv;
const { staff, ticket } = JSON.parse(text) as { staff: string; ticket: string };

const nobody = createClient<paths>({ baseUrl: server });
const desk = createClient<paths>({ baseUrl: server, headers: { Authorization: `Bearer ${staff}` } });
const of = { params: { path: { ticketId: ticket } } } as const;

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

/** What a refusal means, told by its stable code. */
function meaning(problem: Problem): string {
  switch (problem.code) {
    case "validation_failed":
      return (problem.errors ?? []).map((error) => `${error.field}:${error.code}`).join(",");
    case "stale_version":
      return "read it again";
    default:
      return problem.message;
  }
}

/** How long a ticket waited; a ticket nobody answered has no such time. */
function waited(one: Ticket): number | null {
  // @ts-expect-error it may be absent
  const at: string = one.first_response_at;
  void at;
  return one.first_response_at === undefined ? null : Date.parse(one.first_response_at) - Date.parse(one.msg_date);
}

// Assigned, and unassigned again with null.
const assigned = await desk.PUT("/api/support/contact/ticket/{ticketId}/assign", { ...of, body: { staff_id: "staff-claire" } });
const unassigned = await desk.PUT("/api/support/contact/ticket/{ticketId}/assign", { ...of, body: { staff_id: null } });
// @ts-expect-error an id is a text
const wrong = { staff_id: 7 } satisfies components["schemas"]["AssignBody"];
// @ts-expect-error who gets it has to be said
const missing = {} satisfies components["schemas"]["AssignBody"];

// The version is in a header, and in the body.
const shown = await desk.GET("/api/support/contact/ticket/{ticketId}", of);
const version: number = need(shown.data, "ticket").version;
const tag: string | null = shown.response.headers.get("ETag");

// A version that has passed is refused, and says so.
const stale = await desk.PATCH("/api/support/contact/ticket/{ticketId}/status", {
  params: { ...of.params, header: { "If-Match": '"999"' } },
  body: { status: "closed" },
});
// @ts-expect-error no such status
const shut = { status: "shut" } satisfies components["schemas"]["ChangeStatusBody"];

// Fields are refused by name, whoever asks; without a token nothing is shown.
const form = await nobody.POST("/api/support/contact", {
  body: { name: "J", email: "x", subject: "court", message: "court", priority: "high", category: "technical", phone: null },
});
const refused = await nobody.GET("/api/support/contact/tickets", {});
const challenge: string | null = refused.response.headers.get("WWW-Authenticate");

// Lists, with what may be missing from what they list.
const list = need((await desk.GET("/api/support/contact/tickets", { params: { query: { status: "open", limit: 5 } } })).data, "list");
const times = list.tickets.map(waited);
const next: string | undefined = list.nextCursor;
const articles = await nobody.GET("/api/support/faq", { params: { query: { limit: 1 } } });
const total = Number(articles.response.headers.get("X-Total-Count"));
const stats = need((await desk.GET("/api/support/contact/stats", {})).data, "figures");
const score: number | null = stats.satisfaction_score;

// A body that may be left out is left out.
const said = await desk.PUT("/api/messages/{id}/read", { params: { path: { id: "MSG-NONE" } } });

// The statuses and words of an answer are a list, and not any text.
const status: "open" | "in_progress" | "waiting_customer" | "resolved" | "closed" = need(unassigned.data, "ticket").status;

console.log(
  JSON.stringify({
    assigned: assigned.data?.msg_cnfa_id,
    unassigned: unassigned.data !== undefined && unassigned.data.msg_cnfa_id === undefined,
    versions: [version, tag],
    stale: stale.error && [stale.error.status, meaning(stale.error)],
    form: form.error && meaning(form.error),
    refused: refused.error && [refused.error.code, challenge],
    list: [list.total, times, next ?? null],
    articles: [articles.data?.length, total],
    score,
    read: said.error?.code,
    status,
    unused: [wrong, missing, shut].length,
  }),
);
