// The unmodified socket.io-client, led over standard input and output, a line of JSON each.
//
// Arguments: the URL and the client's options. `options.tokens` are shown one after the other, one
// for each connection. Commands: {"do": "cut"}, {"do": "emit", "name", "data"}, {"do": "leave"}.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url, text] = process.argv.slice(2);
const { tokens, ...options } = JSON.parse(text);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

const auth = (done) => done({ token: tokens.length > 1 ? tokens.shift() : tokens[0] });
const socket = io(url, { reconnectionDelay: 20, reconnectionDelayMax: 50, auth, ...options });

socket.io.on("open", () => {
  say({ on: "open", transport: socket.io.engine.transport.name });
  socket.io.engine.once("upgrade", (to) => say({ on: "upgrade", transport: to.name }));
});
socket.on("connect", () => say({ on: "connect", id: socket.id, recovered: socket.recovered }));
socket.on("connect_error", ({ message, data }) => say({ on: "connect_error", message, data, active: socket.active }));
socket.on("disconnect", (reason) => say({ on: "disconnect", reason, active: socket.active }));
socket.onAny((name, ...args) => say({ on: "event", name, args }));

createInterface({ input: process.stdin }).on("line", (line) => {
  const command = JSON.parse(line);
  if (command.do === "cut") socket.io.engine.close();
  if (command.do === "leave") socket.disconnect();
  if (command.do === "emit") socket.emit(command.name, command.data, (ack) => say({ on: "ack", ack }));
}).on("close", () => process.exit(0));
