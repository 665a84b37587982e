// The npm `socket.io` server doing what Guichet does with a message, and nothing of a database: the peer of
// `cargo xtask bench --only chat` and `--only idle`.
//
// Arguments: the port and the secret of the tokens (HS256). Says "ready" once it listens on 127.0.0.1.
// POST /api/messages {customerId, staffId, subject, content} → `newMessage` to the other one, `messageSent` to the author.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { Server } from "socket.io";

const [port, secret] = process.argv.slice(2);

function claims(token) {
  const [header, payload, signature] = (token ?? "").split(".");
  const right = createHmac("sha256", secret).update(`${header}.${payload}`).digest();
  const shown = Buffer.from(signature ?? "", "base64url");
  if (shown.length !== right.length || !timingSafeEqual(shown, right)) return null;
  const said = JSON.parse(Buffer.from(payload, "base64url"));
  return said.exp > Date.now() / 1000 ? said : null;
}

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

function messageOf(author, { customerId, staffId, subject, content }) {
  const [id, now] = [randomUUID(), new Date().toISOString()];
  return {
    id, customerId, staffId, conversationId: id, authorId: author.sub, authorKind: author.role, subject, content,
    status: "open", priority: "normal", createdAt: now, updatedAt: now, isRead: false,
  };
}

function post(request, response) {
  const author = claims(request.headers.authorization?.replace("Bearer ", ""));
  if (!author) return answer(response, 401, { success: false });
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const message = messageOf(author, JSON.parse(Buffer.concat(chunks)));
    const recipient = author.role === "staff" ? message.customerId : message.staffId;
    messaging.to(recipient).emit("newMessage", { message, type: "new_message" });
    messaging.to(author.sub).emit("messageSent", { message, type: "message_sent" });
    answer(response, 201, { success: true, data: message, message: "Message créé avec succès" });
  });
}

const http = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/api/messages") return post(request, response);
  answer(response, 404, { success: false });
});
const messaging = new Server(http, { serveClient: false }).of("/messaging");

messaging.use((socket, next) => {
  socket.data.user = claims(socket.handshake.auth.token);
  next(socket.data.user ? undefined : new Error("unauthorized"));
});
messaging.on("connection", (socket) => {
  const { sub } = socket.data.user;
  socket.join(sub);
  socket.emit("connected", { userId: sub, socketId: socket.id, type: "connected" });
});

http.listen(Number(port), "127.0.0.1", () => console.log("ready"));
