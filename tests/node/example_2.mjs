// The specification's second example, run as it is written in `example_2.js`: only its server, its
// ticket and the names it leaves open are given from outside.
//
// Arguments: the server's URL, and {token, user, staff, conversation}. Commands: {"do": "send",
// "content"}, {"do": "type", "isTyping"}. It says what the example logs, displays and shows.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [server, text] = process.argv.slice(2);
const { token, user, staff, conversation } = JSON.parse(text);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

const names = {
  io,
  userJWT: token,
  currentUser: { id: user },
  assignedStaff: { id: staff },
  console: { log: (...words) => say({ on: "log", words }) },
  displayMessage: (message) => say({ on: "message", message }),
  showTypingIndicator: (userId, isTyping) => say({ on: "typing", userId, isTyping }),
};
const code = readFileSync(new URL("example_2.js", import.meta.url), "utf8")
  .replaceAll("http://localhost:4000", server)
  .replaceAll("TICKET-123", conversation);
const page = new Function(...Object.keys(names), `${code}\nreturn { socket, sendMessage, onTyping };`)(...Object.values(names));

page.socket.on("connect_error", ({ message, data }) => say({ on: "refused", message, data }));
page.socket.on("exception", (data) => say({ on: "refused", data }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const command = JSON.parse(line);
  if (command.do === "send") page.sendMessage(command.content);
  if (command.do === "type") page.onTyping(command.isTyping);
}).on("close", () => process.exit(0));
